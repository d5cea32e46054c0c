/** Rows in which neighbours are sought. A categorical value is a level's index, or -1 where it is missing. */
export interface NeighbourRows {
  readonly rowCount: number;
  /** Numeric columns first, then the categorical ones; one number per row. */
  readonly columns: readonly Float64Array[];
  readonly numericCount: number;
  /** Number of levels of each categorical column. */
  readonly levelCounts: readonly number[];
}

/** The nearest rows to one point, nearest first. */
export interface Neighbours {
  readonly rows: Int32Array;
  /** Squared distances. */
  readonly squares: Float64Array;
}

/** Rows of a leaf: scanning so many is as fast as going down further. */
const LEAF_ROWS = 24;
/** Rows whose median stands for that of all rows of a node. */
const SAMPLED_ROWS = 65;

interface Node {
  readonly from: number;
  readonly to: number;
  /** Lowest and highest value of each numeric column. */
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** Per categorical column, bit code + 1 is set for each code that occurs. */
  readonly present: readonly Uint32Array[];
  children: readonly [Node, Node] | null;
}

/**
 * A k-d tree (Bentley 1975; nodes keep the box of their rows) over numbers and categories. The distance is the Euclidean
 * one after each category is written as one 0/1 column per level: another level adds 2 to the square, a missing one
 * against a level 1. Searches are exact; of rows equally far the earlier one is nearer.
 */
export class NeighbourTree {
  readonly #rows: NeighbourRows;
  /** Row numbers in the order of the leaves. */
  readonly #order: Int32Array;
  /** Values in that order, row after row. */
  readonly #values: Float64Array;
  readonly #root: Node;

  constructor(rows: NeighbourRows) {
    this.#rows = rows;
    this.#order = Int32Array.from({ length: rows.rowCount }, (_, row) => row);
    this.#root = this.#box(0, rows.rowCount);
    const open = [this.#root];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      const middle = this.#split(node);
      if (middle === null) continue;
      node.children = [this.#box(node.from, middle), this.#box(middle, node.to)];
      open.push(...node.children);
    }
    const width = rows.columns.length;
    this.#values = new Float64Array(rows.rowCount * width);
    for (const [place, row] of this.#order.entries()) {
      for (let column = 0; column < width; column++) {
        this.#values[place * width + column] = rows.columns[column]![row]!;
      }
    }
  }

  /** The `count` nearest rows to a point with one value per column; all rows when there are fewer. */
  nearest(point: Float64Array, count: number): Neighbours {
    const size = Math.min(count, this.#rows.rowCount);
    const found = { rows: new Int32Array(size), squares: new Float64Array(size).fill(Infinity), held: 0 };
    this.#visit(this.#root, point, found);
    return found;
  }

  #visit(node: Node, point: Float64Array, found: Found): void {
    if (node.children === null) {
      this.#scan(node, point, found);
      return;
    }
    const [left, right] = node.children;
    const leftBound = this.#bound(left, point);
    const rightBound = this.#bound(right, point);
    const isLeftFirst = leftBound <= rightBound;
    const size = found.rows.length;
    // A row as far as the last one found may still come before it by its number.
    const isOpen = (bound: number) => found.held < size || bound <= found.squares[size - 1]!;
    if (isOpen(isLeftFirst ? leftBound : rightBound)) this.#visit(isLeftFirst ? left : right, point, found);
    if (isOpen(isLeftFirst ? rightBound : leftBound)) this.#visit(isLeftFirst ? right : left, point, found);
  }

  #scan(node: Node, point: Float64Array, found: Found): void {
    const { numericCount, columns } = this.#rows;
    const width = columns.length;
    const values = this.#values;
    const size = found.rows.length;
    for (let place = node.from; place < node.to; place++) {
      const start = place * width;
      let square = 0;
      for (let column = 0; column < numericCount; column++) {
        const difference = point[column]! - values[start + column]!;
        square += difference * difference;
      }
      for (let column = numericCount; column < width; column++) {
        const [left, right] = [point[column]!, values[start + column]!];
        if (left !== right) square += left < 0 || right < 0 ? 1 : 2;
      }
      const row = this.#order[place]!;
      const last = size - 1;
      if (found.held === size) {
        const worst = found.squares[last]!;
        if (square > worst || (square === worst && row > found.rows[last]!)) continue;
      } else found.held++;
      let slot = found.held - 1;
      while (slot > 0) {
        const before = found.squares[slot - 1]!;
        if (before < square || (before === square && found.rows[slot - 1]! < row)) break;
        found.squares[slot] = before;
        found.rows[slot] = found.rows[slot - 1]!;
        slot--;
      }
      found.squares[slot] = square;
      found.rows[slot] = row;
    }
  }

