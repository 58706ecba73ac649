/** Reading consultations: lists, messages, and what is new to whom. */
import { badInput, findPage, type PageRequest } from '#kit/page.ts';
import { refusal, refuseAny, problem } from '#kit/refusal.ts';
import { signedIn } from '#kit/viewer.ts';
import { foldedInto } from '../company/folding.ts';
import type { Context } from '../context.ts';
import { actingNow } from '../member/place.ts';
import { belongs, ownConsultation } from './access.ts';
import type {
  ConsultationMessagePage,
  ConsultationPage,
  ConsultationRecord,
  ConsultationState,
} from './consultation.model.ts';
import { readId } from './unread.ts';

/** One consultation; null when there is none, or the viewer belongs to neither firm. */
export async function findConsultation(
  context: Context,
  id: string,
): Promise<ConsultationRecord | null> {
  signedIn(context.viewer);
  const found = await context.consultations.findById(id).lean<ConsultationRecord | null>();
  return found && (await belongs(context, found)) ? found : null;
}

/**
 * A firm's consultations, those of firms that became part of it too, what was written last first. Its members may.
 *
 * @throws {GraphQLError} UNAUTHENTICATED, FORBIDDEN, BAD_USER_INPUT
 */
export async function findConsultations(
  context: Context,
  { companyId, state }: { companyId: string; state?: ConsultationState | null | undefined },
  page: PageRequest,
): Promise<ConsultationPage> {
  await actingNow(context, companyId, 'VIEWER');
  const ids = await foldedInto(context, companyId);
  const query = consultationQuery(ids, state);
  return findPage(context.consultations, query, consultationOrder, page, consultationIndex(state));
}

/** In which order consultations are listed. */
export const consultationOrder = [
  ['lastAt', -1],
  ['_id', -1],
] as const;

/** The index that gives the order too. */
export function consultationIndex(state: ConsultationState | null | undefined): string {
  return state == null ? 'firmIds_1_lastAt_-1__id_-1' : 'firmIds_1_state_1_lastAt_-1__id_-1';
}

/** The consultations of any of the firms, in one state or in any. */
export function consultationQuery(
  ids: readonly string[],
  state: ConsultationState | null | undefined,
) {
  const [only, ...more] = ids;
  return {
    firmIds: only !== undefined && more.length === 0 ? only : { $in: [...ids] },
    ...(state != null && { state }),
  };
}

/** What was written in a consultation that the viewer may see, the last first. */
export function findMessages(
  { consultationMessages }: Context,
  { _id: consultationId }: ConsultationRecord,
  page: PageRequest,
): Promise<ConsultationMessagePage> {
  return findPage(consultationMessages, { consultationId }, [['number', -1]], page);
}

/**
 * Notes how far the viewer has read; never back. A member of either firm may.
 *
 * @throws {Refusal} NOT_FOUND (id), INVALID (upTo)
 */
export async function readConsultation(
  context: Context,
  { id, upTo }: { id: string; upTo: number },
): Promise<ConsultationRecord> {
  const consultation = await ownConsultation(context, id);
  const { userId } = signedIn(context.viewer);
  refuseAny(
    upTo >= 1 && upTo <= consultation.lastNumber
      ? []
      : [problem('INVALID', 'There is no message of this number.', ['upTo'])],
  );
  await context.consultationReads.updateOne(
    { _id: readId(id, userId) },
    { $max: { number: upTo }, $setOnInsert: { consultationId: id, userId } },
    { upsert: true },
  );
  return consultation;
}

/** The place behind a cursor of a feed; the end when there is no cursor. */
export function placeBehind(after: unknown, last: number): number {
  if (after === null) return last;
  if (Number.isSafeInteger(after) && Number(after) >= 0 && Number(after) <= last)
    return Number(after);
  throw badInput('This cursor is not ours.');
}

/** The consultation of a message that was shown. */
export async function consultationOf(
  { consultations }: Context,
  id: string,
): Promise<ConsultationRecord> {
  const found = await consultations.findById(id).lean<ConsultationRecord | null>();
  if (!found) throw refusal('NOT_FOUND', `Consultation ${id} is gone.`);
  return found;
}
