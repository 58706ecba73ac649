/** Who plans an operation: the Rust planner where its addon loads, Apollo's otherwise and whenever the first gives up. */
import {
  operationFromDocument,
  operationToDocument,
  type Supergraph as FederationSupergraph,
  type Schema,
} from '@apollo/federation-internals';
import { QueryPlanner, type QueryPlan } from '@apollo/query-planner';
import {
  BREAK,
  getOperationAST,
  Kind,
  parse,
  print,
  visit,
  type DefinitionNode,
  type DocumentNode,
  type SelectionNode,
} from 'graphql';

import type { Log } from '#kit/log.ts';
import type { Aliases } from './aliases.ts';
import type { PlannerChoice } from '../config.ts';
import { asksExternal, externalFields } from './external-fields.ts';
import { apolloPlan } from './hive-plan.ts';
import { sizeOf } from '../limits/limits.ts';
import { withRealFields } from './need-plan.ts';
import type { Needs } from './needs.ts';
import { schemaGivingRoot, withOwnRoots } from './query-root.ts';

/** Plans operations against one supergraph. */
export interface Planner {
  /** Which planner serves. */
  name: 'HIVE' | 'APOLLO';
  /**
   * The plan of a validated operation.
   *
   * @throws {Error} when it cannot be planned
   */
  plan(document: DocumentNode, operationName: string | undefined): QueryPlan;
}

/** What a planner plans for. */
export interface PlannerSource {
  sdl: string;
  supergraph: FederationSupergraph;
  api: Schema;
  aliases: Aliases;
  /** The needs that are fields of the supergraph; null where there are none. */
  needs: Needs | null;
}

/**
 * Makes the planner that the configuration chooses.
 *
 * @throws {Error} when HIVE is asked for and its addon does not load
 */
export async function createPlanner(
  source: PlannerSource,
  choice: PlannerChoice,
  log: Log,
): Promise<Planner> {
  const planner = await chosenPlanner(source, choice, log);
  const { aliases, needs } = source;
  const rooted = schemaGivingRoot(source.supergraph.schema);
  return {
    name: planner.name,
    plan: (document, operationName) => {
      const planned = planner.plan(aliases.planned(document), operationName);
      const plan = needs ? withRealFields(planned, needs) : planned;
      return rooted ? withOwnRoots(plan, rooted) : plan;
    },
  };
}

async function chosenPlanner(
  source: PlannerSource,
  choice: PlannerChoice,
  log: Log,
): Promise<Planner> {
  const apollo = apolloPlanner(source);
  if (choice === 'APOLLO') return withSecond(source, apollo, log);
  try {
    return await hivePlanner(source, apollo, log);
  } catch (error) {
    if (choice === 'HIVE') throw error;
    log.info({ error }, 'the Rust planner does not load; planning with Apollo’s');
    return apollo;
  }
}

/**
 * Apollo's planner, and the Rust planner where the first asks a subgraph for fields that are another's: where two
 * subgraphs require fields of each other. Without the addon the first plan has to do.
 */
async function withSecond(source: PlannerSource, apollo: Planner, log: Log): Promise<Planner> {
  const { sdl, supergraph } = source;
  const graphs = [...supergraph.subgraphNameToGraphEnumValue()];
  const external = externalFields(
    parse(sdl, { noLocation: true }),
    new Map(graphs.map(([name, value]) => [value, name])),
  );
  if (external.size === 0) return apollo;
  const second = await hivePlanner(source, apollo, log).catch((error: unknown) => {
    log.info({ error }, 'the Rust planner does not load; it cannot stand in');
    return null;
  });
  if (!second) return apollo;
  const schema = supergraph.schema.toGraphQLJSSchema();
  return {
    name: apollo.name,
    plan: (document, operationName) => {
      const plan = apollo.plan(document, operationName);
      return asksExternal(plan, schema, external) ? second.plan(document, operationName) : plan;
    },
  };
}

/** A share of the traffic that a field's new place takes: `@override(from:, label: "percent(5)")`. */
const share = /overrideLabel: "percent\((\d+(?:\.\d+)?)\)"/g;

/**
 * Where between 0 and 100 a plan lies: shares above it are on. Drawn for each plan, which is kept: so a share is one of
 * operations, and one operation has all of its fields from one place.
 */
