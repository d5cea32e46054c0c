import { numberAxis } from "../axes.ts";
import { formatNumber } from "../format-value.ts";
import { entry, line, rule, tableOf, thin } from "../marks.ts";
import { emptyPicture, type Picture } from "../picture.ts";
import type { TrainingReport } from "../read-reports.ts";

type Point = [number, number];

/** Loss by round on the training and the validation part, with the best round. */
export function drawLearningCurve({ history, algorithm }: TrainingReport): Picture {
  const title = "Learning curve";
  const of = (name: "trainingLoss" | "validationLoss"): Point[] =>
    history.flatMap((round): Point[] => {
      const loss = round[name];
      return loss == null ? [] : [[round.round, loss]];
    });
  const [training, validation] = [of("trainingLoss"), of("validationLoss")];
  if (training.length < 2 && validation.length < 2) {
    const why =
      history.length === 0
        ? `${algorithm} does not learn in rounds`
        : "there are losses of fewer than two rounds";
    return emptyPicture("learning-curve", title, why);
  }
  const best =
    validation.length < 2 ? undefined : validation.reduce((one, other) => (other[1] < one[1] ? other : one));
  const all = [...training, ...validation];
  const losses = all.map(([, loss]) => loss);
  const rounds = all.map(([round]) => round);
  const y = numberAxis(lossName(history[0]?.metric), Math.min(...losses), Math.max(...losses));
  const x = numberAxis("round", Math.min(...rounds), Math.max(...rounds));
  const last = validation.at(-1);
  return {
    kind: "drawn",
    id: "learning-curve",
    title,
    summary:
      best === undefined || last === undefined
        ? `The training loss goes from ${formatNumber(training[0]?.[1])} to ${formatNumber(training.at(-1)?.[1])} over ${formatNumber(history.length)} rounds; there was no validation part.`
        : `The loss on the validation part is least, ${formatNumber(best[1])}, at round ${formatNumber(best[0])} of ${formatNumber(last[0])}${
            best[0] < last[0]
              ? ` and ${formatNumber(last[1])} at the last; the best round was kept`
              : "; it was still falling"
          }.`,
    panels: [
      {
        x,
        y,
        height: 210,
        rightRoom: 0,
        marks: [
          ...(best === undefined
            ? []
            : [rule([best[0], y.min], [best[0], y.max], { ink: "muted", dash: "dotted" })]),
          ...line(thin(training, 200), "second", "dashed"),
          ...line(thin(validation, 200), "neutral"),
        ],
      },
    ],
    legend: [
      ...(validation.length < 2 ? [] : [entry("validation part", "neutral", "line")]),
      ...(training.length < 2 ? [] : [entry("training part", "second", "dashed")]),
      ...(best === undefined ? [] : [entry("best round", "muted", "dotted")]),
    ],
    table: tableOf(
      ["#Round", "#Training loss", "#Validation loss"],
      thin(history, 12).map((round) => [
        formatNumber(round.round),
        formatNumber(round.trainingLoss ?? undefined),
        formatNumber(round.validationLoss ?? undefined),
      ]),
      history.length > 12 ? `12 of ${formatNumber(history.length)} rounds, evenly taken.` : "",
    ),
  };
}

const lossName = (metric: string | undefined): string =>
  metric === undefined || metric === "loss" ? "loss (lower is better)" : `${metric} (lower is better)`;
