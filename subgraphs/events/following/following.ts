/** What this subgraph follows: firms, saved searches, technologies, capability maps and projects. */
import type { Connection } from 'mongoose';

import { applyAccess } from '#kit/access.ts';
import { applyFacts, byKind, factsOf, follow, positionsOf, type Follower } from '#kit/facts.ts';
import { applyKnown } from '#kit/known.ts';
import type { Log } from '#kit/log.ts';
import type { TechnologyFact } from '#schema/facts.ts';
import { companiesOf } from '../company/company.model.ts';
import { applyCompanies } from '../company/renewal.ts';
import { eventsOf } from '../event/event.model.ts';
import { savedFiltersOf } from '../saved-filter/saved-filter.model.ts';
import { seriesOf } from '../series/series.model.ts';
import { forgetPeople } from '../person/person.ts';
import { inboxOf } from '../inbox/inbox.model.ts';
import { tellFinders } from '../watch/finding.ts';
import { lookOut } from '../watch/lookout.ts';
import { sightingsOf } from '../watch/sighting.model.ts';
import { watchesOf } from '../watch/watch.model.ts';
import { technologiesOf } from '../technology/technology.ts';

/** The databases of who tells. */
export interface Tellers {
  companies: Connection;
  techmaps: Connection;
  consortia: Connection;
}

/** Follows firms and technologies into this subgraph's own records of them, and tells watchers what changes. */
export async function startFollowing(
  connection: Connection,
  { companies, techmaps, consortia }: Tellers,
  log: Log,
): Promise<Follower[]> {
  const positions = positionsOf(connection);
  const hosts = {
    companies: companiesOf(connection),
    events: eventsOf(connection),
    series: seriesOf(connection),
    savedFilters: savedFiltersOf(connection),
  };
  const technologies = technologiesOf(connection);
  const lookout = {
    watches: watchesOf(connection),
    sightings: sightingsOf(connection),
    inbox: inboxOf(connection),
  };
  return [
    await follow({
      from: 'companies',
      source: factsOf(companies),
      kinds: ['company', 'sector', 'access', 'search', 'erasure'],
      positions,
      apply: byKind({
        company: async (facts) => {
          await applyCompanies(hosts, facts);
          await lookOut(lookout, facts);
        },
        sector: (facts) => applyKnown(connection, facts),
        access: (facts) => applyAccess(connection, facts),
        search: (facts) => tellFinders(lookout.inbox, facts),
        erasure: (facts) => forgetPeople(connection, facts),
      }),
      log,
    }),
    await follow({
      from: 'techmaps',
      source: factsOf(techmaps),
      kinds: ['technology', 'capabilityMap'],
      positions,
      apply: byKind({
        technology: async (facts) => {
          await applyFacts(technologies, facts, technologyKept);
          await lookOut(lookout, facts);
        },
        capabilityMap: (facts) => lookOut(lookout, facts),
      }),
      log,
    }),
    await follow({
      from: 'consortia',
      source: factsOf(consortia),
      kinds: ['project'],
      positions,
      apply: (facts) => lookOut(lookout, facts),
      log,
    }),
  ];
}

/** What is kept of a technology here. */
function technologyKept({ code, parentId, current }: TechnologyFact): object {
  return { code, parentId, current };
}
