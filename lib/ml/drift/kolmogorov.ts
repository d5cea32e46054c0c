import { logChoose, logGamma } from "./special-functions.ts";

/** P(K > z) of Kolmogorov's limit distribution; the two classical series (Kolmogorov 1933), each where it is quick. */
export function kolmogorovTail(z: number): number {
  if (z <= 0) return 1;
  if (z < 0.82) {
    let sum = 0;
    for (let k = 1; k < 200; k += 2) {
      const term = Math.exp((-k * k * Math.PI * Math.PI) / (8 * z * z));
      sum += term;
      if (term < sum * 1e-17) break;
    }
    return 1 - (Math.sqrt(2 * Math.PI) / z) * sum;
  }
  let sum = 0;
  for (let k = 1; k < 200; k++) {
    const term = Math.exp(-2 * k * k * z * z);
    sum += k % 2 === 1 ? term : -term;
    if (term <= sum * 1e-17) break;
  }
  return 2 * sum;
}

/**
 * P(D_n >= d) of the one-sample two-sided Kolmogorov-Smirnov statistic, by the choice of methods of Simard and
 * L'Ecuyer (2011), Journal of Statistical Software 39(11), as scipy's kstwo.sf.
 */
export function kolmogorovSmirnovTail(n: number, d: number): number {
  if (d >= 1) return 0;
  const t = n * d;
  if (t <= 0.5) return 1;
  if (t <= 1) return 1 - Math.exp(logGamma(n + 1) - n * Math.log(n) + n * Math.log(2 * t - 1));
  if (t >= n - 1) return 2 * (1 - d) ** n;
  const nd2 = t * d;
  if (d >= 0.5 || (n <= 140 ? nd2 > 4 : nd2 >= 2.2)) {
    return nd2 >= 370 && n > 140 && d < 0.5 ? 0 : Math.min(1, 2 * smirnovTail(n, d));
  }
  const below = n <= 140 || (n <= 100_000 && n * d ** 1.5 <= 1.4) ? durbinMatrix(n, d) : pelzGood(n, d);
  return Math.min(1, Math.max(0, 1 - below));
}

/** P(D_n+ >= d), one-sided (Birnbaum and Tingey 1951). All terms are positive. */
function smirnovTail(n: number, d: number): number {
  let sum = 0;
  const last = Math.floor(n * (1 - d));
  for (let j = 0; j <= last; j++) {
    const rest = 1 - d - j / n;
    if (rest <= 0) {
      if (j === n) sum += Math.exp((j - 1) * Math.log(d + j / n));
      continue;
    }
    sum += Math.exp(logChoose(n, j) + (j - 1) * Math.log(d + j / n) + (n - j) * Math.log(rest));
  }
  return d * sum;
}

const SCALE_BITS = 400;
const SCALE = 2 ** SCALE_BITS;

/** P(D_n < d) by powers of Durbin's matrix (Marsaglia, Tsang and Wang 2003), rescaled to avoid overflow. */
function durbinMatrix(n: number, d: number): number {
  const k = Math.ceil(n * d);
  const h = k - n * d;
  const size = 2 * k - 1;
  let base = durbinStart(size, h);
  let baseExponent = 0;
  let result: Float64Array | null = null;
  let exponent = 0;
  const center = (k - 1) * size + k - 1;
  for (let power = n; power > 0; power = Math.floor(power / 2)) {
    if (power % 2 === 1) {
      result = result === null ? base.slice() : product(result, base, size);
      exponent += baseExponent;
      if (Math.abs(result[center]!) > SCALE) {
        result = result.map((value) => value / SCALE);
        exponent += SCALE_BITS;
      }
    }
    base = product(base, base, size);
    baseExponent *= 2;
    if (Math.abs(base[center]!) > SCALE) {
      base = base.map((value) => value / SCALE);
      baseExponent += SCALE_BITS;
    }
  }
  const logFactor = logGamma(n + 1) - n * Math.log(n);
  return Math.exp(Math.log(result![center]!) + exponent * Math.LN2 + logFactor);
}

function durbinStart(size: number, h: number): Float64Array {
  const matrix = new Float64Array(size * size);
  const factorials = [1];
  for (let j = 1; j <= size; j++) factorials.push(factorials[j - 1]! * j);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const difference = row - column + 1;
      if (difference >= 0) matrix[row * size + column] = 1 / factorials[difference]!;
    }
  }
  for (let j = 0; j < size - 1; j++) {
    const edge = (1 - h ** (j + 1)) / factorials[j + 1]!;
    matrix[j * size] = edge;
    matrix[(size - 1) * size + size - 1 - j] = edge;
  }
  const corner = 1 - 2 * h ** size + Math.max(0, 2 * h - 1) ** size;
  matrix[(size - 1) * size] = corner / factorials[size]!;
  return matrix;
}

function product(left: Float64Array, right: Float64Array, size: number): Float64Array<ArrayBuffer> {
  const result = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let inner = 0; inner < size; inner++) {
      const factor = left[row * size + inner]!;
      if (factor === 0) continue;
      for (let column = 0; column < size; column++) {
        result[row * size + column]! += factor * right[inner * size + column]!;
      }
    }
  }
  return result;
}

/** P(D_n <= d) by the expansion of Pelz and Good (1976) up to n^(-3/2). */
function pelzGood(n: number, d: number): number {
  const z = Math.sqrt(n) * d;
  const z2 = z * z;
  const z4 = z2 * z2;
  const z6 = z4 * z2;
  const pi2 = Math.PI ** 2;
  const pi4 = pi2 * pi2;
  let [k0, k1, k2, k3] = [0, 0, 0, 0];
  let [extra2, extra3] = [0, 0];
  for (let k = 0; k <= Math.ceil((16 * z) / Math.PI); k++) {
    const odd = (2 * k + 1) ** 2;
    const oddPower = Math.exp((-pi2 * odd) / (8 * z2));
    k0 += oddPower;
    k1 += (-z2 + (pi2 / 4) * odd) * oddPower;
    const second = (2 * z4 - 5 * z2) * (pi2 / 4) * odd + ((pi4 * (1 - 2 * z2)) / 16) * odd * odd;
    k2 += (6 * z6 + 2 * z4 + second) * oddPower;
    const third =
      ((pi2 * (135 * z4 - 96 * z6)) / 4) * odd +
      ((pi4 * (-60 * z2 + 212 * z4)) / 16) * odd ** 2 +
      ((pi4 * pi2 * (5 - 30 * z2)) / 64) * odd ** 3;
    k3 += (-30 * z6 - 90 * z4 * z4 + third) * oddPower;
    const square = (k + 1) ** 2;
    const evenPower = Math.exp((-pi2 * square) / (2 * z2));
    extra2 += square * evenPower;
    extra3 += (3 * z2 - pi2 * square) * square * evenPower;
  }
  const root = Math.sqrt(2 * Math.PI);
  const terms = [
    (root * k0) / z,
    (root * k1) / (6 * z4),
    (root * k2) / (72 * z6 * z) - (root * pi2 * extra2) / (36 * z2 * z),
    (root * k3) / (6480 * z6 * z4) + (root * pi2 * extra3) / (216 * z6),
  ];
  return terms.reduce((sum, term, index) => sum + term / n ** (index / 2), 0);
}
