/** A table goes into the platform part by part; what fails is told by its line in the file. */
import { companyRowReader } from './company-table.ts';
import { ImportFault } from './fault.ts';
import { failed, type Remark } from './found.ts';
import {
  ask,
  GraphFault,
  problemFields,
  sentenceOf,
  type Graph,
  type GraphProblem,
} from './graph.ts';
import {
  lookalike,
  lookalikeFields,
  type LoadReport,
  type LookalikeFound,
  type Tally,
} from './load.ts';
import type { TableCheck, TableFile } from './table-file.ts';
import { partsOf, type TableHead, type TablePart } from './table-part.ts';

/** A kind of table that can be imported. */
export interface TableKind {
  /** As it is named on the command line. */
  name: 'technologies' | 'capabilities' | 'companies';
  /** One line for the operator. */
  summary: string;
  /** Column that every row needs; rows with the same one belong together. */
  key: string;
  /** Whether the rows go into a map. */
  needsMap: boolean;
}

/** Every kind of table. */
export const tableKinds: readonly TableKind[] = [
  {
    name: 'technologies',
    summary: 'a table (.csv, .jsonl) of technologies, for the draft of the map that --map names',
    key: 'code',
    needsMap: true,
  },
  {
    name: 'capabilities',
    summary: 'a table (.csv, .jsonl) of what companies can do',
    key: 'companyId',
    needsMap: false,
  },
  {
    name: 'companies',
    summary: 'a table (.csv, .jsonl) of companies',
    key: 'externalId',
    needsMap: false,
  },
];

/** How a table is imported. */
export interface TableOptions {
  source: string;
  dryRun: boolean;
  /** Code of the map; null where none is needed. */
  map: string | null;
  onProgress?: (rows: number, to: TableKind['name']) => void;
}

/** Most lines that are told one by one; the others are counted. */
export const toldLines = 1_000;

const mutations: Readonly<Record<TableKind['name'], string>> = {
  technologies: mutation('importTechnologyTable', 'ImportTechnologyTableInput'),
  capabilities: mutation('importCapabilityTable', 'ImportCapabilityTableInput'),
  companies: mutation('importCompanies', 'ImportCompaniesInput', lookalikeFields),
};

interface Outcome {
  created: number | null;
  updated: number | null;
  unchanged: number | null;
  problems: GraphProblem[];
  lookalikes?: LookalikeFound[] | null;
}

/** Sends a part; what comes back names lines of the part. */
type Send = (part: TablePart) => Promise<Outcome>;

/** What is known while parts go in. */
interface Loading {
  kind: TableKind;
  options: TableOptions;
  remarks: Remark[];
  /** Rows that look like a firm that was there. */
  alikes: Remark[];
  tally: Tally;
  /** Codes of technologies that a dry run would have made. */
  promised: Set<string>;
}

/**
 * Imports a table that was checked.
 *
 * @throws {ImportFault} IMPORT_FORMAT, IMPORT_REFUSED when the platform takes nothing of it
 * @throws {GraphFault} when the platform does not answer, or refuses a later part; what went in before stays
 */
export async function loadTable(
  graph: Graph,
  kind: TableKind,
  file: TableFile,
  { head }: TableCheck,
  options: TableOptions,
): Promise<LoadReport> {
  const tally = { created: 0, updated: 0, unchanged: 0, failed: 0 };
  const loading: Loading = { kind, options, remarks: [], alikes: [], tally, promised: new Set() };
  const send = await senderOf(graph, loading, head);
  let done = 0;
  for await (const part of partsOf(file.rows(head), head)) {
    const outcome = await send(part);
    refuseWhole(outcome.problems, head.names !== null, done === 0);
    settle(loading, outcome, part);
    done += part.keys.length;
    options.onProgress?.(done, kind.name);
  }
  const { remarks, alikes } = loading;
  const untold = tally.failed - remarks.length;
  return { tallies: new Map([[kind.name, tally]]), remarks: [...remarks, ...alikes], untold, map: null }; // prettier-ignore
}

