/** Files for tests: small ones of our own, and larger ones that are not part of the repository. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import type { Figure, Found, Remark, RowFound, Rows, Target } from './found.ts';
import { readSource, type Source } from './source.ts';

/** Where larger files of other producers lie, beside the project; tests of them are skipped where there are none. */
export const foreignData = fileURLToPath(new URL('../../../shared/data/', import.meta.url));

/** Whether there are larger files. */
export const hasForeignData = existsSync(foreignData);
if (!hasForeignData)
  process.stdout.write('Files of other producers skipped: no ../shared/data here.\n');

/** One of our own files. */
export function fixture(name: string): Promise<Source> {
  return readSource(fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url)));
}

/** A source of a text. */
export function sourceOf(text: string | Buffer): Source {
  return { path: 'test', bytes: Buffer.from(text) };
}

/** What was found, by kind. */
export interface Sorted {
  rows: RowFound[];
  remarks: Remark[];
  figures: Record<string, number>;
}

/** Everything found, sorted by kind. */
export function sort(found: Iterable<Found>): Sorted {
  const all = [...found];
  const figures = all.filter((each): each is Figure => each.kind === 'figure');
  return {
    rows: all.filter((each): each is RowFound => each.kind === 'row'),
    remarks: all.filter((each): each is Remark => each.kind === 'remark'),
    figures: Object.fromEntries(figures.map(({ name, value }) => [name, value])),
  };
}

/** The rows of one kind. */
export function rowsTo<To extends Target>({ rows }: Sorted, to: To): Rows[To][] {
  return rows.filter((each) => each.to === to).map(({ row }) => row as Rows[To]);
}
