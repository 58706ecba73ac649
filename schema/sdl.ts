import { readFile } from 'node:fs/promises';

/** Every subgraph, in the order of the picture in ARCHITECTURE.md. */
export const subgraphNames = [
  'companies',
  'techmaps',
  'consortia',
  'events',
  'marketplace',
] as const;
export type SubgraphName = (typeof subgraphNames)[number];

/** The whole SDL of one subgraph: what all share, then its own. */
export async function subgraphSdl(name: SubgraphName): Promise<string> {
  return `${await sdl('common')}\n${await sdl(name)}`;
}

function sdl(name: string): Promise<string> {
  return readFile(new URL(`./${name}.graphql`, import.meta.url), 'utf8');
}
