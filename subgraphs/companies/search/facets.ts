/** How found companies spread: counts by kind, sector, region and size. */
import type { QueryFilter } from 'mongoose';

import type { Context } from '../context.ts';
import type { EntryRecord } from './entry.model.ts';
import { estimate, sampleOf } from './estimate.ts';
import { termsOfFilter, type CompanyFilter } from './query.ts';

/** What is counted. */
export const countedFacets = ['KIND', 'SECTOR', 'REGION', 'SIZE'] as const;

/** Counts of one facet, the most frequent value first. */
export interface FacetCounts {
  name: (typeof countedFacets)[number];
  values: { value: string; count: number }[];
  /** Whether the counts are made up from a sample, because so many were found. */
  estimated: boolean;
}

/** How many are counted one by one; of more, a sample of about so many. */
const mostCounted = 5_000;

/** How long counts are good for the same question, in milliseconds, and how many questions are remembered. */
const goodFor = 30_000;
const mostRemembered = 200;

type Remembered = Map<string, { at: number; counts: Promise<FacetCounts[]> }>;
const byDatabase = new WeakMap<object, Remembered>();

/** Counts of every facet over what a query finds; as old as half a minute, because counting walks all that is found. */
export function countFacets(
  context: Pick<Context, 'connection' | 'entries'>,
  filter: CompanyFilter,
  query: QueryFilter<EntryRecord>,
): Promise<FacetCounts[]> {
  const { connection } = context;
  const remembered = byDatabase.get(connection) ?? new Map();
  byDatabase.set(connection, remembered);
  const key = JSON.stringify(query);
  const now = Date.now();
  const known = remembered.get(key);
  if (known && now - known.at < goodFor) return known.counts;
  const [oldest] = remembered.keys();
  if (remembered.size >= mostRemembered && oldest !== undefined) remembered.delete(oldest);
  const counts = count(context, filter, query);
  remembered.delete(key);
  remembered.set(key, { at: now, counts });
  counts.catch(() => remembered.delete(key));
  return counts;
}

async function count(
  context: Pick<Context, 'connection' | 'entries'>,
  filter: CompanyFilter,
  query: QueryFilter<EntryRecord>,
): Promise<FacetCounts[]> {
  const share = await shareToCount(context, filter);
  const sampled = share < 1 ? { $and: [{ draw: { $lt: share } }, query] } : query;
  const found = await context.entries.aggregate<{ _id: string; count: number }>([
    { $match: sampled },
    { $project: { facets: 1 } },
    { $unwind: '$facets' },
    { $group: { _id: '$facets', count: { $sum: 1 } } },
    { $sort: { count: -1, _id: 1 } },
  ]);
  return countedFacets.map((name) => {
    const prefix = `${name.toLowerCase()}:`;
    const values = found
      .filter(({ _id }) => _id.startsWith(prefix))
      .map(({ _id, count: times }) => ({
        value: _id.slice(prefix.length),
        count: Math.round(times / share),
      }));
    return { name, values, estimated: share < 1 };
  });
}

/** The share of the found that is counted: 1 unless there are too many of them. */
async function shareToCount(
  context: Pick<Context, 'connection' | 'entries'>,
  filter: CompanyFilter,
): Promise<number> {
  const sample = await sampleOf(context);
  const likely = sample.total * estimate(sample, termsOfFilter(filter)).share;
  return Math.min(1, mostCounted / Math.max(likely, 1));
}
