/** The graph as an importer asks it. */
import type { ExecutionResult } from 'graphql';

import type { Viewer } from '#kit/viewer.ts';
import type { GraphRequest } from '../../gateway/gateway.ts';

/** Whatever answers for the platform. */
export interface Graph {
  execute(request: GraphRequest, viewer: Viewer): Promise<ExecutionResult>;
  /** Resolves once every fact told before the call has reached those who follow it. */
  caughtUp(): Promise<void>;
}

/** A reason why something was refused, as the graph tells it. */
export interface GraphProblem {
  code: string;
  message: string;
  path: string[];
  limit: string | null;
  found: string | null;
}

/** The fields of every `Problem`, for a selection. */
export const problemFields = 'problems { code message path limit found }';

/** Who brings data in: a person at the machine's console, who may do what operators and the secretariat may. */
export const importer: Viewer = {
  userId: 'importer',
  companies: [],
  roles: ['OPERATOR', 'SECRETARIAT'],
  scopes: [],
  issuedAt: null,
  requestId: 'import',
};

/** The graph did not answer: not a row is at fault, but the request or the platform. */
export class GraphFault extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'GraphFault';
    this.code = code;
  }
}

/**
 * Runs one operation.
 *
 * @throws {GraphFault} when the answer has errors
 */
export async function ask<Data>(
  graph: Graph,
  query: string,
  variables: Record<string, unknown> = {},
  viewer: Viewer = importer,
): Promise<Data> {
  const { data, errors } = await graph.execute({ query, variables }, viewer);
  const [error] = errors ?? [];
  if (error) {
    const code = error.extensions['code'];
    throw new GraphFault(typeof code === 'string' ? code : 'UNKNOWN', error.message);
  }
  return data as Data;
}

/** A page as every connection of the graph gives it. */
export interface NodePage<Item> {
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
  edges: { node: Item }[];
}

const nothing = { edges: [], pageInfo: { hasNextPage: false, endCursor: null } };

/** How nodes are read. */
interface Reading<Data, Item> {
  variables?: Record<string, unknown>;
  /** Nodes a page; 100 when not given. */
  first?: number;
  /** Cursor to begin after; from the beginning when not given. */
  after?: string | null;
  /** Where the page stands in an answer; at `page` when not given. */
  pageIn?: (data: Data) => NodePage<Item> | null | undefined;
}

/**
 * Every node of a connection, a page at a time as whoever reads them goes on; the query takes `$first` and `$after`.
 *
 * @throws {GraphFault} when an answer has errors
 */
export async function* nodesOf<Item, Data = { page: NodePage<Item> | null }>(
  graph: Graph,
  query: string,
  { variables = {}, first = 100, after = null, pageIn = topPage }: Reading<Data, Item> = {},
): AsyncGenerator<Item> {
  let cursor = after;
  do {
    const data: Data = await ask<Data>(graph, query, { ...variables, first, after: cursor });
    const { edges, pageInfo } = pageIn(data) ?? nothing;
    for (const { node } of edges) yield node;
    cursor = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (cursor !== null);
}

function topPage<Item>(data: unknown): NodePage<Item> | null {
  return (data as { page: NodePage<Item> | null }).page;
}

/** A text of the graph in one language, or in the other where it has not that one. */
export function wordOf(
  text: { ko: string | null; en: string | null },
  language: 'ko' | 'en',
): string {
  return text[language] ?? text.en ?? text.ko ?? '';
}

/**
 * The reasons in one sentence each, or nothing when there are none.
 *
 * @throws {GraphFault} with all of them, under the first one's code
 */
export function refuseProblems(what: string, problems: readonly GraphProblem[]): void {
  const [first] = problems;
  if (!first) return;
  throw new GraphFault(first.code, `${what}: ${problems.map(sentenceOf).join(' ')}`);
}

/** A problem as a person reads it: where, why, what is allowed, what was there. */
export function sentenceOf({ message, path, limit, found }: GraphProblem): string {
  const field = path.filter((part) => part !== 'rows' && !/^\d+$/.test(part)).join('.');
  const details = [
    limit === null ? '' : `allowed: ${limit}`,
    found === null ? '' : `found: ${found}`,
  ].filter((each) => each !== '');
  const detail = details.length > 0 ? ` (${details.join(', ')})` : '';
  return `${field === '' ? '' : `${field}: `}${message}${detail}`;
}
