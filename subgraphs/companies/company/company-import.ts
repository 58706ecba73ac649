/** Companies of another source, brought in by the hundred: each row for itself, a repeat changes nothing. */
import { isDeepStrictEqual } from 'node:util';

import { identityProblems, intakeProblems, type IntakeReport } from '#kit/intake.ts';
import { isDuplicateKey } from '#kit/mongo.ts';
import { problem, refusal, refuseAny, type Problem } from '#kit/refusal.ts';
import { tidy } from '#kit/text.ts';
import { signedInAs } from '#kit/viewer.ts';
import type { Context } from '../context.ts';
import { findLookalikes, type Lookalike } from '../double/double.ts';
import { findSectorCodes } from '../sector/sector.ts';
import {
  certificateProblems,
  certificationOf,
  isSameCertificate,
  type CertificateDraft,
} from './certification.ts';
import { tell } from './change.ts';
import { newCompany } from './company.ts';
import {
  companyProfile,
  profileProblems,
  type CompanyDraft,
  type CompanyProfile,
} from './company-form.ts';
import type { CertificationRecord, CompanyRecord } from './company.model.ts';

/** How many lookalikes one call tells of. */
const mostLookalikes = 1_000;

/** One company of another source. */
export interface CompanyRow extends CompanyDraft {
  externalId: string;
  certifications?: CertificateDraft[] | null | undefined;
}

/** What an import takes. */
export interface CompanyImport {
  source: string;
  dryRun?: boolean | undefined;
  rows: CompanyRow[];
}

/** What an import did, or would do. */
export interface CompanyIntake extends IntakeReport {
  /** Rows that made a company, or would, which looks like one that was there. */
  lookalikes: RowLookalike[];
}

/** A row that looks like a company that was there. */
export interface RowLookalike extends Lookalike {
  row: number;
}

/** A row and what it leads to. */
type Step = Change | { kind: 'same' } | { kind: 'failed'; problems: Problem[] };

/** A company to be written over the revision it has now. */
interface Change {
  kind: 'create' | 'update';
  company: CompanyRecord;
  before: number;
}

/**
 * Makes or changes one approved company a row. Only the secretariat and operators may. A row that fails is reported
 * and the others go through. What the secretariat decided since (status, restriction) stays.
 *
 * @throws {Refusal} INVALID (source), LIMIT_REACHED (rows)
 */
export async function importCompanies(
  context: Context,
  { source, dryRun, rows }: CompanyImport,
): Promise<CompanyIntake> {
  signedInAs(context.viewer, 'SECRETARIAT', 'OPERATOR');
  refuseAny(intakeProblems(source, rows.length));
  const known = await findKnown(context, source, rows);
  const sectors = await findSectorCodes(context);
  const steps = rows.map((row, index) => stepOf(row, index, { source, sectors, known }));
  const lookalikes = await lookalikesIn(context, steps);
  if (!dryRun) await carryOut(context, steps);
  const count = (kind: Step['kind']) => steps.filter((step) => step.kind === kind).length;
  return {
    created: count('create'),
    updated: count('update'),
    unchanged: count('same'),
    lookalikes,
    problems: steps.flatMap((step) => (step.kind === 'failed' ? step.problems : [])),
  };
}

/** What rows are compared with; grows with the rows, so that two of them cannot be the same firm. */
interface Known {
  byKey: Map<string, CompanyRecord>;
  /** Ids by business number. */
  byNumber: Map<string, string>;
  /** Keys of rows seen. */
  seen: Set<string>;
}

async function findKnown(
  { companies }: Context,
  source: string,
  rows: readonly CompanyRow[],
): Promise<Known> {
  const keys = rows.map(({ externalId }) => tidy(externalId));
  const own = await companies
    .find({ 'origin.source': source, 'origin.externalId': { $in: keys } })
    .lean();
  const numbers = rows.flatMap((row) => companyProfile(row).businessNumber ?? []);
  const taken = await companies
    .find({ businessNumber: { $in: numbers } }, { businessNumber: 1 })
    .lean();
  return {
    byKey: new Map(own.map((company) => [company.origin?.externalId ?? '', company])),
    byNumber: new Map(taken.map(({ _id, businessNumber }) => [businessNumber ?? '', _id])),
    seen: new Set(),
  };
}

interface Comparison {
  source: string;
  sectors: ReadonlySet<string>;
  known: Known;
}

