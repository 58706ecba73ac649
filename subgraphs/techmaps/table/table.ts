/** Tables of rows as text, in two formats, for any kind of row. No storage. */
import { problem, type Problem } from '#kit/refusal.ts';

import { plainCell, safeCell } from './cell.ts';
import { CsvFault, csvLine, readCsv } from './csv.ts';
import type { Given } from './field.ts';

/** How a table is written. */
export type TableFormat = 'CSV' | 'JSONL';

/** How rows of one kind stand in a table. */
export interface Columns<Row> {
  /** Names of the columns, in their order; a table may leave out any but those needed. */
  names: readonly string[];
  /** A row as the cells of a line, in the order of `names`. */
  cells(row: Row): string[];
  /** The object that JSON would give, from the cells by column; cells that cannot be read stay text. */
  given(cells: Readonly<Record<string, string>>): Given;
  /** The object that stands in a line of JSON. */
  object(row: Row): Given;
  /** The row that an object says, or what is wrong with it. */
  read(given: unknown, path: readonly string[]): { row: Row } | { problems: Problem[] };
}

/** A row and the line where it begins. */
export interface Line<Row> {
  line: number;
  row: Row;
}

/** Rows as text, each line ended by a line feed. */
export function writeTable<Row>(
  columns: Columns<Row>,
  format: TableFormat,
  rows: readonly Row[],
  withNames: boolean,
): string {
  if (format === 'JSONL')
    return rows.map((row) => `${JSON.stringify(columns.object(row))}\n`).join('');
  const lines = rows.map((row) => columns.cells(row).map(safeCell));
  return (withNames ? [columns.names, ...lines] : lines)
    .map((cells) => `${csvLine(cells)}\n`)
    .join('');
}

/** The rows of a text, and what is wrong with its lines: paths begin with `lines` and the line's number. */
export function readTable<Row>(
  columns: Columns<Row>,
  format: TableFormat,
  text: string,
): { rows: Line<Row>[]; problems: Problem[] } {
  const objects = format === 'JSONL' ? jsonLines(text) : csvLines(columns, text);
  const rows: Line<Row>[] = [];
  const problems = [...objects.problems];
  for (const { line, given } of objects.lines) {
    const read = columns.read(given, ['lines', String(line)]);
    if ('row' in read) rows.push({ line, row: read.row });
    else problems.push(...read.problems);
  }
  return { rows, problems };
}

interface Objects {
  lines: { line: number; given: unknown }[];
  problems: Problem[];
}

function jsonLines(text: string): Objects {
  const objects: Objects = { lines: [], problems: [] };
  for (const [index, each] of text.split(/\r\n|\n|\r/).entries()) {
    if (each.trim() === '') continue;
    try {
      objects.lines.push({ line: index + 1, given: JSON.parse(each) });
    } catch {
      objects.problems.push(fault(index + 1, 'This line is no JSON.'));
    }
  }
  return objects;
}

function csvLines<Row>(columns: Columns<Row>, text: string): Objects {
  try {
    const [head, ...records] = readCsv(text);
    if (!head) return { lines: [], problems: [] };
    const unknown = head.fields.filter((name) => !columns.names.includes(name));
    if (unknown.length > 0)
      return {
        lines: [],
        problems: [fault(head.line, `There is no column ${unknown.join(', ')}.`)],
      };
    const twice = head.fields.filter((name, index) => head.fields.indexOf(name) !== index);
    if (twice.length > 0)
      return {
        lines: [],
        problems: [fault(head.line, `The column ${twice.join(', ')} is there twice.`)],
      };
    return cellsOf(columns, head.fields, records);
  } catch (error) {
    if (error instanceof CsvFault)
      return { lines: [], problems: [fault(error.line, error.message)] };
    throw error;
  }
}

function cellsOf<Row>(
  columns: Columns<Row>,
  names: readonly string[],
  records: readonly { line: number; fields: string[] }[],
): Objects {
  const objects: Objects = { lines: [], problems: [] };
  for (const { line, fields } of records) {
    if (fields.length > names.length) {
      objects.problems.push(fault(line, 'This line has more cells than there are columns.'));
      continue;
    }
    const cells = names.map((name, index) => [name, plainCell(fields[index] ?? '')] as const);
    objects.lines.push({ line, given: columns.given(Object.fromEntries(cells)) });
  }
  return objects;
}

function fault(line: number, message: string): Problem {
  return problem('INVALID', message, ['lines', String(line)]);
}
