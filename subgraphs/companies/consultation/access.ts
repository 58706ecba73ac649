/** Who sees a consultation and who writes in it: the members of both firms, as they are now. */
import { forbid, signedIn, type CompanyRole } from '#kit/viewer.ts';
import { refusal } from '#kit/refusal.ts';
import { standingFor } from '../company/folding.ts';
import type { Context } from '../context.ts';
import { isPlaced, placesNow } from '../member/place.ts';
import type { ConsultationRecord } from './consultation.model.ts';

/** What deciding needs. */
type Reach = Pick<Context, 'viewer' | 'members' | 'companies'>;

/** The firms that stand for a consultation's two sides now; the same one twice when they became one. */
export async function sidesOf(
  context: Pick<Context, 'companies'>,
  { leadId, firmId }: ConsultationRecord,
): Promise<{ leadId: string; firmId: string }> {
  const standing = await standingFor(context, [leadId, firmId]);
  return { leadId: standing.get(leadId) ?? leadId, firmId: standing.get(firmId) ?? firmId };
}

/** Whether the viewer belongs to either side now, with at least the role `least`. */
export async function belongs(
  context: Reach,
  consultation: ConsultationRecord,
  least: CompanyRole = 'VIEWER',
): Promise<boolean> {
  const places = await placesNow(context);
  if (places.size === 0) return false;
  const { leadId, firmId } = await sidesOf(context, consultation);
  return isPlaced(places, leadId, least) || isPlaced(places, firmId, least);
}

/**
 * The consultation, which the viewer must belong to.
 *
 * @throws {GraphQLError} UNAUTHENTICATED
 * @throws {Refusal} NOT_FOUND (id): also when others have it
 */
export async function ownConsultation(
  context: Reach & Pick<Context, 'consultations'>,
  id: string,
): Promise<ConsultationRecord> {
  signedIn(context.viewer);
  const consultation = await context.consultations.findById(id).lean<ConsultationRecord | null>();
  if (consultation && (await belongs(context, consultation))) return consultation;
  throw refusal('NOT_FOUND', 'There is no such consultation.', ['id']);
}

/**
 * The other side of a consultation, for an editor of a firm on one of them.
 *
 * @throws {GraphQLError} FORBIDDEN
 * @throws {Refusal} NOT_FOUND (companyId), WRONG_STATE (companyId) when both sides became one firm
 */
export async function otherSide(
  context: Reach,
  consultation: ConsultationRecord,
  companyId: string,
): Promise<string> {
  if (!isPlaced(await placesNow(context), companyId, 'EDITOR'))
    forbid('Only EDITOR of the company may do this.');
  const { leadId, firmId } = await sidesOf(context, consultation);
  if (companyId !== leadId && companyId !== firmId)
    throw refusal('NOT_FOUND', 'This company is not in the consultation.', ['companyId']);
  if (leadId === firmId)
    throw refusal('WRONG_STATE', 'Both sides became one company.', ['companyId'], {
      rule: 'ONE_COMPANY',
    });
  return companyId === leadId ? firmId : leadId;
}
