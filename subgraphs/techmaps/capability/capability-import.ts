/** Capabilities from another source: many companies at once, each row standing for itself. */
import { seoulDay } from '#kit/instant.ts';
import { intakeProblems, type IntakeReport } from '#kit/intake.ts';
import { problem, refuseAny, type Problem } from '#kit/refusal.ts';
import { signedInAs } from '#kit/viewer.ts';

import { mayPublish } from '../company/company.ts';
import type { Context } from '../context.ts';
import { countFaults } from '../technology/content.ts';
import type { Claim } from './capability.model.ts';
import { findClaimables } from './capability-map.ts';
import type { CapabilityMapRecord } from './capability-map.model.ts';
import { claimFaults, claimed, tidyClaim, type ClaimInput, type Claimables } from './claim.ts';
import { findGrounds, groundFaults, type Grounds } from './ground.ts';
import { inCodeOrder, publishMaps, sameClaim, snapshot } from './publication.ts';

/** A capability from another source. */
export interface CapabilityRow extends ClaimInput {
  companyId: string;
  technologyCode: string;
}

/** Capabilities to import. */
export interface CapabilityImport {
  source: string;
  dryRun?: boolean | null | undefined;
  rows: readonly CapabilityRow[];
}

/**
 * Adds rows to what their companies' published maps say, or changes it: one new snapshot a company whose rows change
 * anything. Repeating it changes nothing. For operators and the secretariat.
 *
 * @returns rows that failed among `problems`; the others were done
 * @throws {Refusal} INVALID (source), LIMIT_REACHED (rows)
 */
export async function importCapabilities(
  context: Context,
  { source, dryRun, rows }: CapabilityImport,
): Promise<IntakeReport> {
  const { userId } = signedInAs(context.viewer, 'OPERATOR', 'SECRETARIAT');
  refuseAny(intakeProblems(source, rows.length));
  const known = await findClaimables(context, rows);
  const problems = await rowFaults(context, rows, known);
  const failed = new Set(problems.map(({ path }) => Number(path[1])));
  const sound = rows
    .map((row, index) => ({ row, index }))
    .filter(({ index }) => !failed.has(index));
  const report: IntakeReport = { created: 0, updated: 0, unchanged: 0, problems };
  const maps: CapabilityMapRecord[] = [];
  const newest = await newestMaps(context, sound);
  for (const [companyId, own] of Map.groupBy(sound, ({ row }) => row.companyId)) {
    const before = newest.get(companyId);
    const merged = merge(before?.entries ?? [], own, known);
    const faults = sizeFaults(context, merged, own);
    problems.push(...faults);
    if (faults.length > 0) continue;
    add(report, merged, own.length);
    if (merged.created + merged.updated > 0)
      maps.push(snapshot(companyId, (before?.revision ?? 0) + 1, merged.entries, userId, source));
  }
  if (dryRun !== true) await publishMaps(context, await inCodeOrder(context, maps));
  return report;
}

/** A row, and where it stands in the input. */
interface PlacedRow {
  row: CapabilityRow;
  index: number;
}

/** What a map says once rows are laid over it. */
interface Merged {
  entries: Claim[];
  created: number;
  updated: number;
}

function add(report: IntakeReport, { created, updated }: Merged, rows: number): void {
  report.created += created;
  report.updated += updated;
  report.unchanged += rows - created - updated;
}

function sizeFaults(
  { config }: Context,
  { entries }: Merged,
  rows: readonly PlacedRow[],
): Problem[] {
  const last = String(rows.at(-1)?.index);
  return countFaults(entries.length, config.capabilityLimit, ['rows', last, 'companyId']);
}

function merge(before: readonly Claim[], rows: readonly PlacedRow[], known: Claimables): Merged {
  const entries = new Map(before.map((claim) => [claim.technologyId, claim]));
  let [created, updated] = [0, 0];
  for (const { row } of rows) {
    const claim = tidyClaim(row, claimed(row, known)?._id ?? '');
    const was = entries.get(claim.technologyId);
    if (!was) created += 1;
    else if (!sameClaim(was, claim)) updated += 1;
    entries.set(claim.technologyId, claim);
  }
  return { entries: [...entries.values()], created, updated };
}

async function rowFaults(
  context: Context,
  rows: readonly CapabilityRow[],
  known: Claimables,
): Promise<Problem[]> {
  const ids = [...new Set(rows.map(({ companyId }) => companyId))];
  const found = await context.companies.find({ _id: { $in: ids } }).lean();
  const taking = new Set(found.filter(mayPublish).map(({ _id }) => _id));
  const today = seoulDay(new Date());
  const grounds = new Map<string, Grounds>();
  for (const [id, own] of Map.groupBy(rows, ({ companyId }) => companyId))
    grounds.set(id, await findGrounds(context, id, own, today));
  const seen = new Set<string>();
  return rows.flatMap((row, index) => {
    const path = ['rows', String(index)];
    const own = grounds.get(row.companyId);
    const key = `${row.companyId} ${row.technologyCode}`;
    const repeated = seen.has(key);
    seen.add(key);
    return [
      ...(taking.has(row.companyId)
        ? []
        : [
            problem(
              'NOT_FOUND',
              'No company that takes part now has this id.',
              [...path, 'companyId'],
              {
                rule: 'COMPANY_TAKES_PART',
              },
            ),
          ]),
      ...claimFaults(row, known, today, path),
      ...(own ? groundFaults(row, own, path) : []),
      ...(repeated
        ? [
            problem('INVALID', 'An earlier row says this already.', [...path, 'technologyCode'], {
              rule: 'TECHNOLOGY_ONCE',
            }),
          ]
        : []),
    ];
  });
}

async function newestMaps(
  { capabilityMaps }: Context,
  rows: readonly PlacedRow[],
): Promise<Map<string, CapabilityMapRecord>> {
  const companyIds = rows.map(({ row }) => row.companyId);
  const found = await capabilityMaps
    .find({ companyId: { $in: [...new Set(companyIds)] }, newest: true })
    .lean();
  return new Map(found.map((map) => [map.companyId, map]));
}
