/** Ranking and awards from scores. Pure. */
import type { Problem } from '#kit/refusal.ts';
import type { Criterion } from '../programme/rules.ts';
import { awardDown, type AwardLimits, type Exposed } from './award.ts';

/** A submitted project with its scores. */
export interface Contender {
  projectId: string;
  sector: string;
  /** Place in the order of submission, within the call. */
  number: number;
  /** Won; null when not stated. */
  budget: number | null;
  /** Points of the bonuses that it claims. */
  bonus: number;
  reviews: readonly { total: number; scores: readonly { criterion: string; points: number }[] }[];
  /** Members that may not take part now. */
  unfit?: readonly Problem[];
}

/** A project's place. */
export interface Ranked {
  rank: number;
  projectId: string;
  mean: number;
  spread: number;
  bonus: number;
  total: number;
  reviews: number;
  isAwarded: boolean;
  /** Members that may not take part, and caps on one firm's part, for which it is passed over. Absent from rankings made before there were caps. */
  breaches?: Problem[];
}

/** Mean; 0 of nothing. */
export function meanOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Standard deviation of the whole population; 0 of nothing. */
export function spreadOf(values: readonly number[]): number {
  const mean = meanOf(values);
  return Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2)));
}

/**
 * Ranks projects by mean and bonus. Ties: the better mean by criterion in the rubric's order, then the smaller spread,
 * then whoever submitted first. Awards go down the ranking within slots and budget; a project that the money left does
 * not reach is passed over.
 *
 * @param limits of the call
 * @param kept projects whose award stands whatever their rank; their slots and money are taken first
 * @param exposed caps on one firm's part of the programme; null where there are none
 */
export function rankProjects(
  contenders: readonly Contender[],
  rubric: readonly Pick<Criterion, 'code'>[],
  limits: AwardLimits,
  kept: ReadonlySet<string> = new Set(),
  exposed: Exposed | null = null,
): Ranked[] {
  const measured = contenders.map((contender) => {
    const totals = contender.reviews.map(({ total }) => total);
    const mean = meanOf(totals);
    const byCriterion = rubric.map(({ code }) => criterionMean(contender, code));
    return {
      contender,
      mean,
      spread: spreadOf(totals),
      total: mean + contender.bonus,
      byCriterion,
    };
  });
  const ordered = measured.toSorted(
    (a, b) =>
      b.total - a.total ||
      firstDifference(b.byCriterion, a.byCriterion) ||
      a.spread - b.spread ||
      a.contender.number - b.contender.number,
  );
  const places = ordered.map(({ contender }) => {
    const { projectId, sector, budget: cost, reviews, unfit = [] } = contender;
    return {
      projectId,
      sector,
      cost: cost ?? 0,
      isReviewed: reviews.length > 0,
      unfit,
    };
  });
  const awards = awardDown(places, limits, kept, exposed);
  return ordered.map(({ contender, mean, spread, total }, index) => {
    const { projectId, bonus, reviews } = contender;
    const { isAwarded = false, breaches = [] } = awards.get(projectId) ?? {};
    return {
      rank: index + 1,
      projectId,
      mean,
      spread,
      bonus,
      total,
      reviews: reviews.length,
      isAwarded,
      breaches,
    };
  });
}

function criterionMean({ reviews }: Contender, code: string): number {
  return meanOf(
    reviews.map(({ scores }) => scores.find(({ criterion }) => criterion === code)?.points ?? 0),
  );
}

function firstDifference(a: readonly number[], b: readonly number[]): number {
  const index = a.findIndex((value, place) => value !== b[place]);
  return index === -1 ? 0 : (a[index] ?? 0) - (b[index] ?? 0);
}
