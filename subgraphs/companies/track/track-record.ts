/** What a firm has done: projects brought to an end, on time or not, and what pilot users and partners say. */
import type { Model } from 'mongoose';

import type { ProjectFact } from '#schema/facts.ts';
import type { CompanyRecord } from '../company/company.model.ts';
import type { ToldProjectRecord } from '../search/told.model.ts';
import type { PartnerRatings, PartnerReviewRecord } from './partner-review.model.ts';

/** A firm's track record; public. */
export interface Track {
  /** Projects that it brought to an end. */
  projects: number;
  /** Of these on time, in basis points; null without any. */
  onTime: number | null;
  /** Mean of what pilot users said, 1.0 to 5.0; null when nobody did. */
  pilotRating: number | null;
  /** Reviews by partners that are revealed. */
  reviews: number;
  /** Means of what partners said; null when nobody did. */
  ratings: PartnerRatings | null;
  /** Mean over all criteria; null when nobody did. */
  rating: number | null;
}

type Finished = NonNullable<ProjectFact['finished']>;

/** A track record from what is known: pure. */
export function trackRecordOf(
  finished: readonly Pick<Finished, 'onTime' | 'pilotRating'>[],
  reviews: readonly PartnerRatings[],
): Track {
  const onTime = finished.filter((each) => each.onTime).length;
  const pilots = finished.flatMap(({ pilotRating }) => (pilotRating === null ? [] : [pilotRating]));
  const of = (criterion: keyof PartnerRatings) => mean(reviews.map((each) => each[criterion])) ?? 0;
  const ratings =
    reviews.length === 0
      ? null
      : {
          quality: of('quality'),
          punctuality: of('punctuality'),
          communication: of('communication'),
          fairness: of('fairness'),
        };
  return {
    projects: finished.length,
    onTime: finished.length === 0 ? null : Math.round((onTime * 10_000) / finished.length),
    pilotRating: mean(pilots),
    reviews: reviews.length,
    ratings,
    rating: mean(
      reviews.flatMap(({ quality, punctuality, communication, fairness }) => [
        quality,
        punctuality,
        communication,
        fairness,
      ]),
    ),
  };
}

/** The mean to two decimals; null of nothing. */
function mean(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sum = values.reduce((total, each) => total + each, 0);
  return Math.round((sum / values.length) * 100) / 100;
}

interface Store {
  companies: Model<CompanyRecord>;
  toldProjects: Model<ToldProjectRecord>;
  partnerReviews: Model<PartnerReviewRecord>;
}

/** Track records of companies, with what firms did that became part of them. */
export async function findTrackRecords(
  { companies, toldProjects, partnerReviews }: Store,
  ids: readonly string[],
  now = new Date(),
): Promise<Map<string, Track>> {
  const folded = await companies
    .find({ mergedIntoId: { $in: [...ids] } }, { mergedIntoId: 1 })
    .lean<{ _id: string; mergedIntoId: string }[]>();
  const all = [...ids, ...folded.map(({ _id }) => _id)];
  const standing = new Map(folded.map(({ _id, mergedIntoId }) => [_id, mergedIntoId]));
  const projects = await toldProjects.find({ memberIds: { $in: all }, gone: false }).lean();
  const reviews = await partnerReviews
    .find(
      { aboutId: { $in: all }, revealsAt: { $lte: now } },
      { aboutId: 1, fromId: 1, ratings: 1 },
    )
    .lean<{ aboutId: string; fromId: string; ratings: PartnerRatings }[]>();
  return new Map(
    ids.map((id) => {
      const isOwn = (other: string) => (standing.get(other) ?? other) === id;
      const finished = projects
        .filter(({ memberIds }) => memberIds?.some(isOwn))
        .flatMap((project) => (project.finished == null ? [] : [project.finished]));
      // What one said of the other counts no more once both are one firm.
      const ratings = reviews
        .filter(({ aboutId, fromId }) => isOwn(aboutId) && !isOwn(fromId))
        .map((each) => each.ratings);
      return [id, trackRecordOf(finished, ratings)];
    }),
  );
}
