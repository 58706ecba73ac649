/** Decisions on a case, and appeals against them. */
import type { GivenFile } from '#kit/media.ts';
import { problem, refusal, refuseAny, type Problem } from '#kit/refusal.ts';
import { tidyText, type Text } from '#kit/text.ts';
import { fileProblems, keepFiles } from '../attachment/attachment.ts';
import { messageText } from '../consultation/consultation-form.ts';
import type { Context } from '../context.ts';
import { tellOwners } from '../sanction/news.ts';
import { impose, liftOf, type NewSanction } from '../sanction/sanction.ts';
import { handledCase, type ShownCase } from './access.ts';
import { advanceTo } from './advance.ts';
import { accusedCase, shown, type CasePlace } from './case.ts';
import type { CaseRecord, DecisionKind } from './case.model.ts';
import { daysAfter, readTerms } from './terms.ts';
import { passageProblems } from './thread.ts';

/** A passage in one language or both. */
interface GivenText {
  ko?: string | null | undefined;
  en?: string | null | undefined;
}

/** What is decided. */
export interface GivenDecision extends CasePlace {
  kinds: DecisionKind[];
  reason: GivenText;
  restriction?: { from?: Date | null | undefined; until: Date } | null | undefined;
  recovery?: { amount: number; dueOn: string } | null | undefined;
}

const longestReason = 10_000;
/** A restriction ends within so many days. */
const longestRestriction = 3_653;

/**
 * Decides a case that its firm was heard in. The secretariat may, who is not partial. Sanctions begin by themselves, now
 * or when the decision says.
 *
 * @throws {Refusal} NOT_FOUND (id), STALE (revision), WRONG_STATE (id; rule RIGHT_TO_BE_HEARD), INVALID
 */
export async function decideCase(
  context: Context,
  given: GivenDecision,
): Promise<ShownCase | null> {
  const { record, handler } = await handledCase(context, given);
  const now = new Date();
  if (record.state === 'HEARING' && !wasHeard(record, now))
    throw refusal('WRONG_STATE', 'The firm has the right to be heard first.', ['id'], {
      rule: 'RIGHT_TO_BE_HEARD',
      limit: record.hearing?.at.toISOString() ?? null,
    });
  const reason = passage(given.reason);
  refuseAny([...reasonProblems(reason), ...decisionProblems(given, now)]);
  const { appealDays, warningDays } = await readTerms(context);
  const clean = given.kinds.includes('NO_VIOLATION');
  const decision = {
    kinds: given.kinds,
    reason,
    decidedAt: now,
    decidedById: handler.userId,
    appealUntil: clean ? null : daysAfter(now, appealDays),
  };
  const after = await advanceTo(context, record, 'decide', { decision }, now);
  await tellOwners(context, record.companyId, { what: 'DECISION', at: now });
  await impose(context, sanctionsOf(record, given, { now, warningDays }), now);
  return shown(context, after);
}

/** Whether the accused firm was heard: it answered, said that it will not, or the day of the hearing has passed. */
export function wasHeard({ hearing }: Pick<CaseRecord, 'hearing'>, now: Date): boolean {
  return hearing !== null && (hearing.answeredAt !== null || hearing.at <= now);
}

/** What is wrong with a decision: pure. */
export function decisionProblems(
  { kinds, restriction, recovery }: Omit<GivenDecision, 'id' | 'revision' | 'reason'>,
  now: Date,
): Problem[] {
  const alone = !kinds.includes('NO_VIOLATION') || kinds.length === 1;
  const each = kinds.length > 0 && new Set(kinds).size === kinds.length;
  const goes = (kind: DecisionKind, part: object | null | undefined, path: string) =>
    kinds.includes(kind) === (part != null)
      ? []
      : [problem('INVALID', `This is given exactly with ${kind}.`, [path])];
  return [
    ...(alone && each
      ? []
      : [problem('INVALID', 'Each kind once; NO_VIOLATION stands alone.', ['kinds'])]),
    ...goes('RESTRICTION', restriction, 'restriction'),
    ...goes('RECOVERY', recovery, 'recovery'),
    ...(restriction ? restrictionProblems(restriction, now) : []),
    ...(recovery && recovery.amount < 1
      ? [problem('INVALID', 'At least one won is recovered.', ['recovery', 'amount'])]
      : []),
  ];
}

function passage({ ko, en }: GivenText): Text {
  return tidyText({ ko: ko ?? null, en: en ?? null });
}

