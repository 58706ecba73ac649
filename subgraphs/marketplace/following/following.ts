/** What this subgraph follows: firms, technologies, and what came out of projects. */
import type { Connection } from 'mongoose';

import { applyAccess } from '#kit/access.ts';
import { applyFacts, byKind, factsOf, follow, positionsOf, type Follower } from '#kit/facts.ts';
import { applyKnown } from '#kit/known.ts';
import { applyErasures } from '#kit/person.ts';
import type { Log } from '#kit/log.ts';
import type { TechnologyFact } from '#schema/facts.ts';
import { companiesOf } from '../company/company.model.ts';
import { applyCompanies } from '../company/renewal.ts';
import { reviewsOf } from '../review/review.model.ts';
import { applyOutcomes } from '../service/handover.ts';
import { servicesOf } from '../service/service.model.ts';
import { traces } from '../person/person.ts';
import { technologiesOf } from '../technology/technology.ts';

/** The databases of who tells. */
export interface Tellers {
  companies: Connection;
  techmaps: Connection;
  consortia: Connection;
}

/** Follows firms, technologies and outcomes into this subgraph's own records of them. */
export async function startFollowing(
  connection: Connection,
  { companies, techmaps, consortia }: Tellers,
  log: Log,
): Promise<Follower[]> {
  const positions = positionsOf(connection);
  const providers = {
    companies: companiesOf(connection),
    services: servicesOf(connection),
    reviews: reviewsOf(connection),
  };
  const technologies = technologiesOf(connection);
  return [
    await follow({
      from: 'companies',
      source: factsOf(companies),
      kinds: ['company', 'sector', 'access', 'erasure'],
      positions,
      apply: byKind({
        company: (facts) => applyCompanies(providers, facts),
        sector: (facts) => applyKnown(connection, facts),
        access: (facts) => applyAccess(connection, facts),
        erasure: (facts) => applyErasures(connection, traces, facts),
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
    await follow({
      from: 'consortia',
      source: factsOf(consortia),
      kinds: ['outcome'],
      positions,
      apply: (facts) => applyOutcomes(providers, facts),
      log,
    }),
  ];
}

/** What is kept of a technology here. */
function technologyKept({ code, parentId, current }: TechnologyFact): object {
  return { code, parentId, current };
}
