/** How many entries a query is likely to find, by a sample: decides which way through the indexes is the shorter one. Pure. */
import { foundIn } from './match.ts';
import type { CompanyFilter, Way } from './query.ts';
import { frequencyIn, type Sample } from './sample.ts';

/** What a filter is likely to find. */
export interface Estimate {
  /** Share of all entries that it finds, 0 to 1; never 0, since a sample cannot tell. */
  share: number;
  /** How many entries are looked at on the way: those with a term of the rarest list. */
  rarest: number;
}

/**
 * What a filter is likely to find in a sample's whole, and how many are looked at on the way.
 *
 * @param today `YYYY-MM-DD` in Asia/Seoul
 */
export function estimate(sample: Sample, filter: CompanyFilter, way: Way, today: string): Estimate {
  const frequency = frequencyIn(sample);
  const shares = way.map((list) => shareOf(sample, frequency(list)));
  return {
    share: shareOf(sample, foundIn(sample, filter, today).length),
    rarest: sample.total * Math.min(1, ...shares),
  };
}

/** How many have brought so many projects to an end as a filter asks for: they are looked at where no term leads. */
export function countDone(sample: Sample, { trackRecord }: CompanyFilter): number {
  const { projects, onTime } = trackRecord ?? {};
  const least = Math.max(projects ?? 0, onTime == null ? 0 : 1);
  const done = sample.drawn.filter(({ completed }) => completed >= least).length;
  return sample.total * shareOf(sample, done);
}

/**
 * Whether walking the entries in their order, until a page is full, looks at fewer than walking all that have the
 * rarest term and sorting them.
 */
export function isQuickerInOrder({ share, rarest }: Estimate, pageSize: number): boolean {
  return pageSize / share < rarest;
}

function shareOf({ drawn }: Sample, count: number): number {
  return Math.max(count, 0.5) / Math.max(drawn.length, 1);
}
