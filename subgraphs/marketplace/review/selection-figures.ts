/** How reviews went: the figures that the secretariat watches. */
import type { Model } from 'mongoose';

import { badInput } from '#kit/page.ts';
import { daysUnderReview, targetDays } from './review-rules.ts';
import type { ReviewRecord } from './review.model.ts';

/** How reviews went in a year. */
export interface SelectionFigures {
  year: number;
  selected: number;
  rejected: number;
  exemptFromBoth: number;
  meanDays: number | null;
  medianDays: number | null;
  inTime: number;
}

/** What of a decided review counts. */
export type Decided = Pick<ReviewRecord, 'status' | 'steps' | 'terms' | 'exemptions' | 'endedAt'>;

const mostYears = 20;
/** Seoul is nine hours ahead, without summer time since 1988: its year begins that much earlier in UTC. */
const seoulOffsetMillis = 9 * 3_600_000;

/**
 * How reviews went, year by year, in Asia/Seoul.
 *
 * @throws {GraphQLError} BAD_USER_INPUT when the years are in no order, too many, or out of reach
 */
export async function findFigures(
  { reviews }: { reviews: Model<ReviewRecord> },
  from: number,
  to: number,
): Promise<SelectionFigures[]> {
  if (from < 2000 || to > 2200 || from > to || to - from >= mostYears)
    throw badInput(`from and to are years, at most ${mostYears}, from 2000 to 2200.`);
  const figures: SelectionFigures[] = [];
  for (let year = from; year <= to; year += 1) {
    const decided = await reviews
      .find(
        {
          endedAt: { $gte: newYear(year), $lt: newYear(year + 1) },
          status: { $in: ['SELECTED', 'REJECTED'] },
        },
        { status: 1, steps: 1, terms: 1, exemptions: 1, endedAt: 1 },
      )
      .lean<Decided[]>();
    figures.push(figuresOf(year, decided));
  }
  return figures;
}

/** The figures of a year's decided reviews. Pure. */
export function figuresOf(year: number, decided: readonly Decided[]): SelectionFigures {
  const days = decided.map(({ steps, endedAt }) => daysUnderReview(steps, endedAt ?? new Date(0)));
  const selected = decided.filter(({ status }) => status === 'SELECTED');
  return {
    year,
    selected: selected.length,
    rejected: decided.length - selected.length,
    exemptFromBoth: selected.filter(
      ({ exemptions }) => exemptions?.eligibility === true && exemptions.capability,
    ).length,
    meanDays: days.length === 0 ? null : round(sum(days) / days.length),
    medianDays: median(days),
    inTime: decided.filter((review, index) => (days[index] ?? 0) <= targetDays(review)).length,
  };
}

function newYear(year: number): Date {
  return new Date(Date.UTC(year, 0, 1) - seoulOffsetMillis);
}

function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return low === undefined || high === undefined ? null : round((low + high) / 2);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, each) => total + each, 0);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
