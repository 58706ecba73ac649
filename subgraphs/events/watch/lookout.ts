/** Compares what others tell with what was seen before, and tells those who watch. */
import type { Model } from 'mongoose';

import type { FactRecord } from '#kit/facts.ts';
import { deliver, type Delivery } from '../inbox/delivery.ts';
import type { InboxRecord } from '../inbox/inbox.model.ts';
import { noticesOf, seenOf, type Notice, type Seen } from './change.ts';
import type { SightingRecord } from './sighting.model.ts';
import type { WatchRecord } from './watch.model.ts';

/** What the lookout works with. */
export interface Lookout {
  watches: Model<WatchRecord>;
  sightings: Model<SightingRecord>;
  inbox: Model<InboxRecord>;
}

const kinds: readonly string[] = ['company', 'capabilityMap', 'technology', 'project'];

/** A fact's newer state with what was seen before, and what that means. */
interface Sight {
  id: string;
  revision: number;
  seen: Seen;
  at: Date;
  notices: Notice[];
}

/**
 * Tells those who watch of what changed, then remembers what was seen: when this stops half-way it begins again, and an
 * inbox takes each notice once. What is seen for the first time is told of only to those who watched before it was told.
 */
export async function lookOut(lookout: Lookout, facts: readonly FactRecord[]): Promise<void> {
  const told = facts.filter(({ kind, state }) => kinds.includes(kind) && state !== null);
  if (told.length === 0) return;
  const sights = await sightsOf(lookout, told);
  await tellWatchers(lookout, sights);
  await lookout.sightings.bulkWrite(
    sights.map(({ id, revision, seen }) => ({
      updateOne: {
        filter: { _id: id },
        update: { $set: { revision, seen } },
        upsert: true,
      },
    })),
  );
}

async function sightsOf({ sightings }: Lookout, facts: readonly FactRecord[]): Promise<Sight[]> {
  const before = new Map(
    (
      await sightings.find({ _id: { $in: facts.map(({ _id }) => _id) } }).lean<SightingRecord[]>()
    ).map((each) => [each._id, each]),
  );
  const sights: Sight[] = [];
  for (const { _id: id, kind, key, revision, state, at } of facts) {
    const last = before.get(id);
    if (last && last.revision >= revision) continue;
    const seen = seenOf(kind as Seen['kind'], state as object);
    sights.push({ id, revision, seen, at, notices: noticesOf(key, last?.seen ?? null, seen) });
    before.set(id, { _id: id, revision, seen });
  }
  return sights;
}

async function tellWatchers({ watches, inbox }: Lookout, sights: readonly Sight[]): Promise<void> {
  const subjects = new Map(
    sights
      .flatMap(({ notices }) => notices)
      .map(({ subject }) => [`${subject.kind} ${subject.key}`, subject]),
  );
  const byKind = Map.groupBy(subjects.values(), ({ kind }) => kind);
  const conditions = [...byKind].map(([kind, of]) => ({
    kind,
    key: { $in: of.map(({ key }) => key) },
  }));
  if (conditions.length === 0) return;
  const watching = Map.groupBy(
    await watches.find({ $or: conditions }).lean<WatchRecord[]>(),
    ({ kind, key }) => `${kind} ${key}`,
  );
  const deliveries = sights.flatMap(({ id, revision, at, notices }) =>
    notices.flatMap(({ subject, ...notice }): Delivery[] =>
      (watching.get(`${subject.kind} ${subject.key}`) ?? [])
        .filter(({ since }) => since <= at)
        .map(({ userId }) => ({
          userId,
          key: ['watch', id, revision, subject.key, notice.change, notice.detail ?? ''].join(':'),
          kind: 'WATCH',
          eventId: null,
          notice: { ...notice, sector: subject.kind === 'SECTOR' ? subject.key : null },
          at,
        })),
    ),
  );
  await deliver(inbox, deliveries);
}
