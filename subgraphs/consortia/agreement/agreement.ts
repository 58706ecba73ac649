/** Agreements: drawn up on the terms of a consortium, seen by those who are to sign them. */
import { newId } from '#kit/id.ts';
import { seoulDay } from '#kit/instant.ts';
import { isDuplicateKey } from '#kit/mongo.ts';
import { problem, refusal, refuseAny, type Problem } from '#kit/refusal.ts';
import type { Text } from '#kit/text.ts';
import type { CallRecord } from '../call/call.model.ts';
import type { ConsortiumRecord } from '../consortium/consortium.model.ts';
import { consortiumToLead } from '../consortium/consortium.ts';
import { readTeam, sealBreaches, type Team } from '../consortium/seal.ts';
import { consortiumSteps } from '../consortium/state.ts';
import { pointedAt, type Context } from '../context.ts';
import type { TechnologyRecord } from '../pool/technology.model.ts';
import { isInside } from '../project/audience.ts';
import type { ProjectRecord } from '../project/project.model.ts';
import { stateAfter } from '#kit/steps.ts';
import type { AgreementRecord } from './agreement.model.ts';
import { writePaper } from './paper.ts';
import { agreementStatus } from './standing.ts';
import { agreementSteps, type AgreementStatus } from './state.ts';
import { newestTemplate } from './template.ts';

/** A consortium's newest agreement, read in the transaction. */
export async function newestAgreement(
  { agreements }: Pick<Context, 'agreements'>,
  consortiumId: string,
): Promise<AgreementRecord | null> {
  return agreements.findOne({ consortiumId }).sort({ number: -1 }).lean<AgreementRecord>();
}

/**
 * Draws up the agreement on a consortium's terms as they are; earlier ones are void. An owner or editor of the lead's
 * firm may.
 *
 * @throws {Refusal} NOT_FOUND (consortiumId), WRONG_STATE (consortiumId; rule AGREEMENT_CURRENT when the newest one
 * states these terms already), STALE (revision), INVALID for every rule of a seal that does not hold
 */
export async function drawUpAgreement(
  context: Context,
  given: { consortiumId: string; revision: number },
): Promise<AgreementRecord> {
  const { consortium, project } = await consortiumToLead(context, given.consortiumId);
  const path = ['consortiumId'];
  stateAfter(consortiumSteps, consortium.status, 'seal', path);
  if (consortium.revision !== given.revision)
    throw refusal('STALE', 'The consortium was changed since it was read.', ['revision']);
  const now = context.arrivedAt;
  const team = await readTeam(context, consortium, project);
  const template = await newestTemplate(context);
  const newest = await newestAgreement(context, consortium._id);
  refuseAny([
    ...sealBreaches(team, now, seoulDay(now)),
    ...currentFaults(newest, { consortium, project }, template._id, path),
  ]);
  const number = (newest?.number ?? 0) + 1;
  const members = team.memberships
    .filter(({ standing }) => standing === true)
    .toSorted((a, b) => Number(b.role === 'LEAD') - Number(a.role === 'LEAD'));
  const bytes = await writePaper(template, {
    number,
    drawnUpAt: now,
    consortiumId: consortium._id,
    project,
    callTitle: await callTitleOf(context, project),
    members,
    firms: team.firms,
    technologies: await technologyNames(context, team),
  });
  const agreement: AgreementRecord = {
    _id: newId(),
    consortiumId: consortium._id,
    number,
    templateId: template._id,
    consortiumRevision: consortium.revision,
    projectRevision: project.revision,
    memberIds: members.map(({ companyId }) => companyId),
    sha256: await context.store.put(bytes),
    size: bytes.length,
    drawnUpBy: context.viewer.userId ?? '',
    drawnUpAt: now,
    signatures: [],
    sealedAt: null,
    reopening: [],
    reopenedAt: null,
    withdrawal: [],
    revision: 1,
  };
  await context.agreements.create([agreement]).catch((error: unknown) => {
    throw isDuplicateKey(error)
      ? refusal('WRONG_STATE', 'Another agreement was drawn up just now.', path, currentRule)
      : error;
  });
  return agreement;
}

const currentRule = { rule: 'AGREEMENT_CURRENT', limit: 'other terms', found: 'the same' };

/** The newest agreement states the same terms by the same template: another one would only lose its signatures. */
function currentFaults(
  newest: AgreementRecord | null,
  { consortium, project }: { consortium: ConsortiumRecord; project: ProjectRecord },
  templateId: string,
  path: string[],
): Problem[] {
  if (newest?.templateId !== templateId) return [];
  const status = agreementStatus(newest, { consortium, project, newestId: newest._id });
  if (agreementSteps.sign[status] === undefined) return [];
  const message = 'The newest agreement states these terms already.';
  return [problem('WRONG_STATE', message, path, currentRule)];
}

async function callTitleOf({ calls }: Context, { callId }: ProjectRecord): Promise<Text | null> {
  if (callId === null) return null;
  const call = await calls.findById(callId).lean<CallRecord>();
  return call?.title ?? null;
}

async function technologyNames(
  { technologies }: Context,
  { project }: Team,
): Promise<Map<string, Text>> {
  const ids = project.requirements.map(({ technologyId }) => technologyId);
  const found = await technologies.find({ _id: { $in: ids } }).lean<TechnologyRecord[]>();
  return new Map(found.map(({ _id, name }) => [_id, name]));
}

/** A consortium's agreements, newest first: those that name a firm of the viewer's, all for the secretariat. */
export async function findAgreements(
  { viewer, loaders }: Context,
  { _id }: Pick<ConsortiumRecord, '_id'>,
): Promise<AgreementRecord[]> {
  const all = await loaders.agreementsIn.load(_id);
  return all.filter(({ memberIds }) => memberIds.some((id) => isInside(viewer, id)));
}

/** Where an agreement stands now. */
export async function statusOf(
  { loaders }: Context,
  agreement: AgreementRecord,
): Promise<AgreementStatus> {
  const consortium = await pointedAt(loaders.consortium, agreement.consortiumId);
  const project = await pointedAt(loaders.project, consortium.projectId);
  const all = await loaders.agreementsIn.load(consortium._id);
  return agreementStatus(agreement, { consortium, project, newestId: all[0]?._id ?? null });
}

/** The PDF of an agreement in base64. */
export async function paperOf({ store }: Context, { sha256 }: AgreementRecord): Promise<string> {
  return (await store.get(sha256)).toString('base64');
}
