import type { JsonObject, JsonValue } from "#core/contract/json.ts";

/** What the stand-in tools find: the numbers of a credit data set with a biased first model. */
export const demoResults = {
  metrics: {
    before: {
      auc: 0.8743,
      accuracy: 0.8612,
      f1: 0.6874,
      precision: 0.7421,
      recall: 0.6402,
      logLoss: 0.3187,
      brier: 0.0991,
    },
    after: {
      auc: 0.8691,
      accuracy: 0.8547,
      f1: 0.6702,
      precision: 0.7288,
      recall: 0.6203,
      logLoss: 0.3252,
      brier: 0.1014,
    },
  },
  fairness: {
    before: {
      sex: {
        demographicParityDifference: 0.1832,
        demographicParityRatio: 0.412,
        equalOpportunityDifference: 0.1147,
        equalizedOddsDifference: 0.1147,
      },
      age_group: {
        demographicParityDifference: 0.1214,
        demographicParityRatio: 0.584,
        equalOpportunityDifference: 0.0731,
        equalizedOddsDifference: 0.0812,
      },
    },
    after: {
      sex: {
        demographicParityDifference: 0.0417,
        demographicParityRatio: 0.871,
        equalOpportunityDifference: 0.0388,
        equalizedOddsDifference: 0.0402,
      },
      age_group: {
        demographicParityDifference: 0.0683,
        demographicParityRatio: 0.764,
        equalOpportunityDifference: 0.0519,
        equalizedOddsDifference: 0.0611,
      },
    },
  },
  groups: {
    sex: [
      { label: "female", count: 1313, rates: { selectionRate: 0.1291, accuracy: 0.8933 } },
      { label: "male", count: 2671, rates: { selectionRate: 0.1708, accuracy: 0.8357 } },
    ],
    age_group: [
      { label: "under 30", count: 1042, rates: { selectionRate: 0.1188, accuracy: 0.8812 } },
      { label: "30 to 60", count: 2410, rates: { selectionRate: 0.1871, accuracy: 0.8419 } },
      { label: "over 60", count: 532, rates: { selectionRate: 0.1329, accuracy: 0.8604 } },
    ],
  },
  drift: [
    ["income", 0.2113],
    ["credit_amount", 0.1432],
    ["employment_years", 0.0871],
    ["interest_rate", 0.0714],
    ["age", 0.0312],
    ["housing", 0.0204],
    ["purpose", 0.0157],
    ["dependents", 0.0042],
  ] as [string, number][],
  explanation: [
    { feature: "income", importance: 0.4128 },
    { feature: "credit_history", importance: 0.3011 },
    { feature: "debt_ratio", importance: 0.2274 },
    { feature: "employment_years", importance: 0.1498 },
    { feature: "credit_amount", importance: 0.1176 },
    { feature: "interest_rate", importance: 0.0843 },
    { feature: "age", importance: 0.0521 },
    { feature: "purpose", importance: 0.0397 },
    { feature: "housing", importance: 0.0224 },
    { feature: "dependents", importance: 0.0083 },
  ],
} as const;

/** An evaluation as the evaluator writes it, with its curves. */
export function metricsDocument(values: Readonly<Record<string, number>>): JsonObject {
  const power = 0.28;
  const roc = Array.from({ length: 60 }, (_, index): JsonValue => {
    const falsePositiveRate = (index / 59) ** 2;
    return {
      falsePositiveRate,
      truePositiveRate: falsePositiveRate ** power,
      threshold: index === 0 ? null : 1 - index / 59,
    };
  });
  const calibration = Array.from({ length: 10 }, (_, index): JsonValue => {
    const meanProbability = 0.05 + index * 0.1;
    return {
      meanProbability,
      positiveShare: Math.max(0, meanProbability - 0.03 * Math.sin(index)),
      count: 398,
    };
  });
  const precisionRecall = Array.from({ length: 40 }, (_, index): JsonValue => {
    const recall = index / 39;
    return { recall, precision: 0.96 - 0.72 * recall ** 2.4, threshold: 1 - recall };
  });
  return {
    problem: "binary",
    metrics: {
      ...values,
      rowCount: 3984,
      confusion: { truePositives: 538, falsePositives: 200, falseNegatives: 330, trueNegatives: 2916 },
    },
    classes: ["good", "default"],
    positiveClass: "default",
    roc,
    precisionRecall,
    calibration,
    calibrationError: 0.0187,
    intervals: {
      auc: {
        low: (values["auc"] ?? 0) - 0.0102,
        high: (values["auc"] ?? 0) + 0.0097,
      },
    },
  };
}

const svgBars = (rows: readonly { feature: string; importance: number }[]): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 480 ${rows.length * 24 + 10}" font-family="sans-serif" font-size="12">${rows
    .map(
      (row, index) =>
        `<text x="130" y="${index * 24 + 20}" text-anchor="end" fill="#555">${row.feature}</text><rect x="140" y="${index * 24 + 8}" width="${Math.round(row.importance * 780)}" height="16" rx="2" fill="#4f46e5"/>`,
    )
    .join("")}</svg>`;

export const importanceSvg = svgBars(demoResults.explanation);

export const modelCardMarkdown = `# Model card: credit default

**Gradient boosting** on 11 910 rows, reweighed for *sex* and *age_group*. Run \`{{run}}\`.

## Intended use

Ranking of consumer-credit applications for manual review. Not for automatic rejection.

> The operator's problem: predict who will default within twelve months.

## Performance on held-out rows

| metric | before | after mitigation |
|---|---:|---:|
| AUC | 0.8743 | 0.8691 |
| Accuracy | 0.8612 | 0.8547 |
| F1 | 0.6874 | 0.6702 |

## Fairness

1. Demographic parity difference for \`sex\` fell from 0.183 to **0.042**; the limit is 0.1.
2. For \`age_group\` it fell from 0.121 to **0.068**.

- Groups under 30 rows were left out.
- Intervals are 95 % bootstrap.

\`\`\`json
{ "limit": 0.1, "passed": true }
\`\`\`
`;

export const modelCardHtml = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Model card</title>
<style>body{font:15px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#1c1c28}table{border-collapse:collapse}td,th{border:1px solid #ccc;padding:.3rem .6rem}h1{border-bottom:2px solid #4f46e5}</style></head>
<body><h1>Model card: credit default</h1><p>Gradient boosting on 11 910 rows, reweighed for sex and age group.</p>
<table><tr><th>metric</th><th>before</th><th>after</th></tr><tr><td>AUC</td><td>0.8743</td><td>0.8691</td></tr></table>
<script>document.body.append("scripts must not run here")</script></body></html>`;

/** The smallest PDF with a line of text that readers accept. */
export function auditPdf(): string {
  const objects = [
    "<</Type/Catalog/Pages 2 0 R>>",
    "<</Type/Pages/Kids[3 0 R]/Count 1>>",
    "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
    "<</Length 68>>stream\nBT /F1 22 Tf 72 760 Td (Audit report of a demonstration run) Tj ET  \nendstream",
    "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
  ];
  let text = "%PDF-1.4\n";
  const offsets: number[] = [];
  for (const [index, body] of objects.entries()) {
    offsets.push(text.length);
    text += `${index + 1} 0 obj${body}endobj\n`;
  }
  const start = text.length;
  text += `xref\n0 6\n0000000000 65535 f \n${offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("")}`;
  return `${text}trailer<</Size 6/Root 1 0 R>>\nstartxref\n${start}\n%%EOF\n`;
}
