/** Eigenvalues in falling order, each with its vector of length 1. */
export interface Eigenpairs {
  readonly values: Float64Array;
  /** One row per eigenvalue. */
  readonly vectors: readonly Float64Array[];
}

const MOST_SWEEPS = 60;

/**
 * Eigenvalues and eigenvectors of a symmetric matrix by cyclic Jacobi rotations (Golub and Van Loan, Matrix
 * Computations, 8.5). A vector's first largest component is positive, so that the same matrix gives the same vectors.
 * `matrix` is row by row and `size` x `size`.
 */
export function symmetricEigen(matrix: Float64Array, size: number): Eigenpairs {
  const work = matrix.slice();
  const vectors = Array.from({ length: size }, (_, place) => {
    const vector = new Float64Array(size);
    vector[place] = 1;
    return vector;
  });
  let scale = 0;
  for (const value of work) scale += value * value;
  for (let sweep = 0; sweep < MOST_SWEEPS && offDiagonal(work, size) > 1e-30 * scale; sweep++) {
    for (let first = 0; first < size; first++) {
      for (let second = first + 1; second < size; second++) rotate(work, vectors, { size, first, second });
    }
  }
  const order = Array.from({ length: size }, (_, place) => place).toSorted(
    (left, right) => work[right * size + right]! - work[left * size + left]! || left - right,
  );
  return {
    values: Float64Array.from(order, (place) => work[place * size + place]!),
    vectors: order.map((place) => withPositivePeak(vectors[place]!)),
  };
}

function offDiagonal(work: Float64Array, size: number): number {
  let sum = 0;
  for (let row = 0; row < size; row++) {
    for (let column = row + 1; column < size; column++) sum += work[row * size + column]! ** 2;
  }
  return sum;
}

interface Pair {
  readonly size: number;
  readonly first: number;
  readonly second: number;
}

/** Turns two axes so that the matrix has 0 at their crossing. */
function rotate(work: Float64Array, vectors: readonly Float64Array[], { size, first, second }: Pair): void {
  const crossing = work[first * size + second]!;
  if (crossing === 0) return;
  const ratio = (work[second * size + second]! - work[first * size + first]!) / (2 * crossing);
  const tangent = (ratio >= 0 ? 1 : -1) / (Math.abs(ratio) + Math.sqrt(1 + ratio * ratio));
  const cosine = 1 / Math.sqrt(1 + tangent * tangent);
  const sine = tangent * cosine;
  for (let place = 0; place < size; place++) {
    const left = work[place * size + first]!;
    const right = work[place * size + second]!;
    work[place * size + first] = cosine * left - sine * right;
    work[place * size + second] = sine * left + cosine * right;
  }
  const [firstVector, secondVector] = [vectors[first]!, vectors[second]!];
  for (let place = 0; place < size; place++) {
    const left = work[first * size + place]!;
    const right = work[second * size + place]!;
    work[first * size + place] = cosine * left - sine * right;
    work[second * size + place] = sine * left + cosine * right;
    const [leftPart, rightPart] = [firstVector[place]!, secondVector[place]!];
    firstVector[place] = cosine * leftPart - sine * rightPart;
    secondVector[place] = sine * leftPart + cosine * rightPart;
  }
}

function withPositivePeak(vector: Float64Array): Float64Array {
  let peak = 0;
  for (const value of vector) if (Math.abs(value) > Math.abs(peak) + 1e-12) peak = value;
  return peak < 0 ? vector.map((value) => -value) : vector;
}
