/** How found companies spread: counts by kind, sector, region and size. */
import type { QueryFilter } from 'mongoose';

import type { CompanyStatus } from '#schema/facts.ts';
import type { Context } from '../context.ts';
import type { EntryRecord } from './entry.model.ts';
import { hasTerms, sampleOf, type Sample } from './estimate.ts';
import { termsOfFilter, wordsIn, type CompanyFilter } from './query.ts';
import { termsOfWord } from './terms.ts';

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
const mostCounted = 4_000;
/** So many of the sample must be found to tell from them. */
const leastTold = 100;

/** How long counts are good for the same question, in milliseconds, and how many questions are remembered. */
const goodFor = 30_000;
const mostRemembered = 500;

type Store = Pick<Context, 'connection' | 'entries'>;
type Remembered = Map<string, { at: number; answer: Promise<unknown> }>;
const byDatabase = new WeakMap<object, Remembered>();

/** Counts of every facet over what a query finds; as old as half a minute, because counting walks all that is found. */
export function countFacets(
  store: Store,
  filter: CompanyFilter,
  query: QueryFilter<EntryRecord>,
): Promise<FacetCounts[]> {
  return remember(store, `facets ${JSON.stringify(query)}`, async () => {
    const sample = await sampleOf(store);
    return toldFrom(sample, filter) ?? countEach(store, query);
  });
}

/** How many entries a query finds; where there are thousands, as old as half a minute. */
export function countEntries(store: Store, query: QueryFilter<EntryRecord>): Promise<number> {
  const { entries } = store;
  const key = `entries ${JSON.stringify(query)}`;
  const counted = remember(store, key, async () => {
    if (!isEqual(query, { status: 'APPROVED' })) return entries.countDocuments(query).exec();
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

/** Counts told from the sample; null when that would be too rough, or the filter asks for more than terms. Pure. */
export function toldFrom(
  { total, drawn, states }: Sample,
  filter: CompanyFilter,
): FacetCounts[] | null {
  if (total <= mostCounted || asksForMore(filter)) return null;
  const terms = termsOfFilter(filter);
  const found = drawn.filter(
    (each, index) => states[index] === 'APPROVED' && hasTerms(each, terms),
  );
  const weight = total / drawn.length;
  if (found.length < leastTold || found.length * weight <= mostCounted) return null;
  const counts = new Map<string, number>();
  for (const each of found)
    for (const term of each) if (isCounted(term)) counts.set(term, (counts.get(term) ?? 0) + 1);
  return inFacets(counts, weight, true);
}

/** Whether a filter asks for what terms alone do not say. */
function asksForMore(filter: CompanyFilter): boolean {
  const { technologies, certificate, trackRecord, available, statuses, origin } = filter;
  return (
    [technologies, certificate, trackRecord, statuses, origin].some((each) => each != null) ||
    available === false ||
    wordsIn(filter).some((word) => termsOfWord(word).length === 0)
  );
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

function isCounted(term: string): boolean {
  return prefixes.some((prefix) => term.startsWith(prefix));
}

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
