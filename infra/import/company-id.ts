/** Ids of companies by their keys in a source. */
import { ask, type Graph } from './graph.ts';

/** Most keys of one look-up. */
const most = 100;

const lookUp = `query CompaniesOfSource($source: String!, $externalIds: [String!]!) {
  companies(filter: { origin: { source: $source, externalIds: $externalIds } }, first: 100) {
    edges { node { id origin { externalId } } }
  }
}`;

interface Found {
  companies: { edges: { node: { id: string; origin: { externalId: string } | null } }[] };
}

/** Whether there is such a company. */
const lookAt = `query CompanyHeld($id: ID!) { company(id: $id) { id } }`;

/**
 * Looks up what is not known yet, and keeps it: by the source's key, and where that finds nobody by the ids under which
 * a company may be here.
 */
export type CompanyIds = (
  keys: Iterable<string>,
  mayBe?: ReadonlyMap<string, readonly string[]>,
) => Promise<ReadonlyMap<string, string>>;

/** @param source name under which the companies were imported */
export function companyIdsOf(graph: Graph, source: string): CompanyIds {
  const known = new Map<string, string>();
  return async (keys, mayBe) => {
    const wanted = [...new Set(keys)].filter((key) => !known.has(key));
    for (let start = 0; start < wanted.length; start += most) {
      const externalIds = wanted.slice(start, start + most);
      const { companies } = await ask<Found>(graph, lookUp, { source, externalIds });
      for (const { node } of companies.edges)
        if (node.origin) known.set(node.origin.externalId, node.id);
    }
    for (const key of wanted)
      if (!known.has(key)) {
        const id = await firstHeld(graph, mayBe?.get(key) ?? []);
        if (id !== null) known.set(key, id);
      }
    return known;
  };
}

async function firstHeld(graph: Graph, ids: readonly string[]): Promise<string | null> {
  for (const id of ids) {
    const { company } = await ask<{ company: { id: string } | null }>(graph, lookAt, { id });
    if (company) return company.id;
  }
  return null;
}
