/** How reviewers score against one another, and which of their reviews stand apart. Pure. */
import type { Problem } from '#kit/refusal.ts';
import { wholeInBasisPoints } from '#kit/won.ts';
import { breach } from '../programme/breaches.ts';
import { meanOf, spreadOf } from './ranking.ts';

/** A review that is in. */
export interface Given {
  reviewId: string;
  reviewerId: string;
  projectId: string;
  total: number;
}

/** A review that stands apart from the others of its project. */
export interface Outlier {
  reviewId: string;
  /** Rules OUTLIER_DEVIATION and OUTLIER_SHARE, limit and found in points. */
  breaches: Problem[];
}

/** How a reviewer scores. */
export interface Calibration {
  reviewerId: string;
  reviews: number;
  mean: number;
  spread: number;
  /** Mean distance from the mean of the project, points. */
  leaning: number;
  outliers: Outlier[];
}

/** How much a review may differ before it is looked at. */
export interface Scale {
  /** Points that all criteria of the rubric have together. */
  points: number;
  /** Basis points of them. */
  share: number;
}

/** How many standard deviations away a review is looked at. */
const outlierDeviations = 2;
/**
 * How far from the mean of its project's other reviews a review may lie where a programme does not say so, basis points of
 * the rubric's points: 30%, so that of three reviews one that differs by more than a fifth from the mean of all is looked at.
 */
export const usualOutlierShare = 3_000;

/**
 * How each reviewer scores, against the mean of each project; by reviewer id.
 *
 * A review stands apart that lies more than two standard deviations of all distances from its project's mean, or further from
 * the mean of its project's others than a share of the scale. The second finds something where the first cannot: of n
 * reviews of one project none lies more than the root of n - 1 standard deviations away.
 */
export function calibrate(reviews: readonly Given[], scale: Scale): Calibration[] {
  const projects = Map.groupBy(reviews, ({ projectId }) => projectId);
  const distances = reviews.map((review) => {
    const panel = projects.get(review.projectId) ?? [];
    const others = panel.filter((other) => other !== review);
    return {
      ...review,
      distance: review.total - meanOf(panel.map(({ total }) => total)),
      apart: others.length === 0 ? 0 : review.total - meanOf(others.map(({ total }) => total)),
    };
  });
  const usual = spreadOf(distances.map(({ distance }) => distance));
  const most = (scale.points * scale.share) / wholeInBasisPoints;
  return [...Map.groupBy(distances, ({ reviewerId }) => reviewerId)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([reviewerId, own]) => ({
      reviewerId,
      reviews: own.length,
      mean: meanOf(own.map(({ total }) => total)),
      spread: spreadOf(own.map(({ total }) => total)),
      leaning: meanOf(own.map(({ distance }) => distance)),
      outliers: own
        .map(({ reviewId, distance, apart }) => ({
          reviewId,
          breaches: [
            ...beyond('OUTLIER_DEVIATION', distance, outlierDeviations * usual),
            ...beyond('OUTLIER_SHARE', apart, most),
          ],
        }))
        .filter(({ breaches }) => breaches.length > 0),
    }));
}

const messages = {
  OUTLIER_DEVIATION: "This lies more than two standard deviations from its project's mean.",
  OUTLIER_SHARE: "This lies far from the mean of its project's other reviews.",
};

function beyond(rule: keyof typeof messages, distance: number, most: number): Problem[] {
  const found = Math.abs(distance);
  // Sums of fractions differ in their last digits where all are alike.
  if (found <= most + 1e-9) return [];
  return [breach(rule, messages[rule], most.toFixed(2), found.toFixed(2), [])];
}
