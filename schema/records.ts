import type { SubgraphName } from './sdl.ts';

/**
 * GraphQL types whose resolvers start from something other than their own shape: a stored record, a page of them, a
 * reference. Paths are relative to the subgraph's folder. A key stub such as `Company` in a subgraph that only joins
 * to it starts from `{ id }` and needs no entry.
 */
export const records: Record<SubgraphName, Record<string, string>> = {
  companies: {},
  techmaps: {},
  consortia: {},
  events: {},
  marketplace: {},
};
