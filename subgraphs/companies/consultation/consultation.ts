/** Consultations: a firm that leads talks with another before they take on something together. */
import { newId } from '#kit/id.ts';
import type { GivenFile } from '#kit/media.ts';
import { problem, refusal, refuseAny } from '#kit/refusal.ts';
import { tidy } from '#kit/text.ts';
import { signedIn } from '#kit/viewer.ts';
import { fileProblems, keepFiles } from '../attachment/attachment.ts';
import { maySeeCompany } from '../company/access.ts';
import type { CompanyRecord } from '../company/company.model.ts';
import type { Context } from '../context.ts';
import { actingNow } from '../member/place.ts';
import { countToday } from '../tally/tally.ts';
import { otherSide, ownConsultation } from './access.ts';
import {
  beginningProblems,
  messageText,
  standingProblems,
  subjectProblems,
  textProblems,
} from './consultation-form.ts';
import type { ConsultationMessageRecord, ConsultationRecord } from './consultation.model.ts';

/** What opens a consultation. */
export interface NewConsultation {
  companyId: string;
  firmId: string;
  projectId?: string | null | undefined;
  subject: string;
  text: string;
  files: GivenFile[];
}

/**
 * Opens a consultation with another firm by a first message. An owner or editor of the firm that leads may; both firms must
 * be approved and not restricted.
 *
 * @throws {Refusal} NOT_FOUND (firmId, projectId), WRONG_STATE (companyId, firmId), INVALID, LIMIT_REACHED
 */
export async function openConsultation(
  context: Context,
  given: NewConsultation,
): Promise<ConsultationRecord> {
  const { userId } = await actingNow(context, given.companyId, 'EDITOR');
  const now = new Date();
  const { lead, firm } = await partiesOf(context, given);
  const subject = tidy(given.subject);
  const text = messageText(given.text);
  refuseAny([
    ...beginningProblems(lead, ['companyId'], now),
    ...beginningProblems(firm, ['firmId'], now),
    ...subjectProblems(subject),
    ...textProblems(text, 0),
    ...fileProblems(context, given.files),
    ...(await projectProblems(context, given.projectId)),
  ]);
  await countToday(context, {
    of: `consultations ${lead._id}`,
    limit: context.config.consultationsADay,
    rule: 'CONSULTATIONS_A_DAY',
    path: ['companyId'],
  });
  await countMessage(context, userId);
  const consultation: ConsultationRecord = {
    _id: newId(),
    revision: 1,
    leadId: lead._id,
    firmId: firm._id,
    firmIds: [lead._id, firm._id],
    projectId: given.projectId ?? null,
    subject,
    state: 'OPEN',
    openedAt: now,
    lastAt: now,
    lastNumber: 1,
  };
  const files = await keepFiles(context, given.files);
  await context.consultations.create([consultation]);
  const message = { firmId: lead._id, authorId: userId, text, files, at: now };
  await keepMessage(context, consultation, { ...message, kind: 'MESSAGE' });
  return consultation;
}

/**
 * Writes in a consultation; one that is closed is open again by that. An owner or editor of either firm may, while both are
 * approved: who is suspended reads on, and writes again once approved.
 *
 * @throws {Refusal} NOT_FOUND (id, companyId), WRONG_STATE (companyId), INVALID (text, files), LIMIT_REACHED
 */
export async function writeToConsultation(
  context: Context,
  given: { id: string; companyId: string; text: string; files: GivenFile[] },
): Promise<{ consultation: ConsultationRecord; message: ConsultationMessageRecord }> {
  const before = await ownConsultation(context, given.id);
  const { userId } = signedIn(context.viewer);
  const other = await otherSide(context, before, given.companyId);
  const text = messageText(given.text);
  const firms = await context.companies.find({ _id: { $in: [given.companyId, other] } }).lean();
  refuseAny([
    ...firms.flatMap((firm) => standingProblems(firm, ['companyId'])),
    ...textProblems(text, given.files.length),
    ...fileProblems(context, given.files),
  ]);
  await countMessage(context, userId);
  const files = await keepFiles(context, given.files);
  const consultation = await advance(context, before, 'OPEN');
  const { lastAt: at } = consultation;
  const content = { firmId: given.companyId, authorId: userId, text: text || null, files, at };
  const message = await keepMessage(context, consultation, { ...content, kind: 'MESSAGE' });
  return { consultation, message };
}

/**
 * Marks a consultation closed. An owner or editor of either firm may, whatever became of the firms; not without having seen
 * the last message, which the revision shows.
 *
 * @throws {Refusal} NOT_FOUND (id, companyId), STALE (revision), WRONG_STATE (id) when it is closed
 */
export async function closeConsultation(
  context: Context,
  { id, revision, companyId }: { id: string; revision: number; companyId: string },
): Promise<ConsultationRecord> {
  const before = await ownConsultation(context, id);
  const { userId: authorId } = signedIn(context.viewer);
  await otherSide(context, before, companyId);
  if (before.revision !== revision)
    throw refusal('STALE', 'Something was written since; read it first.', ['revision'], {
      found: String(before.revision),
    });
  if (before.state === 'CLOSED') throw refusal('WRONG_STATE', 'It is closed.', ['id']);
  const consultation = await advance(context, before, 'CLOSED');
  const { lastAt: at } = consultation;
  const end = { firmId: companyId, authorId, text: null, files: [], at };
  await keepMessage(context, consultation, { ...end, kind: 'CLOSED' });
  return consultation;
}

/** The next number is taken from the consultation itself: two that write at once meet here, and one goes first. */
async function advance(
  { consultations }: Context,
  before: ConsultationRecord,
  state: ConsultationRecord['state'],
): Promise<ConsultationRecord> {
  const after = await consultations
    .findOneAndUpdate(
      { _id: before._id },
      { $set: { state, lastAt: new Date() }, $inc: { lastNumber: 1, revision: 1 } },
      { returnDocument: 'after' },
    )
    .lean<ConsultationRecord | null>();
  if (!after) throw new Error(`Consultation ${before._id} is gone.`);
  return after;
}

async function keepMessage(
  { consultationMessages }: Context,
  { _id: consultationId, lastNumber: number }: ConsultationRecord,
  content: Omit<ConsultationMessageRecord, '_id' | 'consultationId' | 'number'>,
): Promise<ConsultationMessageRecord> {
  const message = { _id: newId(), consultationId, number, ...content };
  await consultationMessages.create([message]);
  return message;
}

function countMessage(context: Context, userId: string): Promise<void> {
  return countToday(context, {
    of: `messages ${userId}`,
    limit: context.config.messagesADay,
    rule: 'MESSAGES_A_DAY',
    path: ['text'],
  });
}

async function partiesOf(
  { viewer, companies }: Context,
  { companyId, firmId }: NewConsultation,
): Promise<{ lead: CompanyRecord; firm: CompanyRecord }> {
  if (companyId === firmId)
    throw refusal('INVALID', 'A company does not consult itself.', ['firmId']);
  const lead = await companies.findById(companyId).lean();
  const firm = await companies.findById(firmId).lean();
  // Nobody outside knows of a pending company.
  if (lead && firm && maySeeCompany(viewer, firm)) return { lead, firm };
  throw refusal('NOT_FOUND', 'There is no such company.', ['firmId']);
}

/** A project is one that was told of: a draft is its lead's own business. */
async function projectProblems({ toldProjects }: Context, projectId: string | null | undefined) {
  if (projectId == null) return [];
  const project = await toldProjects.findById(projectId).lean();
  return project && !project.gone
    ? []
    : [problem('NOT_FOUND', 'There is no such project.', ['projectId'])];
}
