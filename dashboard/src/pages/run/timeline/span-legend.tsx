/** What the marks inside the spans mean. */
export function SpanLegend() {
  return (
    <ul aria-label="Legend" className="flex flex-wrap gap-x-4 text-sm text-faint">
      <li className="flex items-center gap-1.5">
        <span aria-hidden="true" className="h-1 w-5 bg-series-1/70" /> model is asked
      </li>
      <li className="flex items-center gap-1.5">
        <span aria-hidden="true" className="hatched h-3 w-5 rounded-xs border border-ask-mark/50" /> waiting
        for a person
      </li>
    </ul>
  );
}
