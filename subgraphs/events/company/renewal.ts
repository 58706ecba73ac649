/** What firms tell, and what a new name or a merger means for what they host. */
import type { Model } from 'mongoose';

import { applyFacts, type FactRecord } from '#kit/facts.ts';
import { becameOf, newestOf, renewedKeys, type Renewal } from '#kit/renewal.ts';
import type { CompanyFact } from '#schema/facts.ts';
import { tracesOf } from '../event/event-details.ts';
import type { EventRecord } from '../event/event.model.ts';
import { anchorsOf } from '../saved-filter/anchors.ts';
import type { SavedFilterRecord } from '../saved-filter/saved-filter.model.ts';
import type { SeriesRecord } from '../series/series.model.ts';
import type { CompanyRecord } from './company.model.ts';

/** Everything that names a firm. */
export interface Collections {
  companies: Model<CompanyRecord>;
  events: Model<EventRecord>;
  series: Model<SeriesRecord>;
  savedFilters: Model<SavedFilterRecord>;
}

/**
 * Brings firms up to what companies tell. What a merged firm hosted goes to what it became, and events are found by
 * their host's new name. The firms come last: when this stops half-way, it begins again and finds what is left.
 */
export async function applyCompanies(
  collections: Collections,
  facts: readonly FactRecord[],
): Promise<void> {
  const renewal = { known: collections.companies, facts };
  const heirs = await moveMerged(collections, renewal);
  const renamed = await renewedKeys(renewal, ({ name }) => [name.ko, name.en]);
  for (const hostId of await hosting(collections, [...renamed, ...heirs]))
    await findAgain(collections, hostId, await namesOf(renewal, hostId));
  await applyFacts(collections.companies, facts, hostKept);
}

function hostKept({ name, status, restrictedUntil, mergedIntoId }: CompanyFact): object {
  return { name, status, restrictedUntil, mergedIntoId };
}

/** Gives what merged firms hosted to what they became; returns those. */
async function moveMerged(
  collections: Collections,
  renewal: Renewal<CompanyRecord>,
): Promise<string[]> {
  const { events, series, savedFilters } = collections;
  const heirs: string[] = [];
  for (const { key, state } of renewal.facts) {
    const into = (state as CompanyFact | null)?.mergedIntoId;
    if (!into) continue;
    const hostId = await becameOf(renewal, into, (firm) => firm.mergedIntoId);
    await events.updateMany({ hostId: key }, { $set: { hostId } });
    await series.updateMany({ hostId: key }, { $set: { hostId } });
    for (const saved of await savedFilters.find({ hostId: key }).lean<SavedFilterRecord[]>())
      await savedFilters.updateOne(
        { _id: saved._id },
        { $set: { hostId, anchors: anchorsOf({ ...saved, hostId }) } },
      );
    heirs.push(hostId);
  }
  return heirs;
}

/** Those of some firms that host anything. */
async function hosting({ events }: Collections, ids: readonly string[]): Promise<string[]> {
  return ids.length === 0 ? [] : events.distinct('hostId', { hostId: { $in: [...new Set(ids)] } });
}

/** Computes anew how a host's events are found. */
async function findAgain(
  { events }: Collections,
  hostId: string,
  names: readonly (string | null)[],
): Promise<void> {
  for await (const event of events.find({ hostId }).lean<EventRecord>().cursor()) {
    const { words, grams } = tracesOf(event, names);
    await events.updateOne({ _id: event._id }, { $set: { words, grams } });
  }
}

/** Names of a firm, from what is told now or was told before. */
async function namesOf(renewal: Renewal<CompanyRecord>, id: string): Promise<(string | null)[]> {
  const firm = await newestOf(renewal, id);
  return firm ? [firm.name.ko, firm.name.en] : [];
}
