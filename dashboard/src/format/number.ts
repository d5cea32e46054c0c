/** Bytes in the units that people compare by: `512 B`, `14.2 kB`, `3.1 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ["kB", "MB", "GB", "TB"];
  let value = bytes / 1000;
  let unit = 0;
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value < 100 ? value.toFixed(1) : Math.round(value)} ${units[unit] ?? ""}`;
}

/** US dollars; small amounts keep enough digits to differ from nothing. */
export function formatUsd(dollars: number): string {
  if (dollars === 0) return "$0.00";
  if (dollars < 0.0001) return "< $0.0001";
  if (dollars < 0.1) return `$${dollars.toFixed(4)}`;
  return `$${dollars.toFixed(2)}`;
}

/** A whole number with thin groups of three: `48 842`. */
export function formatCount(value: number): string {
  return String(Math.round(value)).replaceAll(/\B(?=(\d{3})+(?!\d))/g, "\u202f");
}

/** Large counts in three digits: `980`, `12.4k`, `3.1M`. */
export function formatCompact(value: number): string {
  if (value < 1000) return String(Math.round(value));
  if (value < 999_500) return `${trim(value / 1000)}k`;
  return `${trim(value / 1_000_000)}M`;
}

const trim = (value: number): string => (value < 100 ? value.toFixed(1) : String(Math.round(value)));

/** A measured value with four significant places where it is small, fewer where it is large. */
export function formatMetric(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size >= 1000) return formatCount(value);
  if (size >= 100) return value.toFixed(1);
  if (size >= 1) return value.toFixed(3);
  if (size >= 0.001) return value.toFixed(4);
  return value.toExponential(2);
}

export const formatPercent = (share: number): string =>
  `${(share * 100).toFixed(share === 0 || share === 1 ? 0 : 1)} %`;
