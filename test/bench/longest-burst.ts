/** How long one piece of work kept the thread for itself, in milliseconds. */
export interface Bursts {
  /** Processor time between two turns of the event loop: not disturbed by other programs on the machine. */
  processor: number;
  /** Time on the wall between two turns, waiting for the processor included. */
  wall: number;
}

/** Watches this thread's event loop while the work runs. */
export async function longestBursts<Value>(
  work: () => Promise<Value>,
): Promise<{ value: Value; bursts: Bursts }> {
  const bursts: Bursts = { processor: 0, wall: 0 };
  const read = () => {
    const { user, system } = process.threadCpuUsage();
    return { processor: (user + system) / 1000, wall: performance.now() };
  };
  let last = read();
  const sample = () => {
    const now = read();
    bursts.processor = Math.max(bursts.processor, now.processor - last.processor);
    bursts.wall = Math.max(bursts.wall, now.wall - last.wall);
    last = now;
  };
  const timer = setInterval(sample, 2);
  try {
    const value = await work();
    await new Promise((resolve) => setTimeout(resolve, 10));
    return { value, bursts };
  } finally {
    clearInterval(timer);
  }
}
