/** What this subgraph follows: firms, and technologies. */
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
import { technologiesOf } from '../technology/technology.model.ts';

/** The databases of who tells. */
export interface Tellers {
  companies: Connection;
  techmaps: Connection;
}

/** Follows firms and technologies into this subgraph's own records of them. */
export async function startFollowing(
  connection: Connection,
  { companies, techmaps }: Tellers,
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
  return [
    await follow({
      from: 'companies',
      source: factsOf(companies),
      kinds: ['company', 'sector', 'access', 'erasure'],
      positions,
      apply: byKind({
        company: (facts) => applyCompanies(hosts, facts),
        sector: (facts) => applyKnown(connection, facts),
        access: (facts) => applyAccess(connection, facts),
        erasure: (facts) => forgetPeople(connection, facts),
      }),
      log,
    }),
    await follow({
      from: 'techmaps',
      source: factsOf(techmaps),
      kinds: ['technology'],
      positions,
      apply: (facts) => applyFacts(technologies, facts, technologyKept),
      log,
    }),
  ];
}

/** What is kept of a technology here. */
function technologyKept({ code, parentId, current }: TechnologyFact): object {
  return { code, parentId, current };
}
