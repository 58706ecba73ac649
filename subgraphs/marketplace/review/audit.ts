/** Audits: whether a selected service keeps its quality, at least once a year. */
import { seoulDay } from '#kit/instant.ts';
import { findPage, type PageRequest } from '#kit/page.ts';
import { problem, refusal, refuseAny } from '#kit/refusal.ts';
import { signedInAs, type Viewer } from '#kit/viewer.ts';
import { seesDrafts } from '../company/company.ts';
import type { Context } from '../context.ts';
import type { ServiceAudit, ServicePage, ServiceRecord } from '../service/service.model.ts';
import { nextAuditDay } from './audit-day.ts';
import { noteOf, noteProblems } from './review-rules.ts';
import { readTerms } from './terms.ts';

/** What was found at a service. */
export interface AuditInput {
  id: string;
  revision: number;
  verdict: 'PASS' | 'FAIL';
  note?: string | null | undefined;
}

/**
 * Records an audit. A service that passes is due again; one that fails is not selected any more, and may be submitted
 * anew.
 *
 * @throws {Refusal} NOT_FOUND (id), STALE (revision), WRONG_STATE (id), INVALID (note)
 */
export async function auditService(context: Context, input: AuditInput): Promise<ServiceRecord> {
  const { userId } = signedInAs(context.viewer, 'SECRETARIAT');
  const { id, revision, verdict } = input;
  const now = new Date();
  const service = await context.services.findById(id).lean<ServiceRecord | null>();
  if (!service) throw refusal('NOT_FOUND', 'No service has this id.', ['id']);
  const note = noteOf(input.note);
  refuseAny([
    ...(service.selectedAt === null
      ? [problem('WRONG_STATE', 'Only a selected service is audited.', ['id'])]
      : []),
    ...noteProblems(note, verdict === 'FAIL' ? 'Say why the selection ends.' : null),
  ]);
  const { auditMonths } = await readTerms(context);
  const passes = verdict === 'PASS';
  const change = {
    audits: [...service.audits, { at: now, userId, verdict, note }],
    selectedAt: passes ? service.selectedAt : null,
    auditDueOn: passes ? nextAuditDay(now, auditMonths) : null,
    changedAt: now,
    revision: revision + 1,
  };
  const { matchedCount } = await context.services.updateOne(
    { _id: id, revision },
    { $set: change },
  );
  if (matchedCount === 0)
    throw refusal('STALE', 'This service was changed since; read it again.', ['revision']);
  return { ...service, ...change };
}

/** Selected services whose audit is due by a day, the one that is due first comes first. */
export async function findAuditsDue(
  { viewer, services }: Context,
  by: string | null | undefined,
  page: PageRequest,
): Promise<ServicePage> {
  signedInAs(viewer, 'SECRETARIAT');
  const filter = { auditDueOn: { $type: 'string' as const, $lte: by ?? seoulDay(new Date()) } };
  const found = await findPage(
    services,
    filter,
    [
      ['auditDueOn', 1],
      ['_id', 1],
    ],
    page,
  );
  return { ...found, filter };
}

/** A service's audits, the newest first; their notes for its provider and the secretariat. */
export function auditsFor(
  viewer: Viewer,
  { audits, providerId }: ServiceRecord,
): Omit<ServiceAudit, 'userId'>[] {
  const whole = seesDrafts(viewer, providerId);
  return audits
    .map(({ at, verdict, note }) => ({ at, verdict, note: whole ? note : null }))
    .toReversed();
}
