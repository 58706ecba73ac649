/** A fair share of the partner search's entries, kept in the process: what many have need not be counted one by one. */
import { beyondDeadline } from '#kit/deadline.ts';
import type { Context } from '../context.ts';
import type { EntryRecord } from './entry.model.ts';
import type { Frequency, Way } from './query.ts';

/** What is kept of an entry. */
export type Drawn = Pick<
  EntryRecord,
  | 'status'
  | 'completed'
  | 'onTime'
  | 'rating'
  | 'facets'
  | 'forms'
  | 'technologies'
  | 'certificates'
>;

/** A fair share of the entries. */
export interface Sample {
  /** How many entries there are in all, about. */
  total: number;
  drawn: readonly Drawn[];
  /** Of each term, which of the drawn have it, in their order. */
  places: ReadonlyMap<string, readonly number[]>;
}

/** The sample that drawn entries are. Pure. */
export function sampleFrom(
  total: number,
  entries: readonly (Drawn & Pick<EntryRecord, 'terms'>)[],
): Sample {
  const places = new Map<string, number[]>();
  entries.forEach(({ terms }, at) => {
    for (const term of terms) {
      const known = places.get(term);
      if (known) known.push(at);
      else places.set(term, [at]);
    }
  });
  const drawn = entries.map((entry): Drawn => {
    const { status, completed, onTime, rating, facets, forms, technologies, certificates } = entry;
    return { status, completed, onTime, rating, facets, forms, technologies, certificates };
  });
  return { total, drawn, places };
}

/** Which of the drawn have a term of each list, in their order. */
export function positionsWith({ drawn, places }: Sample, lists: Way): number[] {
  const held = new Uint16Array(drawn.length);
  lists.forEach((list, nth) => {
    for (const term of list)
      for (const at of places.get(term) ?? []) if (held[at] === nth) held[at] = nth + 1;
  });
  return [...held.keys()].filter((at) => held[at] === lists.length);
}

/** How many of the drawn have a term of the list. */
export function frequencyIn(sample: Sample): Frequency {
  return (list) => {
    const [only, ...more] = list;
    if (only !== undefined && more.length === 0) return sample.places.get(only)?.length ?? 0;
    return positionsWith(sample, [list]).length;
  };
}

type Store = Pick<Context, 'connection' | 'entries'>;

const sampleSize = 4_000;
const batchSize = 500;
/** How long a sample is good, in milliseconds; while there are few entries, a moment. */
const goodFor = 5 * 60_000;
const goodForFew = 5_000;
/** How long after that it still serves whoever asks while it is drawn anew. */
const servesFor = 10 * 60_000;

/** A sample that was drawn, and the one that is being drawn. */
interface Kept {
  sample?: Sample;
  until: number;
  drawing?: Promise<Sample>;
}
const samples = new WeakMap<object, Kept>();

/** The sample of a database's entries; nobody waits for it but who asks first, or after a quarter of an hour. */
export function sampleOf({ connection, entries }: Store): Promise<Sample> {
  const kept = samples.get(connection) ?? { until: 0 };
  samples.set(connection, kept);
  const { sample } = kept;
  if (sample && Date.now() < kept.until) return Promise.resolve(sample);
  // Many wait for it: it is drawn to its end also when who asked first has left.
  kept.drawing ??= beyondDeadline(() => drawInto(kept, entries));
  if (!sample || Date.now() > kept.until + servesFor) return kept.drawing;
  // Whoever asks next learns why it could not be drawn, when there is none.
  kept.drawing.catch(() => {});
  return Promise.resolve(sample);
}

async function drawInto(kept: Kept, entries: Store['entries']): Promise<Sample> {
  try {
    const sample = await draw(entries);
    kept.sample = sample;
    kept.until = Date.now() + (sample.drawn.length === sampleSize ? goodFor : goodForFew);
    return sample;
  } finally {
    delete kept.drawing;
  }
}

const fields = {
  terms: 1,
  status: 1,
  completed: 1,
  onTime: 1,
  rating: 1,
  facets: 1,
  forms: 1,
  technologies: 1,
  certificates: 1,
} as const;

async function draw(entries: Store['entries']): Promise<Sample> {
  const found = entries
    .find({}, fields)
    .sort({ draw: 1 })
    .limit(sampleSize)
    .lean<EntryRecord[]>()
    .cursor({ batchSize }) as AsyncIterable<EntryRecord>;
  const drawn: EntryRecord[] = [];
  for await (const entry of found) drawn.push(entry);
  return sampleFrom(await entries.estimatedDocumentCount(), drawn);
}
