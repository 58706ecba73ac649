/** How found companies spread: counts by kind, sector, region and size. */
import type { QueryFilter } from 'mongoose';

import type { CompanyStatus } from '#schema/facts.ts';
import type { Context } from '../context.ts';
import type { EntryRecord } from './entry.model.ts';
import { foundIn } from './match.ts';
import type { CompanyFilter } from './query.ts';
import { sampleOf, type Sample } from './sample.ts';

/** What is counted. */
export const countedFacets = ['KIND', 'SECTOR', 'REGION', 'SIZE'] as const;

/** Counts of one facet, the most frequent value first. */
export interface FacetCounts {
  name: (typeof countedFacets)[number];
  values: { value: string; count: number }[];
  /** Whether the counts are made up from a sample, because so many were found. */
  estimated: boolean;
}

/** How many are counted one by one; more are told from the sample. */
const mostCounted = 2_000;
/** So many of the sample must be found to tell from them. */
const leastTold = 80;

/** How long counts are good for the same question, in milliseconds, and how many questions are remembered. */
const goodFor = 30_000;
const mostRemembered = 500;

type Store = Pick<Context, 'connection' | 'entries'>;
type Remembered = Map<string, { at: number; answer: Promise<unknown> }>;
const byDatabase = new WeakMap<object, Remembered>();

/** Counts of every facet over what a query finds; as old as half a minute, because counting walks all that is found. */
export function countFacets(store: Store, { filter, query, today }: Asked): Promise<FacetCounts[]> {
  return remember(store, `facets ${JSON.stringify(query)}`, async () => {
    const sample = await sampleOf(store);
    return toldFrom(sample, filter, today) ?? countEach(store, query);
  });
}

/** What is asked: as a filter, and as what it means to the database on a day (`YYYY-MM-DD` in Asia/Seoul). */
export interface Asked {
  filter: CompanyFilter;
  query: QueryFilter<EntryRecord>;
  today: string;
}

/** How many a query finds. */
export interface Counted {
  count: number;
  /** Whether that is told from a sample. */
  estimated: boolean;
}

/** How many entries a query finds; thousands are told from the sample, or as old as half a minute. */
export async function countEntries(
  store: Store,
  { filter, query, today }: Asked,
): Promise<Counted> {
  // Every approved company is soon counted.
  const told = isEqual(query, approved) ? null : toldCount(await sampleOf(store), filter, today);
  if (told !== null) return { count: told, estimated: true };
  return { count: await countOneByOne(store, query), estimated: false };
}

function countOneByOne(store: Store, query: QueryFilter<EntryRecord>): Promise<number> {
  const { entries } = store;
  const key = `entries ${JSON.stringify(query)}`;
  const counted = remember(store, key, async () => {
    if (!isEqual(query, approved)) return entries.countDocuments(query).exec();
    // Nearly every company is approved: the others are counted.
    const others = entries.countDocuments({ status: { $in: otherStates } }).exec();
    return (await entries.estimatedDocumentCount()) - (await others);
  });
  // Few are soon counted anew.
  const forget = (count: number) =>
    count <= mostCounted && byDatabase.get(store.connection)?.delete(key);
  counted.then(forget, () => {});
  return counted;
}

const approved = { status: 'APPROVED' };
const otherStates: CompanyStatus[] = ['PENDING', 'SUSPENDED', 'MERGED', 'CLOSED'];

function isEqual(query: object, other: object): boolean {
  return JSON.stringify(query) === JSON.stringify(other);
}

/** The answer to a question, or the one that was given a moment ago. */
function remember<Answer>(
  { connection }: Store,
  key: string,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  const remembered: Remembered = byDatabase.get(connection) ?? new Map();
  byDatabase.set(connection, remembered);
  const now = Date.now();
  const known = remembered.get(key);
  if (known && now - known.at < goodFor) return known.answer as Promise<Answer>;
  const [oldest] = remembered.keys();
  if (remembered.size >= mostRemembered && oldest !== undefined) remembered.delete(oldest);
  const answer = ask();
  remembered.delete(key);
  remembered.set(key, { at: now, answer });
  answer.catch(() => remembered.delete(key));
  return answer;
}

/** How many a filter finds, told from the sample; null when that would be too rough, as `toldFrom` has it. Pure. */
export function toldCount(sample: Sample, filter: CompanyFilter, today: string): number | null {
  const told = toldBy(sample, filter, today);
  return told && Math.round(told.found.length * told.weight);
}

/** Counts told from the sample; null when that would be too rough, or the filter names keys of a source. Pure. */
export function toldFrom(
  sample: Sample,
  filter: CompanyFilter,
  today: string,
): FacetCounts[] | null {
  const told = toldBy(sample, filter, today);
  if (!told) return null;
  const counts = new Map<string, number>();
  for (const { facets } of told.found)
    for (const term of facets) counts.set(term, (counts.get(term) ?? 0) + 1);
  return inFacets(counts, told.weight, true);
}

/** Those of a sample that a filter finds, and for how many each stands; null when they tell too little. */
function toldBy(sample: Sample, filter: CompanyFilter, today: string) {
  const { total, drawn } = sample;
  if (total <= mostCounted || filter.origin?.externalIds != null) return null;
  const found = foundIn(sample, filter, today);
  const weight = total / drawn.length;
  if (found.length < leastTold || found.length * weight <= mostCounted) return null;
  return { found, weight };
}

async function countEach(
  { entries }: Store,
  query: QueryFilter<EntryRecord>,
): Promise<FacetCounts[]> {
  const found = await entries.aggregate<{ _id: string; count: number }>([
    { $match: query },
    { $project: { facets: 1 } },
    { $unwind: '$facets' },
    { $group: { _id: '$facets', count: { $sum: 1 } } },
  ]);
  return inFacets(new Map(found.map(({ _id, count }) => [_id, count])), 1, false);
}

const prefixes = countedFacets.map((name) => `${name.toLowerCase()}:`);

function inFacets(
  counts: ReadonlyMap<string, number>,
  weight: number,
  estimated: boolean,
): FacetCounts[] {
  return countedFacets.map((name, index) => {
    const prefix = prefixes[index] ?? '';
    const values = [...counts]
      .filter(([term]) => term.startsWith(prefix))
      .sort(([a, many], [b, few]) => few - many || (a < b ? -1 : 1))
      .map(([term, times]) => ({
        value: term.slice(prefix.length),
        count: Math.round(times * weight),
      }));
    return { name, values, estimated };
  });
}
