/** Opinions on submissions, and what is decided on them. */
import { problem, refuseAny, type Problem } from '#kit/refusal.ts';
import { tidy } from '#kit/text.ts';
import { forbid, isIn, signedInAs } from '#kit/viewer.ts';
import type { Context } from '../context.ts';
import { nextAfter, noteOf, noteProblems, partOf, stepProblems } from './review-rules.ts';
import type { ReviewRecord, SelectionVerdict } from './review.model.ts';
import { readReview, step, storeReview, type ReadReview } from './review.ts';

/** An opinion on the part under review. */
export interface OpinionInput extends ReadReview {
  verdict: SelectionVerdict;
  comment: string;
}

/** A decision on the part under review. */
export interface DecisionInput extends ReadReview {
  verdict: SelectionVerdict;
  note?: string | null | undefined;
}

/**
 * Gives an opinion on the part under review; a later one of the same reviewer replaces it.
 *
 * @throws {Refusal} NOT_FOUND (id), STALE (revision), WRONG_STATE (id), INVALID (comment)
 */
export async function giveServiceOpinion(
  context: Context,
  input: OpinionInput,
): Promise<ReviewRecord> {
  const { userId } = signedInAs(context.viewer, 'REVIEWER');
  const review = await readReview(context, input);
  if (isIn(context.viewer, review.providerId, 'VIEWER'))
    forbid('Reviewers never judge a firm that they belong to.');
  const comment = tidy(input.comment);
  const part = partOf(review.status);
  refuseAny([
    ...stepProblems(review, ['ELIGIBILITY', 'CAPABILITY']),
    ...(comment.length >= 10 && comment.length <= 4_000
      ? []
      : [problem('INVALID', 'A comment has 10 to 4,000 characters.', ['comment'])]),
  ]);
  const opinions = review.opinions.filter((each) => each.userId !== userId || each.part !== part);
  const opinion = { userId, verdict: input.verdict, comment, at: new Date() };
  return storeReview(context, review, {
    opinions: part ? [...opinions, { ...opinion, part }] : opinions,
  });
}

/**
 * Decides the part under review; the next part, or selection, follows when it passes.
 *
 * @throws {Refusal} NOT_FOUND (id), STALE (revision), WRONG_STATE (id), INVALID (note)
 */
export async function decideServiceReview(
  context: Context,
  input: DecisionInput,
): Promise<ReviewRecord> {
  signedInAs(context.viewer, 'SECRETARIAT');
  const review = await readReview(context, input);
  const note = noteOf(input.note);
  refuseAny([
    ...stepProblems(review, ['ELIGIBILITY', 'CAPABILITY']),
    ...opinionProblems(review),
    ...noteProblems(note, input.verdict === 'FAIL' ? 'Say why it is refused.' : null),
  ]);
  const none = { eligibility: false, capability: false };
  const to =
    input.verdict === 'FAIL' ? 'REJECTED' : nextAfter(review.status, review.exemptions ?? none);
  return step(context, review, to, { note, now: new Date() });
}

function opinionProblems({ status, opinions, terms }: ReviewRecord): Problem[] {
  const given = opinions.filter(({ part }) => part === status).length;
  return given >= terms.fewestOpinions
    ? []
    : [
        problem('WRONG_STATE', 'This part needs more opinions before it is decided.', ['id'], {
          rule: 'FEWEST_OPINIONS',
          limit: String(terms.fewestOpinions),
          found: String(given),
        }),
      ];
}
