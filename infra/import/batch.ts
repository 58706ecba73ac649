import type { RowFound, Target } from './found.ts';

/** Rows that go in one call. */
export interface Batch {
  to: Target;
  rows: RowFound[];
}

/** Most rows of one call. */
export const maxBatch = 500;
/** From here on a batch ends where the next company begins, so that what is a company's goes in together. */
const fullEnough = 400;

/** Rows as they follow each other, in batches of one kind. */
export function* batches(rows: Iterable<RowFound>): Generator<Batch> {
  let batch: Batch | null = null;
  for (const row of rows) {
    if (batch && endsBefore(batch, row)) {
      yield batch;
      batch = null;
    }
    batch ??= { to: row.to, rows: [] };
    batch.rows.push(row);
  }
  if (batch) yield batch;
}

function endsBefore({ to, rows }: Batch, next: RowFound): boolean {
  if (to !== next.to || rows.length >= maxBatch) return true;
  return rows.length >= fullEnough && rows.at(-1)?.company !== next.company;
}