function drawn(): number {
  return Math.random() * 100;
}

/** Apollo's planner; building it takes up to a tenth of a second, so that waits for its first plan. */
function apolloPlanner({ sdl, supergraph, api }: PlannerSource): Planner {
  let planner: QueryPlanner | null = null;
  const shares = [...sdl.matchAll(share)].map(([, percent]) => String(percent));
  const conditions = (draw: number) =>
    new Map(shares.map((percent) => [`percent(${percent})`, draw < Number(percent)]));
  return {
    name: 'APOLLO',
    plan: (document, operationName) => {
      planner ??= new QueryPlanner(supergraph);
      const operation = operationOf(api, document, operationName);
      return planner.buildQueryPlan(operation, { overrideConditions: conditions(drawn()) });
    },
  };
}

async function hivePlanner(
  { sdl, api }: PlannerSource,
  apollo: Planner,
  log: Log,
): Promise<Planner> {
  const addon = await import('@graphql-hive/router-query-planner');
  const planner = new addon.QueryPlanner(sdl);
  const noLabels = new Set<string>();
  return {
    name: 'HIVE',
    plan: (document, operationName) => {
      if (expandedSize(document, operationName) > mostExpanded || hasOwnDirectives(document))
        return apollo.plan(document, operationName);
      const operation = operationOf(api, document, operationName);
      // Given fragments as written, the addon needs time exponential in their nesting (22 levels: more than 15 s) and
      // cannot be stopped; expanded, equal selections are merged.
      const expanded = operationToDocument(operation.expandAllFragments());
      const data = withoutIntrospection(expanded);
      if (!data) return { kind: 'QueryPlan' };
      const text = print(data);
      try {
        return apolloPlan(planner.plan(text, operation.name ?? null, noLabels, drawn()));
      } catch (error) {
        log.warn({ error }, 'the Rust planner gave up on an operation; planning with Apollo’s');
        return apollo.plan(document, operationName);
      }
    },
  };
}

/**
 * How many fields an operation may have, fragments expanded, to be planned by the addon. Expanding doubles with every
 * level that spreads two fragments (20 levels: 4 s); Apollo's planner does not expand. Only an open gateway lets such
 * an operation come this far.
 */
const mostExpanded = 20_000;

/** Whether it carries directives meant for subgraphs, which the addon would leave out. */
function hasOwnDirectives(document: DocumentNode): boolean {
  let found = false;
  visit(document, {
    Directive: ({ name }) => {
      if (name.value === 'skip' || name.value === 'include') return undefined;
      found = true;
      return BREAK;
    },
  });
  return found;
}

function expandedSize(document: DocumentNode, operationName: string | undefined): number {
  const operation = getOperationAST(document, operationName);
  return operation ? sizeOf(document, operation).selections : 0;
}

/** The addon plans no introspection, and the executor answers it from the schema; null when there is nothing else. */
function withoutIntrospection(document: DocumentNode): DocumentNode | null {
  const definitions = document.definitions.flatMap((each): DefinitionNode[] => {
    if (each.kind !== Kind.OPERATION_DEFINITION) return [each];
    const selections = withoutMeta(each.selectionSet.selections);
    if (selections.length === 0) return [];
    return [{ ...each, selectionSet: { ...each.selectionSet, selections } }];
  });
  return definitions.length > 0 ? { ...document, definitions } : null;
}

function withoutMeta(selections: readonly SelectionNode[]): SelectionNode[] {
  return selections.flatMap((each): SelectionNode[] => {
    if (each.kind === Kind.FIELD)
      return ['__schema', '__type', '__typename'].includes(each.name.value) ? [] : [each];
    if (each.kind === Kind.FRAGMENT_SPREAD) return [each];
    const below = withoutMeta(each.selectionSet.selections);
    return below.length > 0
      ? [{ ...each, selectionSet: { ...each.selectionSet, selections: below } }]
      : [];
  });
}

function operationOf(api: Schema, document: DocumentNode, operationName: string | undefined) {
  return operationFromDocument(api, document, {
    validate: false,
    ...(operationName !== undefined && { operationName }),
  });
}
