/** What evidence of a company may rest on: files that it handed in, certificates that it holds, projects that it was in. */
import { problem, type Problem } from '#kit/refusal.ts';

import type { CompanyRecord } from '../company/company.model.ts';
import type { Context } from '../context.ts';
import type { ClaimInput } from './claim.ts';
import type { EvidenceInput } from './evidence.ts';

/** Most mergers in a row that are followed back. */
const longestChain = 10;

/** What one company has, of what its evidence names. */
export interface Grounds {
  /** Ids of files. */
  files: ReadonlySet<string>;
  /** Schemes of certificates that are valid today. */
  schemes: ReadonlySet<string>;
  /** Ids of projects. */
  projects: ReadonlySet<string>;
}

/** Whether evidence names anything that must be there. */
export function isGrounded({ fileId, certificateScheme, projectId }: EvidenceInput): boolean {
  return [fileId, certificateScheme, projectId].some((each) => each != null && each !== '');
}

/** The schemes of the certificates that a company holds on a day. */
export function schemesOn(company: Pick<CompanyRecord, 'certificates'> | null, day: string) {
  const valid = (company?.certificates ?? []).filter(
    ({ validFrom, validTo }) => validFrom <= day && (validTo === null || day <= validTo),
  );
  return new Set(valid.map(({ scheme }) => scheme));
}

/** Looks up what the evidence of a company's claims names. */
export async function findGrounds(
  context: Context,
  companyId: string,
  claims: readonly ClaimInput[],
  today: string,
): Promise<Grounds> {
  const evidence = claims.flatMap((claim) => claim.evidence ?? []);
  if (!evidence.some(isGrounded))
    return { files: new Set(), schemes: new Set(), projects: new Set() };
  const fileIds = evidence.flatMap(({ fileId }) => fileId ?? []);
  const projectIds = evidence.flatMap(({ projectId }) => projectId ?? []);
  const files = await context.evidenceFiles
    .find({ _id: { $in: fileIds }, companyId }, { _id: 1 })
    .lean();
  const projects = await context.projects
    .find({ _id: { $in: projectIds }, gone: false }, { memberIds: 1 })
    .lean();
  const own = await withMerged(context, companyId);
  const company = await context.companies.findById(companyId).lean();
  return {
    files: new Set(files.map(({ _id }) => _id)),
    schemes: schemesOn(company, today),
    projects: new Set(
      projects
        .filter(({ memberIds }) => memberIds?.some((id) => own.has(id)))
        .map(({ _id }) => _id),
    ),
  };
}

/** Everything that a claim's evidence names and that its company does not have, at paths below the claim's. */
export function groundFaults(
  { evidence }: ClaimInput,
  grounds: Grounds,
  path: readonly string[],
): Problem[] {
  return (evidence ?? []).flatMap((each, index) =>
    faultsOf(each, grounds, [...path, 'evidence', String(index)]),
  );
}

function faultsOf(
  { fileId, certificateScheme, projectId }: EvidenceInput,
  { files, schemes, projects }: Grounds,
  path: string[],
): Problem[] {
  return [
    ...missing(fileId, files, [...path, 'fileId'], {
      message: 'The company handed in no such file.',
      rule: 'EVIDENCE_FILE_IS_OWN',
    }),
    ...missing(certificateScheme, schemes, [...path, 'certificateScheme'], {
      message: 'The company holds no such certificate today.',
      rule: 'CERTIFICATE_IS_HELD',
    }),
    ...missing(projectId, projects, [...path, 'projectId'], {
      message: 'The company was in no such project.',
      rule: 'PROJECT_IS_OWN',
    }),
  ];
}

function missing(
  named: string | null | undefined,
  there: ReadonlySet<string>,
  path: string[],
  { message, rule }: { message: string; rule: string },
): Problem[] {
  if (named == null || named === '' || there.has(named)) return [];
  return [problem('NOT_FOUND', message, path, { rule, found: named })];
}

/** The company, and those that were merged into it: what they were in, it was in. */
export async function withMerged(
  { companies }: Pick<Context, 'companies'>,
  companyId: string,
): Promise<Set<string>> {
  const all = new Set([companyId]);
  let next = [companyId];
  for (let step = 0; step < longestChain && next.length > 0; step += 1) {
    const merged = await companies.find({ mergedIntoId: { $in: next } }, { _id: 1 }).lean();
    next = merged.map(({ _id }) => _id).filter((id) => !all.has(id));
    for (const id of next) all.add(id);
  }
  return all;
}
