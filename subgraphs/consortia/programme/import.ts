/** Bringing in programmes and their calls: safe to repeat, one row at a time. */
import { isDeepStrictEqual } from 'node:util';

import { newId } from '#kit/id.ts';
import { problem, Refusal, refusal, refuseAny, type Problem } from '#kit/refusal.ts';
import { signedInAs } from '#kit/viewer.ts';
import type { CallRecord } from '../call/call.model.ts';
import {
  readCall,
  callSectorFaults,
  sectorsBreaches,
  untouched,
  type CallContent,
  type GivenCall,
} from '../call/call.ts';
import type { Context } from '../context.ts';
import type { ProgrammeRecord } from './programme.model.ts';
import { editionFaults } from './sector.ts';
import { readProgramme, type GivenProgramme } from './programme.ts';

/** Rows of one import. */
const rowsLimit = 500;

/** A programme to bring in. */
export type ProgrammeRow = GivenProgramme & {
  externalId: string;
  calls: readonly (GivenCall & { externalId: string })[];
};

/** What an import did: programmes and calls, and the rows that failed. */
export interface ImportReport {
  created: number;
  updated: number;
  unchanged: number;
  problems: Problem[];
}

/** A row as it is kept. */
interface ReadRow {
  content: Pick<ProgrammeRecord, 'kind' | 'name' | 'editions'>;
  calls: {
    externalId: string;
    path: string[];
    content: CallContent;
  }[];
}

/**
 * Brings in programmes with their calls; a row that fails is reported and the others go through. Operators and the
 * secretariat may.
 *
 * @throws {Refusal} INVALID (source), LIMIT_REACHED (rows)
 */
export async function importProgrammes(
  context: Context,
  given: { source: string; dryRun: boolean; rows: readonly ProgrammeRow[] },
): Promise<ImportReport> {
  signedInAs(context.viewer, 'SECRETARIAT', 'OPERATOR');
  const { source, dryRun, rows } = given;
  if (source.length < 2 || source.length > 60)
    throw refusal('INVALID', 'A source has 2 to 60 characters.', ['source']);
  if (rows.length > rowsLimit)
    throw refusal('LIMIT_REACHED', `An import has up to ${rowsLimit} rows.`, ['rows']);
  const report: ImportReport = { created: 0, updated: 0, unchanged: 0, problems: [] };
  for (const [index, row] of rows.entries())
    try {
      await importRow(context, { source, dryRun }, row, ['rows', String(index)], report);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      report.problems.push(...error.problems);
    }
  return report;
}

/** One programme and its calls: all of them, or none when there is a fault. */
async function importRow(
  context: Context,
  { source, dryRun }: { source: string; dryRun: boolean },
  row: ProgrammeRow,
  path: string[],
  report: ImportReport,
): Promise<void> {
  const { content, calls } = readRow(row, path);
  refuseAny(await rowSectorFaults(context, row, path));
  const stored = await context.programmes
    .findOne({ 'origin.source': source, 'origin.externalId': row.externalId })
    .lean<ProgrammeRecord>();
  const others = stored
    ? await context.calls.find({ programmeId: stored._id }).lean<CallRecord[]>()
    : [];
  const storedAs = (externalId: string) =>
    others.find(({ origin }) => origin?.source === source && origin.externalId === externalId);
  const staying = others.filter(
    (other) => !calls.some(({ externalId }) => storedAs(externalId)?._id === other._id),
  );
  const called = [...staying, ...calls.map((call) => call.content)];
  refuseAny(calls.flatMap((call) => sectorsBreaches(call.content, called, call.path)));

  const programmeId = stored?._id ?? newId();
  const base = { callsOpened: 0, revision: 1 };
  const origin = { source, externalId: row.externalId };
  await bring(stored, content, dryRun, report, {
    create: () => context.programmes.create([{ _id: programmeId, ...content, origin, ...base }]),
    update: () =>
      context.programmes.updateOne({ _id: programmeId }, { $set: content, $inc: { revision: 1 } }),
  });
  for (const { externalId, content: call } of calls) {
    const known = storedAs(externalId);
    const record = { _id: newId(), programmeId, ...call, origin: { source, externalId } };
    await bring(known, call, dryRun, report, {
      create: () => context.calls.create([{ ...record, ...untouched }]),
      update: () =>
        context.calls.updateOne({ _id: known?._id ?? '' }, { $set: call, $inc: { revision: 1 } }),
    });
  }
}

function readRow(row: ProgrammeRow, path: string[]): ReadRow {
  const faults: Problem[] = nameFaults(row.externalId, path);
  const content = readProgramme(row, path, faults);
  const calls = row.calls.map(({ externalId, ...call }, index) => {
    const at = [...path, 'calls', String(index)];
    faults.push(...nameFaults(externalId, at));
    if (row.calls.findIndex((each) => each.externalId === externalId) < index)
      faults.push(problem('INVALID', 'Each call is named once.', [...at, 'externalId']));
    return { externalId, path: at, content: readCall(call, content, at, faults) };
  });
  refuseAny(faults);
  return { content, calls };
}

async function rowSectorFaults(
  context: Context,
  row: ProgrammeRow,
  path: string[],
): Promise<Problem[]> {
  const faults = await editionFaults(context, row.rules, path);
  for (const [index, call] of row.calls.entries())
    faults.push(...(await callSectorFaults(context, call, [...path, 'calls', String(index)])));
  return faults;
}

function nameFaults(externalId: string, path: string[]): Problem[] {
  if (externalId.length >= 1 && externalId.length <= 200) return [];
  return [
    problem('INVALID', 'A name at the source has 1 to 200 characters.', [...path, 'externalId']),
  ];
}

/** Creates what is new, updates what differs, counts both and what is as it was. */
async function bring<Content extends object>(
  stored: Content | null | undefined,
  content: Content,
  dryRun: boolean,
  report: ImportReport,
  write: { create: () => Promise<unknown>; update: () => PromiseLike<unknown> },
): Promise<void> {
  if (!stored) {
    report.created += 1;
    if (!dryRun) await write.create();
    return;
  }
  const isSame = Object.entries(content).every(([key, value]) =>
    isDeepStrictEqual(value, (stored as Record<string, unknown>)[key]),
  );
  report[isSame ? 'unchanged' : 'updated'] += 1;
  if (!isSame && !dryRun) await write.update();
}
