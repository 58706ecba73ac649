/** Where an agreement stands, and what a seal finds wrong with it. Pure. */
import type { Problem } from '#kit/refusal.ts';
import type { ConsortiumRecord } from '../consortium/consortium.model.ts';
import { breach } from '../programme/breaches.ts';
import type { ProjectRecord } from '../project/project.model.ts';
import type { AgreementRecord } from './agreement.model.ts';
import { agreementSteps, type AgreementStatus } from './state.ts';

/** What an agreement hangs on. */
export interface Ties {
  consortium: Pick<ConsortiumRecord, 'revision' | 'status'>;
  project: Pick<ProjectRecord, 'revision'>;
  /** The consortium's newest agreement. */
  newestId: string | null;
}

/**
 * Where an agreement stands. Nobody writes that it is void: it is when consortium or project moved on from the
 * revisions it was drawn up at, so that no change can forget to void it and no change back revives it.
 */
export function agreementStatus(agreement: AgreementRecord, ties: Ties): AgreementStatus {
  const { consortium, project, newestId } = ties;
  if (agreement.reopenedAt !== null) return 'ENDED';
  if (agreement.sealedAt !== null) return consortium.status === 'SEALED' ? 'IN_FORCE' : 'ENDED';
  const isCurrent =
    agreement._id === newestId &&
    consortium.status === 'FORMING' &&
    agreement.consortiumRevision === consortium.revision &&
    agreement.projectRevision === project.revision;
  return isCurrent ? 'OPEN' : 'VOID';
}

/** Firms that have not signed the agreement's hash. */
export function unsigned({ memberIds, signatures, sha256 }: AgreementRecord): string[] {
  const signed = new Set(
    signatures.filter((each) => each.sha256 === sha256).map(({ companyId }) => companyId),
  );
  return memberIds.filter((id) => !signed.has(id));
}

/** What keeps a consortium from being sealed on its newest agreement. */
export function agreementBreaches(agreement: AgreementRecord | null, ties: Ties): Problem[] {
  const status = agreement && agreementStatus(agreement, ties);
  if (agreement === null || status === null || agreementSteps.seal[status] === undefined)
    return [
      breach(
        'AGREEMENT_DRAWN_UP',
        'No agreement states the terms as they are.',
        Object.keys(agreementSteps.seal).join(', '),
        status ?? 'NONE',
      ),
    ];
  const missing = unsigned(agreement).length;
  if (missing === 0) return [];
  return [breach('ALL_SIGNED', 'Some members have not signed the agreement.', 0, missing)];
}
