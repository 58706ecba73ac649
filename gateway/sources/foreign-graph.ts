/** A small graph for the gateway's tests: foreign subgraphs, built with Apollo's parts and not ours. */
import { composeServices } from '@apollo/composition';
import { buildSubgraphSchema, type GraphQLSchemaModule } from '@apollo/subgraph';
import { parse, type DocumentNode, type GraphQLSchema } from 'graphql';

import type { Viewer } from '#kit/viewer.ts';
import type { LocalSubgraph } from './local-source.ts';

/** A foreign subgraph. */
export interface ForeignSubgraph {
  sdl: string;
  resolvers: Required<GraphQLSchemaModule>['resolvers'];
  url?: string;
  /** Whether it is written for the first version of federation, which links nothing. */
  first?: boolean;
}

/** What every foreign SDL links. */
export const federation = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@external", "@requires", "@provides", "@override", "@inaccessible", "@interfaceObject", "@tag", "@authenticated", "@requiresScopes", "@policy", "@cost", "@listSize"])\n`;

/** A composed graph whose subgraphs run in this process. */
export interface ForeignGraph {
  supergraphSdl: string;
  local: Map<string, LocalSubgraph>;
  schemas: Map<string, GraphQLSchema>;
}

/** Composes subgraphs; a fault in them is thrown. */
export function foreignGraph(subgraphs: Record<string, ForeignSubgraph>): ForeignGraph {
  const services = Object.entries(subgraphs).map(([name, { url, ...subgraph }]) => ({
    name,
    url: url ?? `http://127.0.0.1:1/${name}`,
    typeDefs: definitionsOf(subgraph),
  }));
  const { errors, supergraphSdl } = composeServices(services);
  if (errors) throw new Error(errors.map(({ message }) => message).join('\n'));
  const schemas = new Map(
    Object.entries(subgraphs).map(([name, subgraph]) => [
      name,
      buildSubgraphSchema([{ typeDefs: definitionsOf(subgraph), resolvers: subgraph.resolvers }]),
    ]),
  );
  const local = new Map(
    [...schemas].map(([name, schema]) => [
      name,
      { schema, createContext: (viewer: Viewer) => ({ viewer }) },
    ]),
  );
  return { supergraphSdl, local, schemas };
}

function definitionsOf({ sdl, first = false }: Omit<ForeignSubgraph, 'url'>): DocumentNode {
  return parse(first ? sdl : federation + sdl);
}
