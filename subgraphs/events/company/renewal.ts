/** What firms tell, and what a new name or a merger means for what they host. */
import type { Model } from 'mongoose';

import { applyFacts, type FactRecord } from '#kit/facts.ts';
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

const mostMergers = 10;

/**
 * Brings firms up to what companies tell. What a merged firm hosted goes to what it became, and events are found by
 * their host's new name. The firms come last: when this stops half-way, it begins again and finds what is left.
 */
export async function applyCompanies(
  collections: Collections,
  facts: readonly FactRecord[],
): Promise<void> {
  const heirs = await moveMerged(collections, facts);
  const renamed = await findRenamed(collections, facts);
  for (const hostId of await hosting(collections, [...renamed, ...heirs]))
    await findAgain(collections, hostId, await namesOf(collections, facts, hostId));
  await applyFacts(
    collections.companies,
    facts.map((fact) => ({ ...fact, state: hostState(fact.state as CompanyFact | null) })),
  );
}

function hostState(fact: CompanyFact | null): object | null {
  if (!fact) return null;
  const { name, status, restrictedUntil, mergedIntoId } = fact;
  return { name, status, restrictedUntil, mergedIntoId };
}

/** Gives what merged firms hosted to what they became; returns those. */
async function moveMerged(
  collections: Collections,
  facts: readonly FactRecord[],
): Promise<string[]> {
  const { events, series, savedFilters } = collections;
  const heirs: string[] = [];
  for (const { key, state } of facts) {
    const into = (state as CompanyFact | null)?.mergedIntoId;
    if (!into) continue;
    const hostId = await becameOf(collections, facts, into);
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

/** What a merged firm became, over as many mergers as there were. */
async function becameOf(
  { companies }: Pick<Collections, 'companies'>,
  facts: readonly FactRecord[],
  firstId: string,
): Promise<string> {
  const told = new Map(facts.map(({ key, state }) => [key, state as CompanyFact | null]));
  let id = firstId;
  for (let hops = 0; hops < mostMergers; hops += 1) {
    const known = told.get(id) ?? (await companies.findById(id).lean<CompanyRecord | null>());
    if (!known?.mergedIntoId) return id;
    id = known.mergedIntoId;
  }
  return id;
}

/** Names of a firm, from what is told now or was told before. */
async function namesOf(
  { companies }: Pick<Collections, 'companies'>,
  facts: readonly FactRecord[],
  id: string,
): Promise<(string | null)[]> {
  const told = facts.find(({ key }) => key === id)?.state as CompanyFact | null | undefined;
  const name = (told ?? (await companies.findById(id).lean<CompanyRecord | null>()))?.name;
  return name ? [name.ko, name.en] : [];
}

/** Firms whose name is another than it was. */
async function findRenamed(
  { companies }: Pick<Collections, 'companies'>,
  facts: readonly FactRecord[],
): Promise<string[]> {
  const ids = facts.map(({ key }) => key);
  const known = await companies.find({ _id: { $in: ids } }).lean<CompanyRecord[]>();
  const before = new Map(known.map(({ _id, name }) => [_id, JSON.stringify([name.ko, name.en])]));
  return facts.flatMap(({ key, state }) => {
    const name = (state as CompanyFact | null)?.name;
    return name && before.get(key) !== JSON.stringify([name.ko, name.en]) ? [key] : [];
  });
}
