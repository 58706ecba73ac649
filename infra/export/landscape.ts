/** A technology map as a CNCF landscape: categories, subcategories, and the firms in them. */
import { stringify } from 'yaml';

import { ask, nodesOf, wordOf, type Graph } from '../import/graph.ts';
import { ExportFault } from './command.ts';
import type { Piece } from './table.ts';

/** A landscape takes a picture of each item; the alliance puts one beside the file. */
const logo = 'firm.svg';

interface Text {
  ko: string | null;
  en: string | null;
}

interface Node {
  id: string;
  name: Text;
  children: Node[];
}

interface Firm {
  name: Text;
  website: string | null;
}

/** What came of it besides the text. */
export interface LandscapeCounts {
  /** Firms that a landscape cannot show, because they have no website. */
  withoutWebsite: Set<string>;
}

const readTree = `query LandscapeTree($map: String!) {
  techMap(code: $map) { roots { id name { ko en } children { id name { ko en } } } }
}`;
const readBelow = `query LandscapeBelow($id: ID!, $first: Int!, $after: String) {
  page: technologies(filter: { withinId: $id }, first: $first, after: $after) {
    pageInfo { hasNextPage endCursor }
    edges { node { id } }
  }
}`;
const readFirms = `query LandscapeFirms($id: ID!, $first: Int!, $after: String) {
  page: capabilities(filter: { technologyId: $id }, first: $first, after: $after) {
    pageInfo { hasNextPage endCursor }
    edges { node { level company { id name { ko en } website } } }
  }
}`;

/**
 * The landscape of a map, a subcategory at a time: the top of the tree becomes categories, what stands below it
 * subcategories, and each firm with a capability there or further below an item.
 *
 * @param counts told what was left out
 * @throws {ExportFault} when there is no such map, or nothing of it is published
 */
export async function* landscapePieces(
  graph: Graph,
  map: string,
  language: 'ko' | 'en',
  counts: LandscapeCounts,
): AsyncGenerator<Piece> {
  const { techMap } = await ask<{ techMap: { roots: Node[] } | null }>(graph, readTree, { map });
  if (!techMap || techMap.roots.length === 0)
    throw new ExportFault(`There is no map "${map}" that was published.`);
  yield { text: 'landscape:\n', rows: 0 };
  for (const category of techMap.roots) {
    const heading = entry('  ', 'category', [['name', wordOf(category.name, language)]]);
    yield {
      text: `${heading}    subcategories:${category.children.length > 0 ? '\n' : ' []\n'}`,
      rows: 0,
    };
    for (const subcategory of category.children)
      yield await subcategoryPiece(graph, subcategory, language, counts);
  }
}

async function subcategoryPiece(
  graph: Graph,
  subcategory: Node,
  language: 'ko' | 'en',
  counts: LandscapeCounts,
): Promise<Piece> {
  const firms = await firmsIn(graph, subcategory.id);
  const items: string[] = [];
  for (const [id, { firm, level }] of firms) {
    const name = wordOf(firm.name, language);
    if (firm.website === null) counts.withoutWebsite.add(id);
    else
      items.push(
        entry('          ', 'item', [
          ['name', name],
          ['description', `Technology readiness level ${level}`],
          ['homepage_url', firm.website],
          ['logo', logo],
          ['organization', { name }],
        ]),
      );
  }
  const heading = entry('      ', 'subcategory', [['name', wordOf(subcategory.name, language)]]);
  const list = items.length > 0 ? `\n${items.join('')}` : ' []\n';
  return { text: `${heading}        items:${list}`, rows: items.length };
}

/** The firms in a technology or in anything below it, each at its highest level, those at the highest first. */
async function firmsIn(
  graph: Graph,
  technologyId: string,
): Promise<[string, { firm: Firm; level: number }][]> {
  const ids = [technologyId];
  for await (const { id } of nodesOf<{ id: string }>(graph, readBelow, {
    variables: { id: technologyId },
  }))
    ids.push(id);
  const firms = new Map<string, { firm: Firm; level: number }>();
  for (const id of ids)
    for await (const { level, company } of nodesOf<{
      level: number;
      company: Firm & { id: string };
    }>(graph, readFirms, { variables: { id } }))
      if ((firms.get(company.id)?.level ?? 0) < level)
        firms.set(company.id, { firm: company, level });
  return [...firms].toSorted(([a, one], [b, other]) => other.level - one.level || (a < b ? -1 : 1));
}

/** An entry of a list as landscapes write it: `- category:` on a line of its own, its fields below. */
function entry(indent: string, kind: string, fields: readonly [string, unknown][]): string {
  const lines = fields.map(([name, value]) => `${indent}  ${name}: ${inline(value)}\n`);
  return `${indent}- ${kind}:\n${lines.join('')}`;
}

/** A value on one line, quoted where YAML needs it. */
function inline(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trimEnd();
}
