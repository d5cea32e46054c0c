import { classNames } from "../class-names.ts";

export type Point = readonly [x: number, y: number];

export interface Curve {
  name: string;
  points: readonly Point[];
  look: "line" | "dots";
}

const SIZE = 200;
const LEFT = 34;
const BOTTOM = 30;

/** Curves over the unit square, with a dashed diagonal where that means something. */
export function CurveChart({
  title,
  summary,
  xLabel,
  yLabel,
  curves,
  diagonal = false,
}: {
  title: string;
  /** What the curve says, for those who do not see it. */
  summary: string;
  xLabel: string;
  yLabel: string;
  curves: readonly Curve[];
  diagonal?: boolean;
}) {
  const x = (value: number): number => LEFT + clamp(value) * SIZE;
  const y = (value: number): number => 6 + (1 - clamp(value)) * SIZE;
  const ticks = [0, 0.25, 0.5, 0.75, 1];
  return (
    <figure className="min-w-0">
      <figcaption className="mb-1 font-medium">{title}</figcaption>
      <svg
        role="img"
        aria-label={`${title}: ${summary}`}
        viewBox={`0 0 ${LEFT + SIZE + 8} ${SIZE + BOTTOM + 8}`}
        className="h-auto w-full max-w-72 text-[9px]"
      >
        {ticks.map((tick) => (
          <g key={tick} className="fill-faint">
            <line
              x1={LEFT}
              x2={LEFT + SIZE}
              y1={y(tick)}
              y2={y(tick)}
              className="stroke-line"
              strokeWidth="0.75"
            />
            <line x1={x(tick)} x2={x(tick)} y1={6} y2={6 + SIZE} className="stroke-line" strokeWidth="0.75" />
            <text x={LEFT - 4} y={y(tick) + 3} textAnchor="end">
              {tick}
            </text>
            <text x={x(tick)} y={SIZE + 17} textAnchor="middle">
              {tick}
            </text>
          </g>
        ))}
        <text x={LEFT + SIZE / 2} y={SIZE + 31} textAnchor="middle" className="fill-muted">
          {xLabel}
        </text>
        <text
          x={9}
          y={6 + SIZE / 2}
          textAnchor="middle"
          transform={`rotate(-90 9 ${6 + SIZE / 2})`}
          className="fill-muted"
        >
          {yLabel}
        </text>
        {diagonal && (
          <line
            x1={x(0)}
            y1={y(0)}
            x2={x(1)}
            y2={y(1)}
            className="stroke-line-strong"
            strokeDasharray="3 3"
            strokeWidth="1"
          />
        )}
        {curves.map((curve, index) => {
          const colour =
            index === 0 ? "stroke-series-1 fill-series-1" : "stroke-series-faint fill-series-faint";
          return (
            <g key={curve.name} className={classNames(colour)}>
              <polyline
                points={curve.points.map(([px, py]) => `${x(px).toFixed(1)},${y(py).toFixed(1)}`).join(" ")}
                fill="none"
                strokeWidth={index === 0 ? 2 : 1.5}
                strokeLinejoin="round"
              />
              {curve.look === "dots" &&
                curve.points.map(([px, py]) => (
                  <circle key={`${px}/${py}`} cx={x(px)} cy={y(py)} r="2.6" stroke="none" />
                ))}
            </g>
          );
        })}
      </svg>
    </figure>
  );
}

const clamp = (value: number): number => Math.min(1, Math.max(0, value));
