/** How long ago, in one unit: `just now`, `4 min ago`, `3 h ago`, `2 d ago`, and the date beyond a month. */
export function formatAgo(iso: string, now: number): string {
  const seconds = Math.round((now - Date.parse(iso)) / 1000);
  if (seconds < 45) return seconds < -45 ? formatDateTime(iso) : "just now";
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.round(minutes / 60);
  if (hours < 24) return `${hours} h ago`;
  const days = Math.round(hours / 24);
  return days <= 30 ? `${days} d ago` : formatDateTime(iso).slice(0, 10);
}

/** Local date and time to the second: `2026-11-21 08:04:11`. */
export function formatDateTime(iso: string): string {
  const at = new Date(iso);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${formatClock(iso)}`;
}

/** Local time of day to the second. */
export function formatClock(iso: string): string {
  const at = new Date(iso);
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

const two = (value: number): string => String(value).padStart(2, "0");

/** Time since a run began: `+0.00 s`, `+12.41 s`, `+3:05.2`, `+2:14:09`. */
export function formatOffset(milliseconds: number): string {
  const ms = Math.max(0, milliseconds);
  if (ms < 60_000) return `+${(ms / 1000).toFixed(2)} s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `+${minutes}:${((ms % 60_000) / 1000).toFixed(1).padStart(4, "0")}`;
  return `+${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(Math.floor((ms % 60_000) / 1000))}`;
}
