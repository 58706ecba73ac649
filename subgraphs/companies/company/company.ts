/** Firms of the alliance: registering one, changing what it says about itself, who may see it. */
import { newId } from '#kit/id.ts';
import { badInput } from '#kit/page.ts';
import { problem, refuseAny, type Problem } from '#kit/refusal.ts';
import { signedIn } from '#kit/viewer.ts';
import type { Context } from '../context.ts';
import { addOwner } from '../member/member.ts';
import { findSectorCodes } from '../sector/sector.ts';
import { editing, maySeeCompany, refuseGone } from './access.ts';
import { businessNumberOf } from './business-number.ts';
import { changeCompany, keepCompanies, readAt } from './change.ts';
import {
  companyProfile,
  profileProblems,
  registrationProblems,
  type CompanyDraft,
  type CompanyProfile,
} from './company-form.ts';
import type { CompanyRecord } from './company.model.ts';

/**
 * One company, by its id or its business number; null when there is none or the viewer may not see it.
 *
 * @throws {GraphQLError} BAD_USER_INPUT unless exactly one of the two is given
 */
export async function findCompany(
  { viewer, loaders }: Context,
  {
    id,
    businessNumber,
  }: { id?: string | null | undefined; businessNumber?: string | null | undefined },
): Promise<CompanyRecord | null> {
  if ((id == null) === (businessNumber == null))
    throw badInput('Give either id or businessNumber.');
  const company =
    id == null
      ? await loaders.companyByNumber.load(businessNumberOf(businessNumber ?? '') ?? '')
      : await loaders.company.load(id);
  return company && maySeeCompany(viewer, company) ? company : null;
}

/**
 * The company that another subgraph refers to, whatever its state: who holds its key already knows of it. A reference
 * to a company that became part of another reaches that one.
 */
export async function findReferred(
  { loaders }: Context,
  reference: { id?: string | null | undefined; businessNumber?: string | null | undefined },
): Promise<CompanyRecord | null> {
  const company =
    reference.id == null
      ? await loaders.companyByNumber.load(reference.businessNumber ?? '')
      : await loaders.company.load(reference.id);
  return company?.mergedIntoId == null ? company : loaders.company.load(company.mergedIntoId);
}

/** The company that a record of ours belongs to: it is never removed. */
export async function findOwn({ loaders }: Context, id: string): Promise<CompanyRecord> {
  const company = await loaders.company.load(id);
  if (!company) throw new Error(`Company ${id} is gone.`);
  return company;
}

/**
 * Registers a company, pending, with the viewer as its owner. Any user may.
 *
 * @throws {Refusal} INVALID, NOT_FOUND (sectors), TAKEN (businessNumber)
 */
export async function registerCompany(
  context: Context,
  draft: CompanyDraft,
): Promise<CompanyRecord> {
  const { userId } = signedIn(context.viewer);
  const profile = companyProfile(draft);
  refuseAny([
    ...profileProblems(profile, await findSectorCodes(context), draft.sectors ?? []),
    ...registrationProblems(profile),
  ]);
  const company = newCompany(profile);
  await keepCompanies(context, [company]);
  await addOwner(context, company._id, userId);
  return company;
}

/** What a company can change of itself; what is undefined stays, null takes away. */
export type CompanyChange = {
  [Field in keyof Omit<CompanyDraft, 'businessNumber'>]?: CompanyDraft[Field] | null | undefined;
};

/**
 * Changes what a company says about itself. Its editors may, and the secretariat.
 *
 * @throws {Refusal} NOT_FOUND (id, sectors), STALE (revision), WRONG_STATE (id), INVALID
 */
export async function updateCompany(
  context: Context,
  { id, revision, ...change }: CompanyChange & { id: string; revision: number },
): Promise<CompanyRecord> {
  editing(context.viewer, id);
  const company = await readAt(context, { id, revision });
  refuseGone(company);
  const given = Object.fromEntries(
    Object.entries(change).filter(([, value]) => value !== undefined),
  ) as CompanyChange;
  refuseAny(missing(given));
  const profile = companyProfile({ ...company, ...given } as CompanyDraft);
  const codes = await findSectorCodes(context);
  const problems = profileProblems(profile, codes, given.sectors ?? []);
  // An imported firm may be in Korea without its number being known.
  refuseAny([...problems, ...(company.origin === null ? registrationProblems(profile) : [])]);
  return changeCompany(context, company, profile);
}

/** A company that registers now: pending, without certificates. */
export function newCompany(profile: CompanyProfile): CompanyRecord {
  return {
    _id: newId(),
    revision: 1,
    ...profile,
    status: 'PENDING',
    statusReason: null,
    certifications: [],
    restrictedUntil: null,
    restrictedBecause: null,
    mergedIntoId: null,
    cloudRevenues: [],
    registeredAt: new Date(),
    approvedAt: null,
    origin: null,
    memberChanges: 0,
  };
}

/** What cannot be taken away, and is null. */
function missing(change: CompanyChange): Problem[] {
  const needed = ['name', 'kinds', 'sectors', 'region', 'size', 'capacity'] as const;
  return needed
    .filter((field) => change[field] === null)
    .map((field) => problem('INVALID', 'This cannot be taken away.', [field]));
}
