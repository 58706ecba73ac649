/** Rows go into the platform through the bulk mutations, in batches; what fails is told by its line. */
import { batches, type Batch } from './batch.ts';
import { companyIdsOf, type CompanyIds } from './company-id.ts';
import { alike, failed, type Remark, type RowFound, type Target } from './found.ts';
import { ask, problemFields, sentenceOf, type Graph, type GraphProblem } from './graph.ts';
import { rowsToBring } from './held.ts';
import { inputsOf, type RowInput } from './row-input.ts';
import { openMap, type MapWanted, type OpenMap, type Publication } from './technology-map.ts';

/** What became of the rows of one kind; with a dry run, what would. */
export interface Tally {
  created: number;
  updated: number;
  unchanged: number;
  failed: number;
}

/** What a load needs to know. */
export interface LoadOptions {
  /** Name under which the rows' keys are kept. */
  source: string;
  dryRun: boolean;
  /** The map that technologies go into. */
  map?: MapWanted;
  /** Told after each batch: how many rows went in so far. */
  onProgress?: (rows: number, to: Target) => void;
}

/** What came of a load. */
export interface LoadReport {
  tallies: Map<Target, Tally>;
  /** Rows that were refused, by line. */
  remarks: Remark[];
  /** Rows that were refused beyond those; 0 when not given. */
  untold?: number;
  /** What became of the map; null when no technologies came. */
  map: Publication | null;
}

/** Which rows look like a firm that was there. */
export const lookalikeFields = 'lookalikes { row because company { id name { en ko } } }';

const mutations: Readonly<Record<Target, string>> = {
  technologies: mutation('importTechnologies', 'ImportTechnologiesInput'),
  companies: mutation('importCompanies', 'ImportCompaniesInput', lookalikeFields),
  capabilities: mutation('importCapabilities', 'ImportCapabilitiesInput'),
  events: mutation('importEvents', 'ImportEventsInput'),
  services: mutation('importServices', 'ImportServicesInput'),
};

/** A row that looks like a firm that was there. */
export interface LookalikeFound {
  row: number;
  because: 'NAME' | 'WEBSITE';
  company: { id: string; name: { en: string | null; ko: string | null } };
}

interface Answer {
  outcome: {
    created: number | null;
    updated: number | null;
    unchanged: number | null;
    lookalikes?: LookalikeFound[] | null;
    problems: GraphProblem[];
  };
}

/** What is known while rows go in. */
interface Loading {
  graph: Graph;
  options: LoadOptions;
  report: LoadReport;
  companyIds: CompanyIds;
  map: OpenMap | null;
  /** Keys of companies and codes of technologies that a dry run would have made. */
  promised: Set<string>;
}

/** @throws {GraphFault} when the platform does not answer; what went in before stays */
export async function load(
  graph: Graph,
  rows: Iterable<RowFound>,
  options: LoadOptions,
): Promise<LoadReport> {
  const report: LoadReport = { tallies: new Map(), remarks: [], map: null };
  const companyIds = companyIdsOf(graph, options.source);
  const loading: Loading = { graph, options, report, companyIds, map: null, promised: new Set() };
  let done = 0;
  let previous: Target | null = null;
  for (const batch of batches(rows)) {
    if (batch.to !== previous) await turnTo(loading, batch.to, previous);
    previous = batch.to;
    await loadBatch(loading, batch);
    done += batch.rows.length;
    options.onProgress?.(done, batch.to);
  }
  await turnTo(loading, null, previous);
  return report;
}

/** Kinds of rows that name companies and technologies, which must have been told to those who are asked next. */
const naming: ReadonlySet<Target | null> = new Set<Target>(['capabilities', 'events', 'services']);

/** Between two kinds of rows: what the next ones name must be there. */
async function turnTo(loading: Loading, next: Target | null, previous: Target | null) {
  const { graph, options, report } = loading;
  if (previous === 'technologies' && loading.map && !options.dryRun)
    report.map = await loading.map.publish();
  if (next === 'technologies' && options.map)
    loading.map = await openMap(graph, options.map, options.dryRun);
  if (naming.has(next) && previous !== null && !naming.has(previous)) await graph.caughtUp();
}

