/** Walks a plan: asks the subgraphs in its order, and puts together what they tell. */
import type { ConditionNode, FetchNode, FlattenNode, PlanNode } from '@apollo/query-planner';
import {
  GraphQLError,
  responsePathAsArray,
  type GraphQLFormattedError,
  type GraphQLResolveInfo,
  type GraphQLSchema,
} from 'graphql';

import { keysOf, type Fault } from './faults.ts';
import { SubgraphFault, type SubgraphAnswer, type SubgraphRequest } from '../sources/source.ts';
import { isThing, merge, own, representation, rewrite, type Thing } from './thing.ts';

type Path = GraphQLResolveInfo['path'] | undefined;

/** What a plan is walked with. */
export interface Walk {
  schema: GraphQLSchema;
  /** As they were given: defaults stand in what subgraphs are asked. */
  variables: Readonly<Record<string, unknown>>;
  /** The same with the operation's defaults. */
  conditions: Readonly<Record<string, unknown>>;
  signal: AbortSignal;
  /** @throws {SubgraphFault} when there is no answer */
  ask: (subgraph: string, request: SubgraphRequest) => Promise<SubgraphAnswer>;
}

/** What came of it. */
export interface Gathered {
  /** By response keys, with what only the plan needed. */
  tree: Thing;
  /** What subgraphs say went wrong. */
  errors: GraphQLError[];
  /** Why things have not all that was to be fetched of them. */
  faults: Map<Thing, Fault[]>;
}

/**
 * Fetches all that a plan names. A subgraph that gives no answer leaves gaps, and a fault at each thing that has one.
 *
 * @throws the signal's reason, once it is aborted
 */
export async function gather(node: PlanNode | undefined, walk: Walk): Promise<Gathered> {
  const gathered: Gathered = { tree: {}, errors: [], faults: new Map() };
  const root = { thing: gathered.tree, path: undefined };
  if (node) await new Gathering(walk, gathered).run(node, [root]);
  return gathered;
}

/** A thing, and where the client will find it. */
interface Place {
  thing: Thing;
  path: Path;
}

class Gathering {
  readonly #walk: Walk;
  readonly #gathered: Gathered;

  constructor(walk: Walk, gathered: Gathered) {
    this.#walk = walk;
    this.#gathered = gathered;
  }

  async run(node: PlanNode, places: readonly Place[]): Promise<void> {
    switch (node.kind) {
      case 'Sequence':
        for (const each of node.nodes) await this.run(each, places);
        return;
      case 'Parallel':
        await Promise.all(node.nodes.map((each) => this.run(each, places)));
        return;
      case 'Flatten':
        return this.#flatten(node, places);
      case 'Condition':
        return this.#choose(node, places);
      case 'Fetch':
        return this.#fetch(node, places);
      case 'Defer':
      default:
        throw new Error(`A plan has ${node.kind}, which nobody asked for.`);
    }
  }

