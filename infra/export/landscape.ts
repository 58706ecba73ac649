/** A technology map as a CNCF landscape: categories, subcategories, and the firms in them. */
import { stringify } from 'yaml';

import type { CapabilityRow, TechnologyRow } from '../import/found.ts';
import { ask, nodesOf, wordOf, type Graph } from '../import/graph.ts';
import { ownAnnotation } from '../import/landscape-file.ts';
import type { OwnHeading, OwnItem } from '../import/landscape-own.ts';
import { ExportFault } from './command.ts';
import {
  capabilityFields,
  capabilityRow,
  crunchbaseOf,
  firmFields,
  ownItem,
  technologyFields,
  technologyRow,
  type ShownCapability,
  type ShownFirm,
  type ShownTechnology,
} from './landscape-own.ts';
import type { Piece } from './table.ts';

/** A landscape takes a picture of each item; the alliance puts one beside the file. */
const logo = 'firm.svg';

interface MapShown {
  name: { ko: string | null; en: string | null };
  roots: (Omit<ShownTechnology, 'children'> & { children: ShownTechnology[] })[];
}

/** How a landscape is written. */
export interface LandscapeStyle {
  language: 'ko' | 'en';
  /** Address of the platform, without a slash at its end; empty when it has none that is known. */
  publicUrl: string;
}

/** What came of it besides the text. */
export interface LandscapeCounts {
  /** Firms without a website, whose items lead to their pages on the platform. */
  withoutWebsite: Set<string>;
}

const readTree = `query LandscapeTree($map: String!) {
  techMap(code: $map) { name { ko en } roots { ${technologyFields} children { ${technologyFields} } } }
}`;
const readBelow = `query LandscapeBelow($id: ID!, $first: Int!, $after: String) {
  page: technologies(filter: { withinId: $id }, first: $first, after: $after) {
    pageInfo { hasNextPage endCursor }
    edges { node { ${technologyFields} } }
  }
}`;
const readFirms = `query LandscapeFirms($id: ID!, $first: Int!, $after: String) {
  page: capabilities(filter: { technologyId: $id }, first: $first, after: $after) {
    pageInfo { hasNextPage endCursor }
    edges { node { ${capabilityFields} company { ${firmFields} } } }
  }
}`;

/** What is kept from one subcategory to the next. */
interface Writing extends LandscapeStyle {
  graph: Graph;
  counts: LandscapeCounts;
  /** Firms that the file has told of. */
  told: Set<string>;
}

/**
 * The landscape of a map, a subcategory at a time: the top of the tree becomes categories, what stands below it
 * subcategories, and each firm with a capability there or further below an item. What the format has no place for goes
 * into annotations, so that a platform of ours reads the file again without a loss.
 *
 * @param counts told of firms without a website
 * @throws {ExportFault} when there is no such map, or nothing of it is published
 */
export async function* landscapePieces(
  graph: Graph,
  map: string,
  style: LandscapeStyle,
  counts: LandscapeCounts,
): AsyncGenerator<Piece> {
  const { techMap } = await ask<{ techMap: MapShown | null }>(graph, readTree, { map });
  if (!techMap || techMap.roots.length === 0)
    throw new ExportFault(`There is no map "${map}" that was published.`);
  const writing: Writing = { graph, counts, told: new Set(), ...style };
  const name = { ...(techMap.name.ko !== null && { ko: techMap.name.ko }), ...(techMap.name.en !== null && { en: techMap.name.en }) }; // prettier-ignore
  yield { text: 'landscape:\n', rows: 0 };
  for (const [position, category] of techMap.roots.entries()) {
    const own = { map: { code: map, name }, technologies: [technologyRow(category, position)] };
    const heading = entry('  ', 'category', [
      ['name', wordOf(category.name, style.language)],
      annotations(own),
    ]);
    yield {
      text: `${heading}    subcategories:${category.children.length > 0 ? '\n' : ' []\n'}`,
      rows: 0,
    };
    for (const [place, subcategory] of category.children.entries())
      yield await subcategoryPiece(writing, subcategory, place);
  }
}

