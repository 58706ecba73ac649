/** Rows of a table of companies as `importCompanies` takes them; what a row must be is what the schema says of its input. */
import { coerceInputValue, isInputObjectType, type GraphQLInputObjectType } from 'graphql';

import { executable } from '#kit/subgraph.ts';
import { subgraphSdl } from '#schema/sdl.ts';
import type { GraphProblem } from './graph.ts';
import type { TableHead, TablePart } from './table-part.ts';
import { cellsOf, RecordScanner, type TableRecord } from './table-record.ts';

/** The rows of a part that can be sent, and what is wrong with the others; lines are those of the part. */
export interface CompanyRows {
  rows: object[];
  /** Line of each row. */
  lines: number[];
  /** Under `lines`, then the line. */
  problems: GraphProblem[];
}

type Row = Record<string, unknown>;

/** How the cell of a column goes into a row; empty cells say nothing. */
const columns: Readonly<Record<string, (row: Row, cell: string) => void>> = {
  externalId: (row, cell) => (row['externalId'] = cell),
  nameKo: (row, cell) => said(row, 'name', 'ko', cell),
  nameEn: (row, cell) => said(row, 'name', 'en', cell),
  businessNumber: (row, cell) => (row['businessNumber'] = cell),
  kinds: (row, cell) => (row['kinds'] = partsIn(cell)),
  sectors: (row, cell) => (row['sectors'] = partsIn(cell)),
  region: (row, cell) => (row['region'] = cell),
  size: (row, cell) => (row['size'] = cell),
  website: (row, cell) => (row['website'] = cell),
  descriptionKo: (row, cell) => said(row, 'description', 'ko', cell),
  descriptionEn: (row, cell) => said(row, 'description', 'en', cell),
  capacity: (row, cell) => (row['capacity'] = /^\d{1,9}$/.test(cell) ? Number(cell) : cell),
  affiliateGroup: (row, cell) => (row['affiliateGroup'] = cell),
  certifications: (row, cell) => (row['certifications'] = cell.split(/\r\n|\n|\r/).filter((line) => line.trim()).map(certificate)), // prettier-ignore
};

/** The columns of a table of companies, in the order of the template. */
export const companyColumns: readonly string[] = Object.keys(columns);

/** Reads the rows of parts. */
export async function companyRowReader(): Promise<
  (part: TablePart, head: TableHead) => CompanyRows
> {
  const schema = executable({ sdl: await subgraphSdl('companies'), resolvers: {} });
  const type = schema.getType('CompanyRowInput');
  if (!isInputObjectType(type)) throw new Error('The schema has no rows of companies.');
  return (part, head) => rowsIn(part, head, type);
}

function rowsIn({ text }: TablePart, head: TableHead, type: GraphQLInputObjectType): CompanyRows {
  const scanner = new RecordScanner(head.format, Infinity);
  const records = [...scanner.feed(text), ...scanner.end()];
  const names = head.names && cellsOf(head.names);
  const unknown = names?.find((name) => !(name in columns));
  if (unknown !== undefined)
    return { rows: [], lines: [], problems: [fault(1, [], `There is no column ${unknown}.`)] };
  const read: CompanyRows = { rows: [], lines: [], problems: [] };
  for (const record of names ? records.slice(1) : records) {
    const row = names ? rowOfCells(record, names) : objectIn(record);
    const faults = typeof row === 'string' ? [fault(record.line, [], row)] : faultsOf(record, row, type); // prettier-ignore
    read.problems.push(...faults);
    if (faults.length > 0 || typeof row === 'string') continue;
    read.rows.push(row);
    read.lines.push(record.line);
  }
  return read;
}

function rowOfCells(record: TableRecord, names: readonly string[]): Row | string {
  const cells = cellsOf(record);
  if (cells.length > names.length) return 'The row has more cells than there are columns.';
  const row: Row = {};
  for (const [index, name] of names.entries()) {
    const cell = cells[index]?.trim() ?? '';
    if (cell !== '') columns[name]?.(row, cell);
  }
  return row;
}

function objectIn({ text }: TableRecord): Row | string {
  try {
    const row: unknown = JSON.parse(text);
    if (typeof row === 'object' && row !== null && !Array.isArray(row)) return { ...row };
  } catch {
    // Told below.
  }
  return 'The row is no JSON object.';
}

/** What the schema has against a row: one that it would refuse takes the whole call along. */
function faultsOf({ line }: TableRecord, row: Row, type: GraphQLInputObjectType): GraphProblem[] {
  const faults: GraphProblem[] = [];
  coerceInputValue(row, type, (path, _, error) => {
    faults.push(fault(line, path.map(String), error.message));
  });
  return faults;
}

function fault(line: number, path: readonly string[], message: string): GraphProblem {
  return { code: 'INVALID', message, path: ['lines', String(line), ...path], limit: null, found: null }; // prettier-ignore
}

function said(row: Row, field: string, language: 'ko' | 'en', cell: string): void {
  row[field] = { ...Object(row[field]), [language]: cell };
}

function partsIn(cell: string): string[] {
  return cell
    .split('|')
    .map((part) => part.trim())
    .filter(Boolean);
}

const certificateFields = ['scheme', 'type', 'grade', 'number', 'validFrom', 'validTo', 'appliedOn']; // prettier-ignore

function certificate(line: string): Row {
  const parts = line.split('|').map((part) => part.trim());
  return Object.fromEntries(
    certificateFields.flatMap((name, index) => (parts[index] ? [[name, parts[index]]] : [])),
  );
}
