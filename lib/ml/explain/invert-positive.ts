/** Inverse of a symmetric positive definite matrix, row after row; null when it is not one up to rounding. */
export function invertPositive(matrix: Float64Array, size: number): Float64Array | null {
  const left = matrix.slice();
  const inverse = new Float64Array(size * size);
  let largest = 0;
  for (let place = 0; place < size; place++) {
    inverse[place * size + place] = 1;
    largest = Math.max(largest, left[place * size + place]!);
  }
  // Gauss and Jordan without pivoting, which a positive definite matrix does not need.
  for (let column = 0; column < size; column++) {
    const pivot = left[column * size + column]!;
    if (!(pivot > 1e-12 * largest)) return null;
    for (let place = 0; place < size; place++) {
      left[column * size + place]! /= pivot;
      inverse[column * size + place]! /= pivot;
    }
    for (let row = 0; row < size; row++) {
      const factor = row === column ? 0 : left[row * size + column]!;
      if (factor === 0) continue;
      for (let place = 0; place < size; place++) {
        left[row * size + place]! -= factor * left[column * size + place]!;
        inverse[row * size + place]! -= factor * inverse[column * size + place]!;
      }
    }
  }
  return inverse;
}
