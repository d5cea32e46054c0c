import { createRandom, type Random } from "../random.ts";

export interface ConsumerCreditOptions {
  readonly seed?: number;
  /** Number of applications before some are repeated by mistake. Default 20,000. */
  readonly rowCount?: number;
}

/** What to know about the sample to work with it. */
export const CONSUMER_CREDIT = {
  target: "defaulted",
  positiveClass: "yes",
  protectedAttributes: ["sex", "age"],
  /** Carries the protected attribute: districts are settled unevenly by sex. */
  proxy: "district",
  timeColumn: "application_month",
  months: [
    "2024-01",
    "2024-02",
    "2024-03",
    "2024-04",
    "2024-05",
    "2024-06",
    "2024-07",
    "2024-08",
    "2024-09",
    "2024-10",
    "2024-11",
    "2024-12",
  ],
  /** The month in which loans grow, utilisation rises and the mix of purposes changes. */
  driftedMonth: "2024-12",
} as const;

const HEADER = [
  "application_id",
  "application_month",
  "sex",
  "age",
  "district",
  "region",
  "housing",
  "income",
  "employment_years",
  "purpose",
  "loan_amount",
  "term_months",
  "credit_score",
  "open_accounts",
  "delinquencies",
  "utilization",
  "defaulted",
];

const DISTRICTS = 24;
const REGIONS = ["north", "east", "south", "west"];
const PURPOSES = ["car", "debt consolidation", "education", "home improvement", "medical", "other"];
const PURPOSE_SHARES = [0.27, 0.3, 0.08, 0.17, 0.07, 0.11];
const DRIFTED_PURPOSE_SHARES = [0.12, 0.5, 0.05, 0.08, 0.14, 0.11];

/**
 * An invented consumer-credit data set as CSV text: about 20,000 loan applications of one year, 17 columns, about 20 %
 * defaults. It is made to need work: recorded defaults depend on the district beyond what finances explain, and
 * districts differ by sex, so a model treats the sexes differently whether or not it sees their column; values are
 * missing, some ages are negative, some employment times are 999, some categories are spelt in several ways, some rows
 * occur twice; the last month has drifted. No row describes a person. The same seed gives the same bytes.
 */
export function consumerCreditCsv({ seed = 0, rowCount = 20_000 }: ConsumerCreditOptions = {}): string {
  const random = createRandom(seed);
  const lines = [HEADER.join(",")];
  for (let row = 0; row < rowCount; row++) {
    const line = messyLine(application(row, rowCount, random), random);
    lines.push(line);
    if (random.uniform() < 0.008) lines.push(line);
  }
  return `${lines.join("\n")}\n`;
}

interface Application {
  readonly id: string;
  readonly month: string;
  readonly sex: string;
  readonly age: number;
  readonly district: number;
  readonly housing: string;
  readonly income: number;
  readonly employmentYears: number;
  readonly purpose: string;
  readonly loanAmount: number;
  readonly termMonths: number;
  readonly creditScore: number;
  readonly openAccounts: number;
  readonly delinquencies: number;
  readonly utilization: number;
  readonly hasDefaulted: boolean;
}

function application(row: number, rowCount: number, random: Random): Application {
  const { months, driftedMonth } = CONSUMER_CREDIT;
  const month = months[Math.min(months.length - 1, Math.floor((row / rowCount) * months.length))]!;
  const hasDrifted = month === driftedMonth;
  const isFemale = random.uniform() < 0.46;
  const district = chooseDistrict(isFemale, random);
  const age = Math.round(Math.min(84, Math.max(18, 41 + 13 * random.normal())));
  const employmentYears = Math.max(0, Math.min(age - 17, Math.abs(6 * random.normal()) + (age - 30) * 0.08));
  const incomeLog =
    10.45 + 0.012 * Math.min(employmentYears, 20) - (isFemale ? 0.1 : 0) + 0.45 * random.normal();
  const income = Math.exp(incomeLog);
  const housing = chooseHousing(age, incomeLog, random);
  const purpose = choose(PURPOSES, hasDrifted ? DRIFTED_PURPOSE_SHARES : PURPOSE_SHARES, random);
  const loanShare = 0.28 * Math.exp(0.55 * random.normal()) * (hasDrifted ? 1.7 : 1);
  const loanAmount = Math.min(60_000, Math.max(500, income * loanShare));
  const termMonths = [12, 24, 36, 48, 60][
    Math.min(4, Math.floor(random.uniform() * 3 + loanAmount / 12_000))
  ]!;
  const health = 0.5 * (incomeLog - 10.45) + 0.03 * (employmentYears - 5) + 0.9 * random.normal();
  const creditScore = Math.min(850, Math.max(300, 660 + 62 * health + 22 * random.normal()));
  const delinquencies = poisson(Math.exp(-1.3 - 0.85 * health), random);
  const utilization = clamp(0.42 - 0.13 * health + 0.17 * random.normal() + (hasDrifted ? 0.2 : 0), 0, 1.2);
  const openAccounts = 1 + poisson(5.5, random);
  const risk =
    -2.25 -
    0.0135 * (creditScore - 660) +
    0.33 * Math.min(delinquencies, 4) +
    1.6 * (utilization - 0.42) +
    1.3 * (loanAmount / income - 0.32) -
    0.35 * (incomeLog - 10.45) -
    0.02 * (age - 41) +
    (housing === "rent" ? 0.25 : 0) +
    (purpose === "debt consolidation" ? 0.2 : 0) +
    districtEffect(district);
  const hasDefaulted = random.uniform() < 1 / (1 + Math.exp(-risk));
  const id = `A-${String(100_000 + row)}`;
  return {
    id,
    month,
    sex: isFemale ? "female" : "male",
    age,
    district,
    housing,
    income,
    employmentYears,
    purpose,
    loanAmount,
    termMonths,
    creditScore,
    openAccounts,
    delinquencies,
    utilization,
    hasDefaulted,
  };
}