  async #flatten({ path: steps, node }: FlattenNode, places: readonly Place[]): Promise<void> {
    const found = places.flatMap(({ thing, path }) => placesAt(thing, path, steps));
    if (found.length > 0) await this.run(node, found);
  }

  async #choose(
    { condition, ifClause, elseClause }: ConditionNode,
    places: readonly Place[],
  ): Promise<void> {
    const clause = own(this.#walk.conditions, condition) === true ? ifClause : elseClause;
    if (clause) await this.run(clause, places);
  }

  async #fetch(fetch: FetchNode, places: readonly Place[]): Promise<void> {
    const { requires } = fetch;
    if (!requires) return this.#fetchPart(fetch, places);
    const { schema } = this.#walk;
    const known = places.flatMap((place) => {
      const told = representation(schema, place.thing, requires);
      if (!told || !own(told, '__typename')) return [];
      rewrite(schema, fetch.inputRewrites, told);
      return [{ place, told }];
    });
    if (known.length > 0)
      await this.#fetchThings(
        fetch,
        known.map(({ place }) => place),
        known.map(({ told }) => told),
      );
  }

  /** What belongs to the root, or as a whole to each place. */
  async #fetchPart(fetch: FetchNode, places: readonly Place[]): Promise<void> {
    const data = await this.#ask(fetch, places, {}, (path) => {
      const [first] = places;
      return [...arrayOf(first?.path), ...path];
    });
    if (!isThing(data)) return;
    rewrite(this.#walk.schema, fetch.outputRewrites, data);
    for (const [index, { thing }] of places.entries())
      merge(thing, index === 0 ? data : structuredClone(data));
  }

  async #fetchThings(
    fetch: FetchNode,
    places: readonly Place[],
    representations: readonly Thing[],
  ): Promise<void> {
    const data = await this.#ask(fetch, places, { representations }, ([root, index, ...others]) => {
      const place = root === '_entities' && typeof index === 'number' ? places[index] : undefined;
      return place && [...arrayOf(place.path), ...others];
    });
    const told = isThing(data) ? own(data, '_entities') : null;
    if (!Array.isArray(told)) return;
    for (const [index, { thing }] of places.entries()) {
      const one: unknown = told[index];
      if (!isThing(one)) continue;
      const { __typename: name = own(thing, '__typename') } = one;
      if (name !== undefined) one['__typename'] = name;
      rewrite(this.#walk.schema, fetch.outputRewrites, one);
      merge(thing, one);
    }
  }

  /** The data of an answer; what went wrong is noted. */
  async #ask(
    fetch: FetchNode,
    places: readonly Place[],
    more: object,
    pathOf: (path: readonly (string | number)[]) => (string | number)[] | undefined,
  ): Promise<unknown> {
    const { signal, variables, ask } = this.#walk;
    try {
      const { data, errors = [] } = await ask(fetch.serviceName, requestOf(fetch, variables, more));
      // Of an answer without data, an error without a place is about everything that was asked.
      const whole = data == null ? errors.find(({ path }) => !path) : undefined;
      if (whole) this.#note(fetch, places, faultOf(whole));
      for (const error of errors)
        if (error !== whole) this.#gathered.errors.push(placed(error, pathOf));
      return data;
    } catch (error) {
      if (signal.aborted) throw error;
      this.#note(fetch, places, failureOf(error));
      return null;
    }
  }

  #note(fetch: FetchNode, places: readonly Place[], what: Omit<Fault, 'keys'>): void {
    const fault = { ...what, keys: keysOf(fetch) };
    const { faults } = this.#gathered;
    for (const { thing } of places) faults.set(thing, [...(faults.get(thing) ?? []), fault]);
  }
}

function requestOf(
  { operation: query, operationName, variableUsages = [] }: FetchNode,
  variables: Walk['variables'],
  more: object,
): SubgraphRequest {
  const used = variableUsages.flatMap((name) => {
    const value = own(variables, name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    query,
    variables: { ...Object.fromEntries(used), ...more },
    ...(operationName !== undefined && { operationName }),
  };
}

function arrayOf(path: Path): (string | number)[] {
  return path ? responsePathAsArray(path) : [];
}

/** The things at a plan's path; `@` stands for every item of a list. */
function placesAt(
  value: unknown,
  path: Path,
  [step, ...others]: readonly (string | number)[],
): Place[] {
  if (step === undefined) {
    if (Array.isArray(value))
      return value.flatMap((each, index) => placesAt(each, below(path, index), []));
    return isThing(value) ? [{ thing: value, path }] : [];
  }
  if (step === '@')
    return Array.isArray(value)
      ? value.flatMap((each, index) => placesAt(each, below(path, index), others))
      : [];
  if (!isThing(value)) return [];
  const key = String(step);
  return placesAt(own(value, key), below(path, key), others);
}

function below(path: Path, key: string | number): Path {
  return { prev: path, key, typename: undefined };
}

function placed(
  { message, path, extensions }: GraphQLFormattedError,
  pathOf: (path: readonly (string | number)[]) => (string | number)[] | undefined,
): GraphQLError {
  const place = path && pathOf(path);
  return new GraphQLError(message, {
    ...(place && { path: place }),
    ...(extensions && { extensions }),
  });
}

function faultOf({ message, extensions = {} }: GraphQLFormattedError): Omit<Fault, 'keys'> {
  return { message, extensions };
}

function failureOf(error: unknown): Omit<Fault, 'keys'> {
  if (error instanceof SubgraphFault)
    return { message: error.message, extensions: { code: error.code } };
  const originalError = error instanceof Error ? error : new Error(String(error));
  return { message: 'Unexpected error.', extensions: {}, originalError };
}
