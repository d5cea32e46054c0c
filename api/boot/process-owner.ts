import { readFileSync } from "node:fs";
import { hostname } from "node:os";

/**
 * A name for this process in leases that no later process can have: host, boot, pid and start time. Where the
 * system does not tell boot and start (other than Linux), they are left empty.
 */
export function processOwner(): string {
  return [hostname(), bootId(), String(process.pid), startTime(process.pid)].join("|");
}

/**
 * Whether the process behind a lease may still be running. False only when that is certain: same host, and another
 * boot, no such process, or another start time under the same pid. An owner on another host counts as alive until
 * its lease lapses.
 */
export function isOwnerAlive(owner: string): boolean {
  const [host, boot, pidText, start] = owner.split("|");
  if (host !== hostname()) return true;
  if (boot !== bootId()) return false;
  const pid = Number(pidText);
  if (!Number.isInteger(pid) || pid <= 0) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is there, under another user.
    if (!(error instanceof Error && "code" in error && error.code === "EPERM")) return false;
  }
  return startTime(pid) === start;
}

/** An owner in words, for people who are told that somebody else is at work. */
export function describeOwner(owner: string): string {
  const [host = "", , pid = ""] = owner.split("|");
  return pid === "" ? owner : `process ${pid}${host === hostname() ? "" : ` on ${host}`}`;
}

function bootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim().slice(0, 8);
  } catch {
    return "";
  }
}

/** Clock ticks after boot at which a process started: field 22 of /proc/PID/stat, after the name in parentheses. */
function startTime(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // A zombie holds its pid but will never write again.
    return fields[0] === "Z" ? "zombie" : (fields[19] ?? "");
  } catch {
    return "";
  }
}