async function senderOf(graph: Graph, loading: Loading, head: TableHead): Promise<Send> {
  const { kind, options } = loading;
  const { source, dryRun, map } = options;
  const sent = async (input: object) =>
    (await ask<{ outcome: Outcome }>(graph, mutations[kind.name], { input })).outcome;
  if (kind.name !== 'companies')
    return ({ text }) =>
      sent({ source, dryRun, format: head.format, text, ...(map !== null && { mapCode: map }) });
  const rowsOf = await companyRowReader();
  return async (part) => {
    const { rows, lines, problems } = rowsOf(part, head);
    const outcome = await sent({ source, dryRun, rows });
    const lineOf = (index: string | undefined) => lines[Number(index)] ?? 0;
    for (const found of outcome.lookalikes ?? [])
      if (loading.alikes.length < toldLines)
        loading.alikes.push(lookalike(found, part.lines.get(lineOf(String(found.row))) ?? 1));
    const refused = outcome.problems.map(({ path: [list = '', index, ...path], ...rest }) =>
      list === 'rows'
        ? { ...rest, path: ['lines', String(lineOf(index)), ...path] }
        : { ...rest, path: [list, ...(index === undefined ? [] : [index]), ...path] },
    );
    return { ...outcome, problems: [...problems, ...refused] };
  };
}

/** Refuses what is about no row: the names of the columns, which stand on line 1 of a part; the map, the source. */
function refuseWhole(problems: readonly GraphProblem[], hasNames: boolean, isFirst: boolean): void {
  const whole = problems.find(({ path: [list, line] }) => list !== 'lines' || (hasNames && line === '1')); // prettier-ignore
  if (!whole) return;
  const reason = sentenceOf({ ...whole, path: whole.path.filter((part) => part !== 'lines') });
  if (!isFirst) throw new GraphFault(whole.code, reason);
  throw new ImportFault(whole.path[0] === 'lines' ? 'IMPORT_FORMAT' : 'IMPORT_REFUSED', reason);
}

function settle(loading: Loading, outcome: Outcome, part: TablePart): void {
  const { tally, promised, options } = loading;
  tally.created += outcome.created ?? 0;
  tally.updated += outcome.updated ?? 0;
  tally.unchanged += outcome.unchanged ?? 0;
  const byLine = Map.groupBy(outcome.problems, ({ path }) => Number(path[1]));
  for (const [line, own] of byLine) {
    const isForgiven = options.dryRun && own.every((problem) => isPromised(problem, promised));
    if (isForgiven) {
      tally.created += 1;
      byLine.delete(line);
    } else tell(loading, part.lines.get(line) ?? line, own);
  }
  if (options.dryRun && loading.kind.needsMap) promiseRows(part, byLine, promised);
}

function tell({ tally, remarks }: Loading, line: number, own: GraphProblem[]): void {
  tally.failed += 1;
  if (remarks.length >= toldLines) return;
  const sentences = own.map(({ path, ...rest }) => sentenceOf({ ...rest, path: path.slice(2) }));
  remarks.push(failed(line, sentences.join(' ')));
}

/** Notes the technologies that would be there after a part, but for those on lines that failed. */
function promiseRows(
  { keys, lines }: TablePart,
  failing: ReadonlyMap<number, unknown>,
  promised: Set<string>,
): void {
  const rows = [...lines.keys()].slice(-keys.length);
  for (const [index, key] of keys.entries())
    if (key !== null && !failing.has(rows[index] ?? 0)) promised.add(key);
}

/** Whether a row fails only because a dry run did not really make the technology above it. */
function isPromised({ code, path, found }: GraphProblem, promised: ReadonlySet<string>): boolean {
  return code === 'NOT_FOUND' && path[2] === 'parentCode' && found !== null && promised.has(found);
}

function mutation(field: string, input: string, more = ''): string {
  return `mutation Import($input: ${input}!) {
    outcome: ${field}(input: $input) { created updated unchanged ${more} ${problemFields} }
  }`;
}
