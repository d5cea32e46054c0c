/** Grey lines in the place of what is on its way. */
export function Skeleton({ lines = 3, label = "Loading" }: { lines?: number; label?: string }) {
  return (
    <div role="status" className="flex flex-col gap-2.5 p-1">
      <span className="sr-only">{label}</span>
      {Array.from({ length: lines }, (_, index) => (
        <div
          // The lines are all alike and never move.
          key={index}
          className="h-3.5 animate-pulse-soft rounded-sm bg-hover"
          style={{ width: `${92 - ((index * 23) % 47)}%` }}
        />
      ))}
    </div>
  );
}
