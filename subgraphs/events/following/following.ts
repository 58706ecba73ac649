/** What this subgraph follows: firms, and technologies. */
import type { Connection, Model } from 'mongoose';

import { applyAccess } from '#kit/access.ts';
import {
  applyFacts,
  byKind,
  factsOf,
  follow,
  positionsOf,
  type FactRecord,
  type Follower,
} from '#kit/facts.ts';
import { applyKnown } from '#kit/known.ts';
import type { Log } from '#kit/log.ts';
import type { TechnologyFact } from '#schema/facts.ts';
import { companiesOf } from '../company/company.model.ts';
import { applyCompanies } from '../company/renewal.ts';
import { eventsOf } from '../event/event.model.ts';
import { savedFiltersOf } from '../saved-filter/saved-filter.model.ts';
import { seriesOf } from '../series/series.model.ts';
import { technologiesOf, type TechnologyRecord } from '../technology/technology.model.ts';

/** The databases of who tells. */
export interface Tellers {
  companies: Connection;
  techmaps: Connection;
}

/** How long an import waits for what was told before it, in milliseconds; then it goes by what is known. */
const patienceMillis = 5_000;

/** Resolves once everything told before the call is known here, or after five seconds. */
export async function heard(followers: readonly Follower[]): Promise<void> {
  const all = Promise.all(followers.map((follower) => follower.caughtUp()));
  let timer: NodeJS.Timeout | undefined;
  const enough = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, patienceMillis);
  });
  await Promise.race([all, enough]);
  clearTimeout(timer);
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
      kinds: ['company', 'sector', 'access'],
      positions,
      apply: byKind({
        company: (facts) => applyCompanies(hosts, facts),
        sector: (facts) => applyKnown(connection, facts),
        access: (facts) => applyAccess(connection, facts),
      }),
      log,
    }),
    await follow({
      from: 'techmaps',
      source: factsOf(techmaps),
      kinds: ['technology'],
      positions,
      apply: (facts) => applyTechnologies(technologies, facts),
      log,
    }),
  ];
}

async function applyTechnologies(
  technologies: Model<TechnologyRecord>,
  facts: readonly FactRecord[],
): Promise<void> {
  await applyFacts(
    technologies,
    facts.map((fact) => ({ ...fact, state: technologyState(fact.state as TechnologyFact | null) })),
  );
}

function technologyState(fact: TechnologyFact | null): object | null {
  return fact && { code: fact.code, parentId: fact.parentId, current: fact.current };
}
