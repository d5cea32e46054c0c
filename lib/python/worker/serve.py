"""Serves fits to Swarm over JSON lines: requests on standard input, answers and signs of life on standard output.

Every fit runs in a process of its own, forked after the libraries are loaded: it starts at once, a cancel kills it
without harm to the server, and a memory limit binds it alone. Matrices lie in files of raw little-endian float64.
"""

import json
import os
import selectors
import signal
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

PROTOCOL = 1
ALIVE_SECONDS = 1.0


def main():
    # Libraries print on standard output; the protocol keeps the real one, they get standard error.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    server = Server(answers)
    try:
        import algorithms
    except ImportError as error:
        server.send({"event": "hello", "protocol": PROTOCOL, "missing": str(error)})
        return
    server.send({"event": "hello", "protocol": PROTOCOL, **algorithms.describe()})
    server.serve()


class Server:
    def __init__(self, answers):
        self.answers = answers
        self.selector = selectors.DefaultSelector()
        self.fits = {}
        self.pending = b""

    def send(self, message):
        self.answers.write(json.dumps(message, allow_nan=False) + "\n")
        self.answers.flush()

    def serve(self):
        os.set_blocking(0, False)
        self.selector.register(0, selectors.EVENT_READ, None)
        told = time.monotonic()
        while True:
            for key, _ in self.selector.select(timeout=ALIVE_SECONDS):
                if key.data is None:
                    if not self.read_requests():
                        self.stop_all()
                        return
                elif key.data in self.fits:
                    self.read_fit(self.fits[key.data])
            if time.monotonic() - told >= ALIVE_SECONDS:
                told = time.monotonic()
                seconds = {str(fit.id): round(told - fit.started, 1) for fit in self.fits.values()}
                self.send({"event": "alive", "fits": seconds})

    def read_requests(self):
        """False at the end of standard input: whoever asked is gone."""
        piece = os.read(0, 1 << 16)
        if piece == b"":
            return False
        self.pending += piece
        *lines, self.pending = self.pending.split(b"\n")
        for line in lines:
            request = json.loads(line)
            if request["method"] == "fit":
                self.start(request)
            elif request["method"] == "cancel" and request["id"] in self.fits:
                self.kill(self.fits[request["id"]])
                self.send({"event": "cancelled", "id": request["id"]})
        return True

    def start(self, request):
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            run_fit(request, os.fdopen(writing, "w", encoding="utf-8"))
        os.close(writing)
        fit = Fit(request["id"], child, reading)
        self.fits[fit.id] = fit
        self.selector.register(reading, selectors.EVENT_READ, fit.id)

    def read_fit(self, fit):
        piece = os.read(fit.pipe, 1 << 16)
        if piece == b"":
            self.finish(fit)
            return
        fit.pending += piece
        *lines, fit.pending = fit.pending.split(b"\n")
        for line in lines:
            message = json.loads(line)
            fit.is_answered = fit.is_answered or message["event"] in ("done", "failed")
            self.send({**message, "id": fit.id})

    def finish(self, fit):
        """The fit's process closed its pipe: it answered, or it died."""
        self.forget(fit)
        _, status = os.waitpid(fit.process, 0)
        if not fit.is_answered:
            number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else None
            name = signal.Signals(number).name if number is not None else f"exit {os.WEXITSTATUS(status)}"
            self.send({"event": "died", "id": fit.id, "signal": name})

    def kill(self, fit):
        os.kill(fit.process, signal.SIGKILL)
        self.forget(fit)
        os.waitpid(fit.process, 0)

    def forget(self, fit):
        self.selector.unregister(fit.pipe)
        os.close(fit.pipe)
        del self.fits[fit.id]

    def stop_all(self):
        for fit in list(self.fits.values()):
            self.kill(fit)


class Fit:
    def __init__(self, id, process, pipe):
        self.id = id
        self.process = process
        self.pipe = pipe
        self.pending = b""
        self.started = time.monotonic()
        self.is_answered = False


def run_fit(request, answers):
    """The life of a forked process; it never returns."""
    from fit_process import fit_in_folder

    def send(message):
        answers.write(json.dumps(message, allow_nan=False) + "\n")
        answers.flush()

    code = 0
    try:
        die_with_parent()
        os.close(0)
        send(fit_in_folder(request["folder"], send))
    except BaseException as error:  # the process ends here, whatever happened
        try:
            send({"event": "failed", "code": "tool-failed", "message": f"{type(error).__name__}: {error}"[:1500]})
        except BaseException:
            code = 1
    os._exit(code)


def die_with_parent():
    """On Linux the kernel ends a fit whose server was killed; elsewhere it runs to its end."""
    if sys.platform != "linux":
        return
    import ctypes

    parent_death_signal = 1  # PR_SET_PDEATHSIG of prctl(2)
    ctypes.CDLL(None, use_errno=True).prctl(parent_death_signal, signal.SIGKILL)
    if os.getppid() == 1:
        os._exit(1)


if __name__ == "__main__":
    main()
