/** What the secretariat does with a case, and what the accused firm says to it. */
import type { GivenFile } from '#kit/media.ts';
import { problem, refusal, refuseAny } from '#kit/refusal.ts';
import { tidy } from '#kit/text.ts';
import { fileProblems, keepFiles } from '../attachment/attachment.ts';
import { messageText } from '../consultation/consultation-form.ts';
import type { Context } from '../context.ts';
import { tellOwners } from '../sanction/news.ts';
import { handledCase, isFor, ownCase, refuseStale, shownTo, type ShownCase } from './access.ts';
import { advanceTo } from './advance.ts';
import type { CaseRecord } from './case.model.ts';
import { daysAfter, readTerms } from './terms.ts';
import { passageProblems } from './thread.ts';

/** Steps that need no more than a word. */
export type PlainStep = 'ASSESS' | 'DISMISS' | 'INVESTIGATE' | 'CLOSE';

const stepOf = {
  ASSESS: 'assess',
  DISMISS: 'dismiss',
  INVESTIGATE: 'investigate',
  CLOSE: 'close',
} as const;

/** Where a case stood when it was read. */
export interface CasePlace {
  id: string;
  revision: number;
}

/**
 * Assesses, dismisses, investigates or closes a case. The secretariat may, who is not partial.
 *
 * @param given.note must be given to dismiss
 * @throws {Refusal} NOT_FOUND (id), STALE (revision), WRONG_STATE (id; rule APPEAL_OPEN while the firm may appeal), INVALID (note)
 */
export async function advanceCase(
  context: Context,
  given: CasePlace & { step: PlainStep; note?: string | null | undefined },
): Promise<ShownCase | null> {
  const { record } = await handledCase(context, given);
  const now = new Date();
  const note = messageText(given.note ?? '');
  if (given.step === 'DISMISS') refuseAny(passageProblems(note, 'note', 4_000));
  const until = record.decision?.appealUntil ?? null;
  if (given.step === 'CLOSE' && record.state === 'DECIDED' && until !== null && until > now)
    throw refusal('WRONG_STATE', 'The firm may still appeal.', ['id'], {
      rule: 'APPEAL_OPEN',
      limit: until.toISOString(),
    });
  const change = given.step === 'DISMISS' ? { dismissedBecause: note } : {};
  return shown(context, await advanceTo(context, record, stepOf[given.step], change, now));
}

/**
 * Calls the accused firm to a hearing and tells it what it is accused of. The secretariat may, who is not partial. The
 * firm's owners are told by mail.
 *
 * @throws {Refusal} NOT_FOUND (id), STALE (revision), WRONG_STATE (id), INVALID (charge, place, at; rule HEARING_NOTICE)
 */
export async function callHearing(
  context: Context,
  given: CasePlace & { charge: string; at: Date; place: string },
): Promise<ShownCase | null> {
  const { record } = await handledCase(context, given);
  const { hearingNoticeDays } = await readTerms(context);
  const calledAt = new Date();
  const earliest = daysAfter(calledAt, hearingNoticeDays);
  const charge = messageText(given.charge);
  const place = tidy(given.place);
  refuseAny([
    ...passageProblems(charge, 'charge'),
    ...passageProblems(place, 'place', 200),
    ...(given.at >= earliest
      ? []
      : [
          problem('INVALID', `A firm is called ${hearingNoticeDays} days ahead.`, ['at'], {
            rule: 'HEARING_NOTICE',
            limit: earliest.toISOString(),
            found: given.at.toISOString(),
          }),
        ]),
  ]);
  const empty = { statement: null, files: [], answeredAt: null, waived: false };
  const hearing = { at: given.at, place, calledAt, ...empty };
  const after = await advanceTo(context, record, 'hear', { charge, hearing }, calledAt);
  await tellOwners(context, record.companyId, { what: 'HEARING', at: given.at });
  return shown(context, after);
}

/**
 * Says what the accused firm has to say to the charge, once, or that it will say nothing. Its owners may, until it is
 * decided.
 *
 * @throws {Refusal} NOT_FOUND (id), STALE (revision), WRONG_STATE (id), TAKEN (statement), INVALID
 */
export async function answerCharge(
  context: Context,
  given: CasePlace & { statement?: string | null | undefined; files: GivenFile[] },
): Promise<ShownCase | null> {
  const record = await accusedCase(context, given);
  const { hearing } = record;
  if (record.state !== 'HEARING' || !hearing)
    throw refusal('WRONG_STATE', 'This case is not in its hearing.', ['id'], {
      rule: 'STATE',
      limit: 'HEARING',
      found: record.state,
    });
  if (hearing.answeredAt !== null) throw refusal('TAKEN', 'The firm has answered.', ['statement']);
  const statement = given.statement == null ? null : messageText(given.statement);
  refuseAny([
    ...(statement === null ? [] : passageProblems(statement, 'statement')),
    ...fileProblems(context, given.files),
  ]);
  const files = await keepFiles(context, given.files);
  const answered = {
    ...hearing,
    statement,
    files,
    answeredAt: new Date(),
    waived: statement === null,
  };
  const { modifiedCount } = await context.cases.updateOne(
    { _id: record._id, revision: record.revision },
    { $set: { hearing: answered }, $inc: { revision: 1 } },
  );
  if (modifiedCount === 0) refuseStale(record, -1);
  return shown(context, { ...record, hearing: answered, revision: record.revision + 1 });
}

/**
 * A case for the owners of the firm that is accused.
 *
 * @throws {Refusal} NOT_FOUND (id), STALE (revision)
 */
export async function accusedCase(context: Context, place: CasePlace): Promise<CaseRecord> {
  const own = await ownCase(context, place.id);
  if (!isFor(own, 'ACCUSED')) throw refusal('NOT_FOUND', 'There is no such case.', ['id']);
  refuseStale(own.record, place.revision);
  return own.record;
}

/** The case as the viewer sees it after what they did. */
export function shown(context: Context, record: CaseRecord): Promise<ShownCase | null> {
  return shownTo(context, record);
}
