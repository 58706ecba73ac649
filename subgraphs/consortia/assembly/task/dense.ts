// Reading and changing dense arrays of numbers where the index is known to be inside.

/** The number at an index; 0 outside. */
export function at(values: ArrayLike<number>, index: number): number {
  return values[index] ?? 0;
}

// The same of one kind of array: where thousands are read, `at` is slow once it has seen several kinds.

/** The number at an index; 0 outside. */
export function whole(values: Int32Array, index: number): number {
  return values[index] ?? 0;
}

/** The number at an index; 0 outside. */
export function real(values: Float64Array, index: number): number {
  return values[index] ?? 0;
}

/** The number at an index; 0 outside. */
export function byte(values: Uint8Array, index: number): number {
  return values[index] ?? 0;
}

/** Adds to the number at an index. */
export function add(values: { [index: number]: number }, index: number, amount: number): void {
  values[index] = (values[index] ?? 0) + amount;
}

/** The numbers from..to-1. */
export function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, k) => from + k);
}

/** Running sums of counts, in place, so that `counts[i]` is where part i begins. */
export function accumulate(counts: Int32Array): Int32Array {
  for (let index = 1; index < counts.length; index++) add(counts, index, at(counts, index - 1));
  return counts;
}
