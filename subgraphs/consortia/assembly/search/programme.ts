// A linear or integer programme while it is being written down: rows in compressed form, minimised.

/** min constant + costs·v with least <= A v <= most and lower <= v <= upper. */
export type Programme = {
  constant: number;
  readonly costs: number[];
  readonly lower: number[];
  readonly upper: number[];
  /** 1 where the column must be whole. */
  readonly whole: number[];
  readonly least: number[];
  readonly most: number[];
  readonly starts: number[];
  readonly indices: number[];
  readonly values: number[];
};

/** An empty programme. */
export function emptyProgramme(): Programme {
  return {
    constant: 0,
    costs: [],
    lower: [],
    upper: [],
    whole: [],
    least: [],
    most: [],
    starts: [0],
    indices: [],
    values: [],
  };
}

/** Adds a column and gives its number. */
export function addColumn(
  programme: Programme,
  column: { cost: number; lower?: number; upper?: number; isWhole?: boolean },
): number {
  programme.costs.push(column.cost);
  programme.lower.push(column.lower ?? 0);
  programme.upper.push(column.upper ?? 1);
  programme.whole.push(column.isWhole === true ? 1 : 0);
  return programme.costs.length - 1;
}

/** Adds a row and gives its number. Each column may come once. */
export function addRow(
  programme: Programme,
  columns: readonly number[],
  values: readonly number[],
  least: number,
  most: number,
): number {
  for (const column of columns) programme.indices.push(column);
  for (const value of values) programme.values.push(value);
  programme.starts.push(programme.indices.length);
  programme.least.push(least);
  programme.most.push(most);
  return programme.least.length - 1;
}

/** So many ones. */
export function ones(count: number): number[] {
  return Array.from({ length: count }, () => 1);
}