async function loadBatch(loading: Loading, { to, rows: all }: Batch): Promise<void> {
  const { graph, options, report, companyIds, map, promised } = loading;
  const tally = tallyOf(report, to);
  const rows = await rowsToBring(graph, companyIds, all);
  tally.unchanged += all.length - rows.length;
  const inputs = await inputsOf(rows, companyIds, promised);
  // A dry run opens no map: what would go into it is new.
  const isUnheld = to === 'technologies' && map?.isThere === false;
  const ready = isUnheld ? [] : inputs.filter(({ state }) => state === 'READY');
  const orphans = inputs.filter(({ state }) => state === 'ORPHANED');
  tally.created += inputs.length - ready.length - orphans.length;
  tally.failed += orphans.length;
  for (const { line } of orphans)
    report.remarks.push(failed(line, 'Its company was not imported.'));
  if (options.dryRun) for (const row of rows) promise(promised, row);
  if (ready.length > 0) await send(loading, to, ready, tally);
}

function promise(promised: Set<string>, found: RowFound): void {
  if (found.to === 'companies') promised.add(found.row.externalId);
  if (found.to === 'technologies') promised.add(found.row.code);
}

async function send(
  loading: Loading,
  to: Target,
  sent: readonly RowInput[],
  tally: Tally,
): Promise<void> {
  const { graph, options } = loading;
  const { source, dryRun, map } = options;
  const rows = sent.map(({ row }) => row);
  const mapCode = to === 'technologies' ? map?.code : undefined;
  const input = { source, dryRun, rows, ...(mapCode !== undefined && { mapCode }) };
  const { outcome } = await ask<Answer>(graph, mutations[to], { input });
  tally.created += outcome.created ?? 0;
  tally.updated += outcome.updated ?? 0;
  tally.unchanged += outcome.unchanged ?? 0;
  countProblems(loading, outcome.problems, sent, tally);
  loading.report.remarks.push(...lookalikes(outcome.lookalikes ?? [], sent));
}

const alikeBy = { NAME: 'the same name', WEBSITE: 'a website on the same host' } as const;

function lookalikes(found: readonly LookalikeFound[], sent: readonly RowInput[]): Remark[] {
  return found.map((each) => lookalike(each, sent[each.row]?.line ?? 1));
}

/** How that is told. */
export function lookalike({ because, company }: LookalikeFound, line: number): Remark {
  const { en, ko } = company.name;
  return alike(
    line,
    `${alikeBy[because]}; see likelyDoubles.`,
    `${en ?? ko ?? ''} (${company.id})`,
  );
}

function countProblems(
  { options, report, promised }: Loading,
  problems: readonly GraphProblem[],
  sent: readonly RowInput[],
  tally: Tally,
): void {
  for (const [index, own] of Map.groupBy(problems, indexOf)) {
    const row = sent[index];
    const isForgiven =
      row && options.dryRun && own.every((problem) => isPromised(problem, row, promised));
    if (isForgiven) tally.created += 1;
    else {
      // A problem without a row concerns the whole call.
      tally.failed += row ? 1 : sent.length;
      const reason = own.map(sentenceOf).join(' ');
      report.remarks.push(failed((row ?? sent[0])?.line ?? 1, reason));
    }
  }
}

/** Whether a row fails only because a dry run did not really make the technology that it names. */
function isPromised(
  { code, path }: GraphProblem,
  { row }: RowInput,
  promised: Set<string>,
): boolean {
  const field = path[2];
  const named = field === 'technologyCode' || field === 'parentCode' ? field : null;
  const fields = row as Readonly<Record<string, unknown>>;
  return code === 'NOT_FOUND' && named !== null && promised.has(String(fields[named]));
}

/** Position of the row that a problem is about; -1 when it is about the whole call. */
function indexOf({ path: [list, position] }: GraphProblem): number {
  return list === 'rows' && position !== undefined ? Number(position) : -1;
}

function tallyOf({ tallies }: LoadReport, to: Target): Tally {
  const tally = tallies.get(to) ?? { created: 0, updated: 0, unchanged: 0, failed: 0 };
  tallies.set(to, tally);
  return tally;
}

function mutation(field: string, input: string, more = ''): string {
  return `mutation Import($input: ${input}!) {
    outcome: ${field}(input: $input) { created updated unchanged ${more} ${problemFields} }
  }`;
}
