/** The graph of the gateway's benchmarks: projects with members, whose firms two other subgraphs complete, and a feed. */
import { foreignGraph, type ForeignGraph } from '../gateway/sources/foreign-graph.ts';

/** What is told to each reader of the feed, by whoever tells it. */
export const readers = new Set<(event: object) => void>();

function feed(): AsyncIterableIterator<object> {
  const waiting: object[] = [];
  let wake: ((result: IteratorResult<object>) => void) | null = null;
  const take = (event: object): void => {
    if (wake) wake({ value: event, done: false });
    else waiting.push(event);
    wake = null;
  };
  readers.add(take);
  return {
    next: () => {
      const value = waiting.shift();
      if (value) return Promise.resolve({ value, done: false });
      return new Promise((resolve) => {
        wake = resolve;
      });
    },
    return: async () => {
      readers.delete(take);
      wake?.({ value: undefined, done: true });
      return { value: undefined, done: true };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

const ids = (count: number) => Array.from({ length: count }, (_, index) => ({ id: String(index) }));

/** The graph, with its subgraphs below a base URL. */
export function benchGraph(base: string): ForeignGraph {
  return foreignGraph({
    projects: {
      url: `${base}/projects`,
      sdl: `type Query { projects: [Project!]! }
        type Project @key(fields: "id") { id: ID! title: String! members: [Member!]! }
        type Member { share: Int! company: Company! }
        type Company @key(fields: "id", resolvable: false) { id: ID! }
        type Event { at: Float! company: Company! }
        type Subscription { announced: Event! @tag(name: "public") }`,
      resolvers: {
        Query: { projects: () => ids(10) },
        Project: {
          title: ({ id }: { id: string }) => `Project ${id}`,
          members: () => ids(5).map((company) => ({ share: 2000, company })),
        },
        Subscription: { announced: { subscribe: feed } },
      },
    },
    companies: {
      url: `${base}/companies`,
      sdl: `type Query { company(id: ID!): Company }
        type Company @key(fields: "id") { id: ID! name: String! region: String! }`,
      resolvers: {
        Company: {
          __resolveReference: (it: object) => it,
          name: ({ id }: { id: string }) => `Company ${id}`,
          region: () => 'KR-11',
        },
      },
    },
    capabilities: {
      url: `${base}/capabilities`,
      sdl: `type Query { capabilities: Int }
        type Company @key(fields: "id") { id: ID! capabilities: [Capability!]! }
        type Capability { level: Int! technology: String! }`,
      resolvers: {
        Company: {
          __resolveReference: (it: object) => it,
          capabilities: () =>
            ids(4).map(({ id }) => ({ level: 7, technology: `technology ${id}` })),
        },
      },
    },
  });
}
