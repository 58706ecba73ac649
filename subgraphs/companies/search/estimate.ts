/** How many entries a query is likely to find, by a sample: decides which way through the indexes is the shorter one. */
import type { CompanyStatus } from '#schema/facts.ts';
import type { Context } from '../context.ts';
import type { EntryRecord } from './entry.model.ts';
import type { Terms, TrackWanted } from './query.ts';

type Entries = Context['entries'];

/** A fair share of the entries. */
export interface Sample {
  /** How many entries there are in all, about. */
  total: number;
  /** Terms of each entry of the sample. */
  drawn: ReadonlySet<string>[];
  /** State of each, and what it has done. */
  states: CompanyStatus[];
  records: Pick<EntryRecord, 'completed' | 'onTime' | 'rating'>[];
}

const sampleSize = 4_000;
/** How long a sample is good, in milliseconds; while there are few entries, a moment. */
const goodFor = 5 * 60_000;
const goodForFew = 5_000;

const samples = new WeakMap<object, { until: number; sample: Promise<Sample> }>();

/** The sample of a database's entries; as old as five minutes. */
export function sampleOf({
  connection,
  entries,
}: Pick<Context, 'connection' | 'entries'>): Promise<Sample> {
  const known = samples.get(connection);
  const now = Date.now();
  if (known && now < known.until) return known.sample;
  const sample = draw(entries);
  samples.set(connection, { until: now + goodForFew, sample });
  sample.then(
    ({ drawn }) => {
      if (drawn.length === sampleSize) samples.set(connection, { until: now + goodFor, sample });
    },
    () => samples.delete(connection),
  );
  return sample;
}

/** In how many entries of a sample a term is. */
export function frequencyIn({ drawn }: Sample): (term: string) => number {
  return (term) => drawn.filter((terms) => terms.has(term)).length;
}

/** Whether an entry has the terms. */
export function hasTerms(terms: ReadonlySet<string>, { all, anyOf }: Terms): boolean {
  return (
    all.every((term) => terms.has(term)) &&
    anyOf.every((group) => group.some((term) => terms.has(term)))
  );
}

/** What the terms of a query are likely to find. */
export interface Estimate {
  /** Share of all entries that have every one of them, 0 to 1; never 0, since a sample cannot tell. */
  share: number;
  /** How many entries have the rarest of them. */
  rarest: number;
}

/** What terms are likely to find in a sample's whole. */
export function estimate({ total, drawn }: Sample, { all, anyOf }: Terms): Estimate {
  const shareOf = (holds: (terms: ReadonlySet<string>) => boolean) =>
    Math.max(drawn.filter(holds).length, 0.5) / Math.max(drawn.length, 1);
  const share = shareOf((terms) => hasTerms(terms, { all, anyOf }));
  const each = [
    ...all.map((term) => shareOf((terms) => terms.has(term))),
    ...anyOf.map((group) => shareOf((terms) => group.some((term) => terms.has(term)))),
  ];
  return { share, rarest: total * Math.min(1, ...each) };
}

/** What a filter by what firms have done is likely to find: those with so many projects are looked at. */
export function estimateDone(
  { total, records }: Pick<Sample, 'total' | 'records'>,
  wanted: TrackWanted,
): Estimate {
  const shareOf = (holds: (record: Sample['records'][number]) => boolean) =>
    Math.max(records.filter(holds).length, 0.5) / Math.max(records.length, 1);
  const least = Math.max(wanted.projects ?? 0, wanted.onTime == null ? 0 : 1);
  const share = shareOf(
    ({ completed, onTime, rating }) =>
      completed >= least && onTime >= (wanted.onTime ?? 0) && rating >= (wanted.rating ?? 0),
  );
  return { share, rarest: total * shareOf(({ completed }) => completed >= least) };
}

/**
 * Whether walking the entries in their order, until a page is full, looks at fewer than walking all that have the
 * rarest term and sorting them.
 */
export function isQuickerInOrder({ share, rarest }: Estimate, pageSize: number): boolean {
  return pageSize / share < rarest;
}

async function draw(entries: Entries): Promise<Sample> {
  const found = await entries
    .find({}, { terms: 1, status: 1, completed: 1, onTime: 1, rating: 1 })
    .sort({ draw: 1 })
    .limit(sampleSize)
    .lean();
  // Entries share most of their terms: each is kept once.
  const known = new Map<string, string>();
  const once = (term: string) => known.get(term) ?? (known.set(term, term), term);
  return {
    total: await entries.estimatedDocumentCount(),
    drawn: found.map(({ terms }) => new Set(terms.map(once))),
    states: found.map(({ status }) => status),
    records: found,
  };
}