/** Two thirds of the districts are home mostly to one sex. */
function chooseDistrict(isFemale: boolean, random: Random): number {
  const third = DISTRICTS / 3;
  const place = random.uniform();
  const isOwn = place < 0.76;
  const isMixed = place >= 0.76 && place < 0.92;
  const base = isMixed ? 2 * third : isOwn === isFemale ? 0 : third;
  return base + random.integer(third);
}

/** Recorded defaults are worse where mostly women live: the bias that a model learns. */
function districtEffect(district: number): number {
  const third = DISTRICTS / 3;
  const wave = 0.12 * ((district * 7) % 5) - 0.24;
  return wave + (district < third ? 1 : district < 2 * third ? -0.75 : 0);
}

function chooseHousing(age: number, incomeLog: number, random: Random): string {
  const wealth = 0.04 * (age - 41) + (incomeLog - 10.45) + random.normal();
  return wealth > 0.9 ? "own" : wealth > 0 ? "mortgage" : random.uniform() < 0.93 ? "rent" : "other";
}

function choose(values: readonly string[], shares: readonly number[], random: Random): string {
  let rest = random.uniform();
  for (const [index, share] of shares.entries()) {
    rest -= share;
    if (rest < 0) return values[index]!;
  }
  return values[values.length - 1]!;
}

/** Knuth's multiplication method; for means below 20. */
function poisson(mean: number, random: Random): number {
  const limit = Math.exp(-Math.min(mean, 20));
  let product = random.uniform();
  let count = 0;
  while (product > limit) {
    product *= random.uniform();
    count++;
  }
  return count;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

/** Writes an application with the faults of real exports. Every fault draws its own number, whether it happens or not. */
function messyLine(application: Application, random: Random): string {
  const happens = (share: number): boolean => random.uniform() < share;
  const maybe = (share: number, text: string): string => (happens(share) ? "" : text);
  const age = happens(0.003) ? -application.age : application.age;
  const employment = happens(0.006) ? "999" : application.employmentYears.toFixed(1);
  const housing = happens(0.06) ? respelt(application.housing, random) : application.housing;
  const purpose = happens(0.05) ? respelt(application.purpose, random) : application.purpose;
  const fields = [
    application.id,
    application.month,
    application.sex,
    String(age),
    `D${String(application.district + 1).padStart(2, "0")}`,
    REGIONS[application.district % REGIONS.length]!,
    maybe(0.02, housing),
    maybe(0.035, String(Math.round(application.income / 10) * 10)),
    maybe(0.05, employment),
    purpose,
    String(Math.round(application.loanAmount / 50) * 50),
    String(application.termMonths),
    maybe(0.08, String(Math.round(application.creditScore))),
    String(application.openAccounts),
    maybe(0.02, String(application.delinquencies)),
    maybe(0.04, application.utilization.toFixed(3)),
    application.hasDefaulted ? "yes" : "no",
  ];
  return fields.join(",");
}

function respelt(text: string, random: Random): string {
  const spellings = [text.toUpperCase(), `${text} `, text.charAt(0).toUpperCase() + text.slice(1)];
  return spellings[random.integer(spellings.length)]!;
}
