/** Composes the subgraph schemas into `schema/supergraph.graphql`, the contract that the gateway serves. */
import { readFile, writeFile } from 'node:fs/promises';

import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';

import { subgraphNames, subgraphSdl } from './sdl.ts';

/** Ports of the subgraphs when each runs alone; the gateway's environment replaces the URLs. */
const firstPort = 4001;

const services = await Promise.all(
  subgraphNames.map(async (name, index) => ({
    name,
    url: `http://127.0.0.1:${firstPort + index}/graphql`,
    typeDefs: parse(await subgraphSdl(name)),
  })),
);
const { errors, supergraphSdl } = composeServices(services);
if (errors) {
  for (const error of errors)
    console.error(`${String(error.extensions?.['code'])}: ${error.message}`);
  process.exit(1);
}

const target = new URL('./supergraph.graphql', import.meta.url);
if (!process.argv.includes('--check')) await writeFile(target, supergraphSdl);
else if ((await readFile(target, 'utf8')) !== supergraphSdl) {
  console.error('schema/supergraph.graphql is stale: run `npm run compose` and commit it.');
  process.exit(1);
}