async function subcategoryPiece(
  writing: Writing,
  subcategory: ShownTechnology,
  place: number,
): Promise<Piece> {
  const below = await technologiesBelow(writing.graph, subcategory);
  const firms = await firmsIn(writing.graph, [subcategory, ...below]);
  const names = new Set<string>();
  const items = firms.map((each) => itemText(writing, each, names));
  const own = {
    technologies: [technologyRow(subcategory, place), ...rowsBelow(subcategory, below)],
  };
  const heading = entry('      ', 'subcategory', [
    ['name', wordOf(subcategory.name, writing.language)],
    annotations(own),
  ]);
  const list = items.length > 0 ? `\n${items.join('')}` : ' []\n';
  return { text: `${heading}        items:${list}`, rows: items.length };
}

/** What a firm can do in a subcategory. */
interface FirmThere {
  firm: ShownFirm;
  level: number;
  capabilities: CapabilityRow[];
}

function itemText(
  { language, publicUrl, counts, told }: Writing,
  { firm, level, capabilities }: FirmThere,
  names: Set<string>,
): string {
  const name = wordOf(firm.name, language);
  if (firm.website === null) counts.withoutWebsite.add(firm.id);
  const own = ownItem(firm, !told.has(firm.id), capabilities);
  told.add(firm.id);
  const crunchbase = crunchbaseOf(firm);
  return entry('          ', 'item', [
    ['name', onlyName(name, names)],
    ['description', `Technology readiness level ${level}`],
    ['homepage_url', firm.website ?? `${publicUrl}/#/companies/${firm.id}`],
    ['logo', logo],
    ...(crunchbase === null ? [] : [['crunchbase', crunchbase] as const]),
    ['organization', { name }],
    ['extra', Object.fromEntries([annotations(own)])],
  ]);
}

/** Items of one subcategory may not share a name. */
function onlyName(name: string, taken: Set<string>): string {
  let only = name;
  for (let number = 2; taken.has(only); number += 1) only = `${name} (${number})`;
  taken.add(only);
  return only;
}

/** Everything below a technology. */
async function technologiesBelow(graph: Graph, { id, children }: ShownTechnology) {
  const below: ShownTechnology[] = [];
  if (children.length === 0) return below;
  for await (const node of nodesOf<ShownTechnology>(graph, readBelow, { variables: { id } }))
    below.push(node);
  return below;
}

/** Everything below a technology as rows, each behind the one above it. */
function rowsBelow(top: ShownTechnology, below: readonly ShownTechnology[]): TechnologyRow[] {
  const byCode = new Map(below.map((node) => [node.code, node]));
  return top.children.flatMap(({ code }, position) => {
    const node = byCode.get(code);
    return node ? [technologyRow(node, position), ...rowsBelow(node, below)] : [];
  });
}

/** The firms in any of these technologies, each at its highest level, those at the highest first. */
async function firmsIn(graph: Graph, nodes: readonly ShownTechnology[]): Promise<FirmThere[]> {
  const firms = new Map<string, FirmThere>();
  for (const { id, code } of nodes)
    for await (const { company, ...shown } of nodesOf<ShownCapability & { company: ShownFirm }>(
      graph,
      readFirms,
      { variables: { id } },
    )) {
      const there = firms.get(company.id) ?? { firm: company, level: 0, capabilities: [] };
      there.level = Math.max(there.level, shown.level);
      there.capabilities.push(capabilityRow(code, shown));
      firms.set(company.id, there);
    }
  return [...firms.values()].toSorted(
    (one, other) => other.level - one.level || (one.firm.id < other.firm.id ? -1 : 1),
  );
}

/** Annotations are texts, so that what they tell is JSON. */
function annotations(own: OwnHeading | OwnItem): [string, Record<string, string>] {
  return ['annotations', { [ownAnnotation]: JSON.stringify(own) }];
}

/** An entry of a list as landscapes write it: `- category:` on a line of its own, its fields below. */
function entry(
  indent: string,
  kind: string,
  fields: readonly (readonly [string, unknown])[],
): string {
  const lines = fields.map(([name, value]) => `${indent}  ${name}: ${inline(value)}\n`);
  return `${indent}- ${kind}:\n${lines.join('')}`;
}

/** A value on one line, quoted where YAML needs it. */
function inline(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trimEnd();
}