function stepOf(row: CompanyRow, index: number, comparison: Comparison): Step {
  const { source, known } = comparison;
  const externalId = tidy(row.externalId);
  const before = known.byKey.get(externalId) ?? null;
  const profile = companyProfile(row);
  const problems = rowProblems(row, profile, before, comparison, ['rows', String(index)]);
  if (problems.length > 0) return { kind: 'failed', problems };
  known.seen.add(externalId);
  const start = before ?? firstState(profile, { source, externalId });
  const certifications = mergedCertifications(start.certifications, row.certifications);
  const company = { ...start, ...profile, certifications };
  if (profile.businessNumber !== null) known.byNumber.set(profile.businessNumber, company._id);
  if (!before) return { kind: 'create', company, before: 0 };
  if (isDeepStrictEqual(before, company)) return { kind: 'same' };
  const { revision } = before;
  return { kind: 'update', company: { ...company, revision: revision + 1 }, before: revision };
}

function rowProblems(
  row: CompanyRow,
  profile: CompanyProfile,
  before: CompanyRecord | null,
  { sectors, known }: Comparison,
  path: string[],
): Problem[] {
  return [
    ...identityProblems(tidy(row.externalId), known.seen, path),
    ...profileProblems(profile, sectors, row.sectors ?? [], path),
    ...goneProblems(before, path),
    ...takenProblems(profile.businessNumber, before, known, path),
    ...(row.certifications ?? []).flatMap((each, place) =>
      certificateProblems(each, [...path, 'certifications', String(place)]),
    ),
  ];
}

/** An imported firm is approved: whoever imports answers for it. */
function firstState(profile: CompanyProfile, origin: CompanyRecord['origin']): CompanyRecord {
  return { ...newCompany(profile), status: 'APPROVED', approvedAt: new Date(), origin };
}

/** Certificates after an import: the imported ones replaced, those stated here kept; absent leaves all as they are. */
export function mergedCertifications(
  held: CertificationRecord[],
  drafts: readonly CertificateDraft[] | null | undefined,
): CertificationRecord[] {
  if (drafts == null) return held;
  const now = new Date();
  const next = drafts.map((draft) => {
    const certification = certificationOf(draft, now, true);
    return (
      held.find((each) => each.imported && isSameCertificate(each, certification)) ?? certification
    );
  });
  return [...held.filter(({ imported }) => !imported), ...next];
}

/** Which new companies look like one that is there, at most so many in all. */
async function lookalikesIn(context: Context, steps: readonly Step[]): Promise<RowLookalike[]> {
  const created = steps.flatMap((step, row) =>
    step.kind === 'create' ? [{ row, company: step.company }] : [],
  );
  if (created.length === 0) return [];
  const found = await findLookalikes(
    context,
    created.map(({ company }) => company),
  );
  return created
    .flatMap(({ row }, index) => (found[index] ?? []).map((each) => ({ ...each, row })))
    .slice(0, mostLookalikes);
}

async function carryOut(context: Context, steps: readonly Step[]): Promise<void> {
  const changes = steps.filter(
    (step): step is Change => step.kind === 'create' || step.kind === 'update',
  );
  if (changes.length === 0) return;
  const { companies } = context;
  const result = await companies
    .bulkWrite(
      changes.map(({ kind, company, before }) =>
        kind === 'create'
          ? { insertOne: { document: company } }
          : {
              replaceOne: {
                filter: { _id: company._id, revision: before },
                replacement: company,
              },
            },
      ),
    )
    .catch((error: unknown) => {
      throw isDuplicateKey(error) ? raced() : error;
    });
  if (result.insertedCount + result.modifiedCount !== changes.length) throw raced();
  await tell(
    context,
    changes.map(({ company }) => company),
  );
}

function goneProblems(before: CompanyRecord | null, path: string[]): Problem[] {
  if (before?.status !== 'MERGED' && before?.status !== 'CLOSED') return [];
  return [
    problem('WRONG_STATE', `This company is ${before.status}.`, [...path, 'externalId'], {
      rule: 'COMPANY_GONE',
      found: before.status,
    }),
  ];
}

function takenProblems(
  businessNumber: string | null,
  before: CompanyRecord | null,
  { byNumber }: Known,
  path: string[],
): Problem[] {
  const holder = businessNumber === null ? undefined : byNumber.get(businessNumber);
  if (holder === undefined || holder === before?._id) return [];
  return [
    problem('TAKEN', 'Another company has this business number.', [...path, 'businessNumber']),
  ];
}

function raced() {
  return refusal('STALE', 'Somebody changed one of these companies just now; try again.', ['rows']);
}
