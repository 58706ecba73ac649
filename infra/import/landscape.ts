/** The CNCF landscape: its tree becomes a technology map, its organisations companies, its items capabilities. */
import { codePart } from './code-part.ts';
import {
  failed,
  figure,
  skipped,
  type Figure,
  type Found,
  type Remark,
  type TechnologyRow,
} from './found.ts';
import {
  readLandscape,
  type Category,
  type LandscapeItem,
  type Subcategory,
} from './landscape-file.ts';
import {
  credit,
  linkKey,
  organisationRows,
  takeOrganisation,
  type NamedItem,
  type Organisation,
  type Organisations,
} from './landscape-organisation.ts';
import { isMaturity, levelOf, membersCategory } from './landscape-rules.ts';
import { findOwn, ownMap, type OwnMap } from './landscape-own.ts';
import type { Source } from './source.ts';

/** Code of the map that a landscape fills. */
export const landscapeMap = 'cncf';

/**
 * What a landscape holds: technologies first, then companies, then capabilities, then figures.
 *
 * @throws {ImportFault} IMPORT_TRUNCATED, IMPORT_FORMAT, IMPORT_TOO_LARGE
 */
export function* findLandscape(source: Source): Generator<Found> {
  const categories = readLandscape(source);
  if (ownMap(categories)) {
    yield* findOwn(categories);
    yield* countLandscape(categories, technologyCodes(categories));
    return;
  }
  yield* findTechnologies(categories);
  const codes = technologyCodes(categories);
  const organisations: Organisations = new Map();
  for (const category of categories)
    for (const subcategory of category.subcategories)
      for (const item of subcategory.items)
        yield* findItem(item, category.name, subcategory.name, codes, organisations);
  yield* organisationRows(organisations);
  yield* countLandscape(categories, codes);
}

/** The map of a landscape that a platform of ours wrote; null for one of others. */
export function mapOfLandscape(source: Source): OwnMap | null {
  return ownMap(readLandscape(source));
}

/** The map's tree: a category is a domain, a subcategory a technology. */
function* findTechnologies(categories: readonly Category[]): Generator<Found> {
  const taken = new Set<string>();
  for (const { line, row } of treeRows(categories)) {
    if (taken.has(row.code))
      yield failed(line, `${row.code} is there already; both are taken as one.`);
    else yield { kind: 'row', to: 'technologies', line, row };
    taken.add(row.code);
  }
}

function* treeRows(
  categories: readonly Category[],
): Generator<{ line: number; row: TechnologyRow }> {
  for (const [position, { name, line, subcategories }] of categories.entries()) {
    if (name === membersCategory) continue;
    const code = codeOf(name);
    yield { line, row: { code, kind: 'DOMAIN', name: { en: name }, position } };
    for (const [place, child] of subcategories.entries()) {
      const kind = 'TECHNOLOGY';
      const own = { code: codeOf(name, child.name), parentCode: code, kind } as const;
      const row = { ...own, name: { en: child.name }, core: true, position: place };
      yield { line: child.line, row };
    }
  }
}

/** Codes of technologies by their path, `Category / Subcategory`. */
function technologyCodes(categories: readonly Category[]): Map<string, string> {
  const technologies = categories.filter(({ name }) => name !== membersCategory);
  return new Map(
    technologies.flatMap(({ name, subcategories }) =>
      subcategories.map((child) => [pathOf(name, child.name), codeOf(name, child.name)] as const),
    ),
  );
}

function* findItem(
  item: LandscapeItem,
  category: string,
  subcategory: string,
  codes: ReadonlyMap<string, string>,
  organisations: Organisations,
): Generator<Remark> {
  const { name, line } = item;
  if (name === null) {
    yield failed(line, 'An item without a name.');
    return;
  }
  const named = { ...item, name };
  const organisation = takeOrganisation(organisations, named, category, subcategory);
  const level = levelOf(item, subcategory);
  for (const path of pathsOf(item, category, subcategory)) {
    const code = codes.get(path.path);
    if (code === undefined)
      yield failed(path.line, `There is no "${path.path}" in this landscape.`, name);
    else if (organisation) credit(organisation, code, named, level);
  }
  yield* remarkOn(named, level, organisation);
}

function pathsOf({ line, secondPaths }: LandscapeItem, category: string, subcategory: string) {
  if (category === membersCategory) return secondPaths;
  return [{ line, path: pathOf(category, subcategory) }, ...secondPaths];
}

function* remarkOn(
  { line, name, maturity }: NamedItem,
  level: number | null,
  organisation: Organisation | null,
): Generator<Remark> {
  if (maturity !== null && !isMaturity(maturity))
    yield failed(line, `"${maturity}" is no known maturity; counted as none.`, name);
  if (level === null) yield skipped(line, 'Archived, so it is no capability.', name);
  else if (!organisation)
    yield skipped(line, "No organisation is named, so it is nobody's capability.", name);
}

function codeOf(...names: string[]): string {
  return [landscapeMap, ...names.map(codePart)].join('.');
}

function pathOf(category: string, subcategory: string): string {
  return `${category} / ${subcategory}`;
}

function* countLandscape(
  categories: readonly Category[],
  codes: ReadonlyMap<string, string>,
): Generator<Figure> {
  const subcategories = categories.flatMap((category) => category.subcategories);
  const items = subcategories.flatMap((subcategory) => subcategory.items);
  const count = (test: (item: LandscapeItem) => boolean) => items.filter(test).length;
  const secondPaths = items.flatMap((item) => item.secondPaths);
  yield figure('categories', categories.length);
  yield figure('subcategories', subcategories.length);
  yield figure('subcategories without items', subcategories.filter(isEmpty).length);
  yield figure('items', items.length);
  yield figure('distinct item names', new Set(items.map(({ name }) => name)).size);
  yield figure('distinct organisations', new Set(items.flatMap(linksOf)).size);
  yield figure(
    'items without organisation link',
    count((item) => item.crunchbase === null),
  );
  for (const maturity of ['graduated', 'incubating', 'sandbox', 'archived'])
    yield figure(
      `${maturity} items`,
      count((item) => item.maturity === maturity),
    );
  yield figure(
    'items with a repository',
    count((item) => item.repoUrl !== null),
  );
  yield figure('second paths', secondPaths.length);
  yield figure(
    'second paths that dangle',
    secondPaths.filter(({ path }) => !codes.has(path)).length,
  );
  const members = categories.filter(({ name }) => name === membersCategory);
  const tiers = members.flatMap((category) => category.subcategories);
  yield figure(
    'members',
    tiers.reduce((sum, tier) => sum + tier.items.length, 0),
  );
  for (const tier of tiers) yield figure(`members: ${tier.name}`, tier.items.length);
}

function isEmpty({ items }: Subcategory): boolean {
  return items.length === 0;
}

function linksOf({ crunchbase }: LandscapeItem): string[] {
  return crunchbase === null ? [] : [linkKey(crunchbase)];
}
