/** One supergraph, read once: its public schema, its planner, what its directives say, where its subgraphs are. */
import { createHash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';

import {
  DEFAULT_SUPPORTED_SUPERGRAPH_FEATURES,
  Supergraph as FederationSupergraph,
  type Schema,
} from '@apollo/federation-internals';
import {
  Kind,
  parse,
  type DocumentNode,
  type FieldDefinitionNode,
  type GraphQLSchema,
} from 'graphql';

import type { Log } from '#kit/log.ts';
import { createAliases, type Aliases } from './planning/aliases.ts';
import type { PlannerChoice } from './config.ts';
import { marksOf, type Marks } from './marks.ts';
import { needsOf } from './planning/needs.ts';
import { createPlanner, type Planner, type PlannerSource } from './planning/planner.ts';

/** A supergraph that can be served. */
export interface Supergraph {
  sdl: string;
  /** SHA-256 of the SDL, in hexadecimal. */
  hash: string;
  /** What clients see, for Apollo's parts. */
  api: Schema;
  /** What clients see. */
  apiSchema: GraphQLSchema;
  /** Everything, the hidden included. */
  fullSchema: GraphQLSchema;
  planner: Planner;
  aliases: Aliases;
  marks: Marks;
  /** Where the supergraph says its subgraphs are. */
  subgraphs: readonly { name: string; url: string }[];
  /** Name of the subgraph that publishes the keys of access tokens, or null where none does. */
  tokenKeys: string | null;
}

/** Security is ours to enforce (`authorization.ts`), cost ours to count (`cost.ts`); caching hints are not used. */
const supportedFeatures = new Set([
  ...DEFAULT_SUPPORTED_SUPERGRAPH_FEATURES,
  'https://specs.apollo.dev/authenticated/v0.1',
  'https://specs.apollo.dev/requiresScopes/v0.1',
  'https://specs.apollo.dev/policy/v0.1',
  'https://specs.apollo.dev/cost/v0.1',
  'https://specs.apollo.dev/cacheTag/v0.1',
]);

/**
 * Reads a composed schema: a second's work for a large one. It is done in steps, since those who are served by the one
 * before wait meanwhile.
 *
 * @throws {Error} when it is no supergraph or links a feature that this gateway does not have
 */
export async function readSupergraph(
  sdl: string,
  planner: PlannerChoice,
  log: Log,
): Promise<Supergraph> {
  const document = parse(sdl);
  await turn();
  const supergraph = FederationSupergraph.build(document, { supportedFeatures });
  await turn();
  const api = supergraph.apiSchema();
  await turn();
  const apiSchema = api.toGraphQLJSSchema();
  await turn();
  const fullSchema = supergraph.schema.toGraphQLJSSchema();
  await turn();
  const subgraphs = supergraph.subgraphsMetadata();
  const aliases = createAliases(document);
  const planned = plannedOf(document, { sdl, supergraph, api, aliases });
  await turn();
  return {
    sdl,
    hash: createHash('sha256').update(sdl).digest('hex'),
    api,
    apiSchema,
    fullSchema,
    aliases,
    planner: await createPlanner(planned, planner, log),
    marks: marksOf(document),
    subgraphs,
    tokenKeys: ownerOf(document, 'tokenKeys', supergraph.subgraphNameToGraphEnumValue(), subgraphs),
  };
}

/** What is planned over: the supergraph itself, unless something is required with arguments. */
function plannedOf(document: DocumentNode, plain: Omit<PlannerSource, 'needs'>): PlannerSource {
  const needs = needsOf(document);
  if (!needs) return { ...plain, needs };
  const { sdl } = needs;
  const { aliases } = plain;
  const supergraph = FederationSupergraph.build(sdl, {
    supportedFeatures,
    validateSupergraph: false,
  });
  return { sdl, supergraph, api: supergraph.apiSchema(), aliases, needs };
}

/** The subgraph that answers a root query field. */
function ownerOf(
  document: DocumentNode,
  field: string,
  graphNames: ReadonlyMap<string, string>,
  subgraphs: readonly { name: string }[],
): string | null {
  const found = queryFields(document).find(({ name }) => name.value === field);
  if (!found) return null;
  const graph = joinedGraph(found);
  const named = [...graphNames].find(([, value]) => value === graph);
  if (named) return named[0];
  // A field that every subgraph has names no graph.
  const [only, ...others] = subgraphs;
  return only && others.length === 0 ? only.name : null;
}

function queryFields(document: DocumentNode): readonly FieldDefinitionNode[] {
  return document.definitions.flatMap((each) =>
    each.kind === Kind.OBJECT_TYPE_DEFINITION && each.name.value === 'Query'
      ? (each.fields ?? [])
      : [],
  );
}

function joinedGraph({ directives = [] }: FieldDefinitionNode): string | null {
  const joined = directives.find(({ name }) => name.value === 'join__field');
  const graph = joined?.arguments?.find(({ name }) => name.value === 'graph')?.value;
  return graph?.kind === Kind.ENUM ? graph.value : null;
}