  /** No row of the node is nearer: terms are added in the order of `#scan`, so that rounding cannot break it. */
  #bound(node: Node, point: Float64Array): number {
    const { numericCount } = this.#rows;
    let square = 0;
    for (let column = 0; column < numericCount; column++) {
      const value = point[column]!;
      const difference =
        value < node.low[column]!
          ? node.low[column]! - value
          : value > node.high[column]!
            ? value - node.high[column]!
            : 0;
      square += difference * difference;
    }
    for (let place = 0; place < node.present.length; place++) {
      const present = node.present[place]!;
      const code = point[numericCount + place]!;
      const bit = code + 1;
      if (((present[bit >>> 5] ?? 0) >>> (bit & 31)) & 1) continue;
      square += code < 0 || (present[0]! & 1) === 1 ? 1 : 2;
    }
    return square;
  }

  #box(from: number, to: number): Node {
    const { columns, numericCount, levelCounts } = this.#rows;
    const low = new Float64Array(numericCount).fill(Infinity);
    const high = new Float64Array(numericCount).fill(-Infinity);
    for (let column = 0; column < numericCount; column++) {
      const values = columns[column]!;
      for (let place = from; place < to; place++) {
        const value = values[this.#order[place]!]!;
        if (value < low[column]!) low[column] = value;
        if (value > high[column]!) high[column] = value;
      }
    }
    const present = levelCounts.map((count, index) => {
      const words = new Uint32Array((count >>> 5) + 1);
      const values = columns[numericCount + index]!;
      for (let place = from; place < to; place++) {
        const bit = values[this.#order[place]!]! + 1;
        words[bit >>> 5]! |= 1 << (bit & 31);
      }
      return words;
    });
    return { from, to, low, high, present, children: null };
  }

  /** Orders a node's rows into two parts at the column that varies most; null where they are few or all equal. */
  #split(node: Node): number | null {
    const { from, to } = node;
    if (to - from <= LEAF_ROWS) return null;
    const { columns, numericCount, levelCounts } = this.#rows;
    let best: { column: number; variance: number; level: number } = { column: -1, variance: 0, level: -1 };
    for (let column = 0; column < numericCount; column++) {
      if (node.low[column] === node.high[column]) continue;
      const variance = this.#variance(columns[column]!, from, to);
      if (variance > best.variance) best = { column, variance, level: -1 };
    }
    for (const [index, count] of levelCounts.entries()) {
      const { variance, level } = this.#impurity(columns[numericCount + index]!, count, node);
      if (variance > best.variance) best = { column: numericCount + index, variance, level };
    }
    if (best.column < 0) return null;
    const values = columns[best.column]!;
    if (best.column >= numericCount) {
      return this.#partition(node, (row) => values[row] === best.level);
    }
    const median = this.#sampledMedian(values, from, to);
    return median < node.high[best.column]!
      ? this.#partition(node, (row) => values[row]! <= median)
      : this.#partition(node, (row) => values[row]! < median);
  }

  #variance(values: Float64Array, from: number, to: number): number {
    let [sum, squares] = [0, 0];
    for (let place = from; place < to; place++) {
      const value = values[this.#order[place]!]!;
      sum += value;
      squares += value * value;
    }
    const count = to - from;
    return Math.max(Number.MIN_VALUE, squares / count - (sum / count) ** 2);
  }

  /** The summed variance of the 0/1 columns of a category, and its most frequent code. */
  #impurity(
    values: Float64Array,
    levelCount: number,
    { from, to }: Node,
  ): { variance: number; level: number } {
    const counts = new Int32Array(levelCount + 1);
    for (let place = from; place < to; place++) counts[values[this.#order[place]!]! + 1]!++;
    let [level, variance] = [0, 1];
    for (let bit = 0; bit < counts.length; bit++) {
      variance -= (counts[bit]! / (to - from)) ** 2;
      if (counts[bit]! > counts[level]!) level = bit;
    }
    return { variance: counts[level] === to - from ? 0 : variance, level: level - 1 };
  }

  #sampledMedian(values: Float64Array, from: number, to: number): number {
    const sample = Float64Array.from({ length: SAMPLED_ROWS }, (_, index) => {
      const place = from + Math.floor(((to - from - 1) * index) / (SAMPLED_ROWS - 1));
      return values[this.#order[place]!]!;
    });
    return sample.sort()[SAMPLED_ROWS >> 1]!;
  }

  #partition({ from, to }: Node, isLeft: (row: number) => boolean): number {
    const part = this.#order.slice(from, to);
    let place = from;
    for (const row of part) if (isLeft(row)) this.#order[place++] = row;
    const middle = place;
    for (const row of part) if (!isLeft(row)) this.#order[place++] = row;
    return middle;
  }
}

interface Found {
  readonly rows: Int32Array;
  readonly squares: Float64Array;
  held: number;
}
