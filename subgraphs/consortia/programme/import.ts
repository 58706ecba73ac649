/** Bringing in programmes and their calls: safe to repeat, one row at a time. */
import { isDeepStrictEqual } from 'node:util';

import { newId } from '#kit/id.ts';
import { identityProblems, intakeProblems, type IntakeReport } from '#kit/intake.ts';
import { Refusal, refuseAny, type Problem } from '#kit/refusal.ts';
import { tidy } from '#kit/text.ts';
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
import { broughtFaults } from '../call/revise.ts';
import { callStatus } from '../call/state.ts';
import type { Context } from '../context.ts';
import type { ProgrammeRecord } from './programme.model.ts';
import { editionFaults } from './sector.ts';
import { readProgramme, type GivenProgramme } from './programme.ts';
import type { Rules } from './rules.ts';

/** A programme to bring in. */
export type ProgrammeRow = GivenProgramme & {
  externalId: string;
  calls: readonly (GivenCall & { externalId: string })[];
};

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
): Promise<IntakeReport> {
  signedInAs(context.viewer, 'SECRETARIAT', 'OPERATOR');
  const { source, dryRun, rows } = given;
  refuseAny(intakeProblems(source, rows.length));
  const report: IntakeReport = { created: 0, updated: 0, unchanged: 0, problems: [] };
  const seen = new Set<string>();
  for (const [index, each] of rows.entries()) {
    const path = ['rows', String(index)];
    const row = { ...each, externalId: tidy(each.externalId) };
    try {
      refuseAny(identityProblems(row.externalId, seen, path));
      seen.add(row.externalId);
      await importRow(context, { source, dryRun }, row, path, report);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      report.problems.push(...error.problems);
    }
  }
  return report;
}

/** One programme and its calls: all of them, or none when there is a fault. */
async function importRow(
  context: Context,
  { source, dryRun }: { source: string; dryRun: boolean },
  row: ProgrammeRow,
  path: string[],
  report: IntakeReport,
): Promise<void> {
  const stored = await context.programmes
    .findOne({ 'origin.source': source, 'origin.externalId': row.externalId })
    .lean<ProgrammeRecord>();
  const others = stored
    ? await context.calls.find({ programmeId: stored._id }).lean<CallRecord[]>()
    : [];
  const storedAs = (externalId: string) =>
    others.find(({ origin }) => origin?.source === source && origin.externalId === externalId);
  const now = context.arrivedAt;
  const { content, calls } = readRow(row, path, (externalId) => {
    const known = storedAs(externalId);
    return known && callStatus(known, now) !== 'SCHEDULED' ? known.rules : null;
  });
  refuseAny([
    ...(await rowSectorFaults(context, row, path)),
    ...calls.flatMap((call) => {
      const known = storedAs(call.externalId);
      return known ? broughtFaults(known, call.content, call.path, now) : [];
    }),
  ]);
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

/** @param rulesOf a call that has opened: it keeps them where the row brings none of its own */
function readRow(
  row: ProgrammeRow,
  path: string[],
  rulesOf: (externalId: string) => Rules | null,
): ReadRow {
  const faults: Problem[] = [];
  const content = readProgramme(row, path, faults);
  const seen = new Set<string>();
  const calls = row.calls.map(({ externalId: given, ...call }, index) => {
    const at = [...path, 'calls', String(index)];
    const externalId = tidy(given);
    faults.push(...identityProblems(externalId, seen, at));
    seen.add(externalId);
    const own = { ...call, rules: call.rules ?? rulesOf(externalId) };
    return { externalId, path: at, content: readCall(own, content, at, faults) };
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

/** Creates what is new, updates what differs, counts both and what is as it was. */
async function bring<Content extends object>(
  stored: Content | null | undefined,
  content: Content,
  dryRun: boolean,
  report: IntakeReport,
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
