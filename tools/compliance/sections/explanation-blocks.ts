import { missing, paragraph, pictures, table } from "../document/blocks.ts";
import { formatNumber } from "../../pictures/format-value.ts";
import type { Block } from "../document/report-document.ts";
import type { Evidence } from "../evidence/evidence.ts";

const SHOWN = 15;

/** Which features move the model's output most, as the explanation artifact ranks them. */
export function explanationBlocks({ facts, ranking, pictures: drawn }: Evidence): Block[] {
  const { explanation } = facts;
  if (ranking.length === 0) return [missing("an explanation of the model (explain_model)")];
  const shown = ranking.slice(0, SHOWN);
  const method = explanation?.method ?? "the recorded method";
  const sum =
    explanation === undefined
      ? ""
      : explanation.additive
        ? " Contributions were checked to add up to the model's output for each row."
        : " Contributions do not add up to the model's output exactly.";
  const rest =
    ranking.length > SHOWN ? ` The ${SHOWN} strongest of ${ranking.length} features are shown.` : "";
  return [
    paragraph(
      `Importance is the mean absolute contribution of a feature to the model's output, by ${method}.${sum}${rest}`,
    ),
    ...pictures(drawn.byPart.explanation),
    table(
      "Strongest features",
      [
        ["Rank", "number", 0.6],
        ["Feature", "text", 3],
        ["Importance", "number", 1],
      ],
      shown.map(({ feature, importance }, index) => [String(index + 1), feature, formatNumber(importance)]),
    ),
  ];
}
