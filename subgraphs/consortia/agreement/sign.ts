/** Signing an agreement: each member's owner, the same hash. */
import { problem, refusal, refuseAny, type Problem } from '#kit/refusal.ts';
import { actingFor } from '#kit/viewer.ts';
import { placeToChange, type Place } from '../consortium/membership.ts';
import type { Context } from '../context.ts';
import type { FirmRecord } from '../pool/firm.model.ts';
import { firmName } from '../pool/firm.ts';
import type { AgreementRecord, SignatureRecord } from './agreement.model.ts';
import { newestAgreement } from './agreement.ts';
import { agreementStatus } from './standing.ts';
import { agreementSteps } from './state.ts';

/** Whose signature under what. */
export interface GivenSignature {
  membershipId: string;
  agreementId: string;
  sha256: string;
}

/**
 * Signs an agreement for a member. An owner of that firm may. The deed, with the hash, is in the audit log.
 *
 * @throws {Refusal} NOT_FOUND (membershipId, agreementId), WRONG_STATE (agreementId; rule AGREEMENT_OPEN),
 * INVALID (sha256; rule AGREEMENT_HASH), TAKEN (membershipId) when the firm signed already
 */
export async function signAgreement(
  context: Context,
  given: GivenSignature,
): Promise<AgreementRecord> {
  const place = await placeToChange(context, given.membershipId);
  const { companyId } = place.membership;
  const { userId } = actingFor(context.viewer, companyId, 'OWNER');
  const agreement = await context.agreements
    .findOne({ _id: given.agreementId, consortiumId: place.consortium._id })
    .lean<AgreementRecord>();
  if (!agreement || !agreement.memberIds.includes(companyId))
    throw refusal('NOT_FOUND', 'This firm has no such agreement to sign.', ['agreementId']);
  const newest = await newestAgreement(context, agreement.consortiumId);
  refuseAny(signatureFaults(agreement, place, newest?._id ?? null, given));
  const firm = await context.firms.findById(companyId).lean<FirmRecord>();
  const signature: SignatureRecord = {
    companyId,
    userId,
    sha256: agreement.sha256,
    signedAt: context.arrivedAt,
    statement: statementOf(agreement, firmName(firm, companyId)),
  };
  return changeAgreement(context, agreement, {
    signatures: [...agreement.signatures, signature],
  });
}

/** Everything that keeps a firm from signing. */
export function signatureFaults(
  agreement: AgreementRecord,
  { membership, consortium, project }: Place,
  newestId: string | null,
  { sha256 }: Pick<GivenSignature, 'sha256'>,
): Problem[] {
  const faults: Problem[] = [];
  const status = agreementStatus(agreement, { consortium, project, newestId });
  if (agreementSteps.sign[status] === undefined)
    faults.push(
      problem('WRONG_STATE', 'This agreement is not open for signatures.', ['agreementId'], {
        rule: 'AGREEMENT_OPEN',
        limit: Object.keys(agreementSteps.sign).join(', '),
        found: status,
      }),
    );
  if (sha256 !== agreement.sha256)
    faults.push(
      problem('INVALID', 'This is not the hash of the agreement.', ['sha256'], {
        rule: 'AGREEMENT_HASH',
        limit: agreement.sha256,
        found: sha256.slice(0, 64),
      }),
    );
  if (agreement.signatures.some(({ companyId }) => companyId === membership.companyId))
    faults.push(
      problem('TAKEN', 'This firm signed it already.', ['membershipId'], {
        rule: 'SIGNED_ONCE',
        limit: '1',
        found: '2',
      }),
    );
  return faults;
}

/** The sentence that is signed. */
export function statementOf(
  { number, consortiumId, sha256 }: Pick<AgreementRecord, 'number' | 'consortiumId' | 'sha256'>,
  firm: string,
): string {
  return `For ${firm} I sign agreement ${number} of consortium ${consortiumId}, SHA-256 ${sha256}.`;
}

/**
 * Stores a change of an agreement as it was read. Two at the same time write the same document: the later one runs
 * again on what the earlier one left.
 *
 * @throws {Refusal} STALE (agreementId)
 */
export async function changeAgreement(
  { agreements }: Pick<Context, 'agreements'>,
  agreement: AgreementRecord,
  change: Partial<AgreementRecord>,
): Promise<AgreementRecord> {
  const { _id, revision } = agreement;
  const { matchedCount } = await agreements.updateOne(
    { _id, revision },
    { $set: change, $inc: { revision: 1 } },
  );
  if (matchedCount === 0)
    throw refusal('STALE', 'The agreement was changed since it was read.', ['agreementId']);
  return { ...agreement, ...change, revision: revision + 1 };
}
