import { BarList } from "../../components/charts/bar-list.tsx";
import { formatMetric } from "../../format/number.ts";
import { toWords } from "../../format/words.ts";
import type { ExplanationFact } from "../../log/read-facts.ts";

/** What the model rests on most. */
export function ExplanationView({ fact }: { fact: ExplanationFact }) {
  return (
    <div className="flex flex-col gap-3">
      <BarList
        label="Importance by feature"
        bars={fact.top.map(({ feature, importance }) => ({
          label: feature,
          value: importance,
          text: formatMetric(importance),
        }))}
      />
      <p className="text-sm text-faint">
        mean absolute contribution, {toWords(fact.method).toLowerCase()}
        {fact.additive ? "; contributions add up to each prediction" : ""}
      </p>
    </div>
  );
}
