import { BeforeAfter } from "../../components/charts/before-after.tsx";
import { Badge } from "../../components/badge.tsx";
import { KeyValues } from "../../components/key-values.tsx";
import { formatMetric } from "../../format/number.ts";
import { toWords } from "../../format/words.ts";
import type { FairnessFact } from "../../log/read-facts.ts";

const PARITY = "demographicParityDifference";

/** Whether groups are treated alike: the differences that the limit is about, before and after mitigation. */
export function FairnessView({ fact, before }: { fact: FairnessFact; before?: FairnessFact | undefined }) {
  const attributes = Object.entries(fact.attributes);
  if (!fact.audited) {
    return <p className="text-muted">Nothing was audited: no protected column was named.</p>;
  }
  const measured = attributes.filter(([, values]) => values[PARITY] !== undefined);
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <Badge tone={fact.passed ? "good" : "bad"} icon={fact.passed ? "check" : "cross"}>
          {fact.passed ? "Within the limit" : "Over the limit"}
        </Badge>
        {before !== undefined && (
          <span className="text-sm text-faint">hollow: first audit, full: newest</span>
        )}
      </div>
      {measured.length > 0 && (
        <BeforeAfter
          label="Demographic parity difference by attribute"
          limit={fact.limit}
          format={(value) => value.toFixed(3)}
          rows={measured.map(([attribute, values]) => ({
            label: attribute,
            before: before?.attributes[attribute]?.[PARITY],
            after: values[PARITY] ?? 0,
          }))}
        />
      )}
      {attributes.map(([attribute, values]) => {
        const others = Object.entries(values).filter(([name]) => name !== PARITY);
        if (others.length === 0) return null;
        return (
          <details key={attribute} open={measured.length === 0}>
            <summary className="text-sm text-muted">
              More on <span className="font-mono text-xs">{attribute}</span>
            </summary>
            <div className="mt-1 pl-4">
              <KeyValues
                isDense
                items={others.map(([name, value]) => [toWords(name), formatMetric(value)] as const)}
              />
            </div>
          </details>
        );
      })}
    </div>
  );
}