function restrictionProblems(
  { from, until }: { from?: Date | null | undefined; until: Date },
  now: Date,
): Problem[] {
  const begins = from ?? now;
  return [
    ...(begins < now
      ? [problem('INVALID', 'A restriction does not begin in the past.', ['restriction', 'from'])]
      : []),
    ...(until <= begins || until > daysAfter(begins, longestRestriction)
      ? [
          problem('INVALID', 'A restriction ends after it begins, within ten years.', [
            'restriction',
            'until',
          ]),
        ]
      : []),
  ];
}

function reasonProblems({ ko, en }: Text): Problem[] {
  if (ko === null && en === null) return [problem('INVALID', 'A reason is given.', ['reason'])];
  return [
    ...(ko === null ? [] : passageProblems(ko, 'reason', longestReason)),
    ...(en === null ? [] : passageProblems(en, 'reason', longestReason)),
  ];
}

function sanctionsOf(
  { _id: caseId, companyId }: CaseRecord,
  { kinds, restriction, recovery }: GivenDecision,
  { now, warningDays }: { now: Date; warningDays: number },
): NewSanction[] {
  const of = { caseId, companyId, reason: null };
  return [
    ...(kinds.includes('WARNING')
      ? [{ ...of, kind: 'WARNING' as const, from: now, until: daysAfter(now, warningDays) }]
      : []),
    ...(restriction
      ? [
          {
            ...of,
            kind: 'RESTRICTION' as const,
            from: restriction.from ?? now,
            until: restriction.until,
          },
        ]
      : []),
    ...(recovery
      ? [{ ...of, kind: 'RECOVERY' as const, from: now, until: null, ...recovery }]
      : []),
  ];
}

/**
 * Appeals against a decision; its sanctions stay in force meanwhile. An owner of the accused firm may, once, in time.
 *
 * @throws {Refusal} NOT_FOUND (id), STALE (revision), WRONG_STATE (id), EXPIRED (id), INVALID (reason, files)
 */
export async function appealCase(
  context: Context,
  given: CasePlace & { reason: string; files: GivenFile[] },
): Promise<ShownCase | null> {
  const record = await accusedCase(context, given);
  const now = new Date();
  const until = record.decision?.appealUntil ?? null;
  if (record.state === 'DECIDED' && until === null)
    throw refusal('WRONG_STATE', 'There is nothing to appeal against.', ['id'], {
      rule: 'NO_VIOLATION',
    });
  if (record.state === 'DECIDED' && until !== null && until < now)
    throw refusal('EXPIRED', 'The time to appeal is over.', ['id'], {
      rule: 'APPEAL_DAYS',
      limit: until.toISOString(),
    });
  const reason = messageText(given.reason);
  refuseAny([...passageProblems(reason, 'reason'), ...fileProblems(context, given.files)]);
  const files = await keepFiles(context, given.files);
  const open = { outcomeReason: null, decidedAt: null, decidedById: null };
  const appeal = { reason, files, appealedAt: now, ...open };
  return shown(context, await advanceTo(context, record, 'appeal', { appeal }, now));
}

/**
 * Decides an appeal: upholds the decision, or overturns it and lifts its sanctions at once. Somebody of the secretariat
 * may, who is not partial and did not make the decision.
 *
 * @throws {Refusal} NOT_FOUND (id), STALE (revision), WRONG_STATE (id; rule SAME_PERSON), INVALID (reason)
 */
export async function decideAppeal(
  context: Context,
  given: CasePlace & {
    outcome: 'UPHELD' | 'OVERTURNED';
    reason: GivenText;
  },
): Promise<ShownCase | null> {
  const { record, handler } = await handledCase(context, given);
  if (record.decision?.decidedById === handler.userId)
    throw refusal('WRONG_STATE', 'Somebody else decides on the appeal.', ['id'], {
      rule: 'SAME_PERSON',
    });
  const outcomeReason = passage(given.reason);
  refuseAny(reasonProblems(outcomeReason));
  const now = new Date();
  const decided = { outcomeReason, decidedAt: now, decidedById: handler.userId };
  const appeal = record.appeal && { ...record.appeal, ...decided };
  const step = given.outcome === 'UPHELD' ? 'uphold' : 'overturn';
  const after = await advanceTo(context, record, step, { appeal }, now);
  if (step === 'overturn') await liftOf(context, record._id, now);
  await tellOwners(context, record.companyId, { what: 'APPEAL', at: now });
  return shown(context, after);
}
