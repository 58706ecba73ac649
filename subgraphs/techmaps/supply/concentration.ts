/** Where supply is thin or lopsided: technologies with one supplier alone, and supply broken down. */
import {
  decodeCursor,
  encodeCursor,
  pageSize,
  toPage,
  type Page,
  type PageRequest,
} from '#kit/page.ts';

import type { CompanyReference } from '../company/company.ts';
import type { Context } from '../context.ts';
import type { TechnologyRecord } from '../technology/technology.model.ts';
import { firmsAtLeast, queriedLevel } from './supply.ts';
import type { SupplyRecord } from './supply.model.ts';

const batch = 500;

/** A technology with one supplier alone. */
export interface SoleSupply {
  technology: TechnologyRecord;
  company: CompanyReference;
  level: number;
}

/** A page of technologies with one supplier alone. */
export type SoleSupplierPage = Page<SoleSupply>;

/** Which technologies. */
export interface SoleSupplierFilter {
  mapId: string;
  withinId?: string | null | undefined;
  leastLevel?: number | null | undefined;
}

/**
 * One page of the current technologies and areas that one firm alone supplies, in the order of codes.
 *
 * @throws {GraphQLError} BAD_USER_INPUT for a level outside 1 to 9
 */
export async function findSoleSuppliers(
  context: Context,
  filter: SoleSupplierFilter,
  { first, after }: PageRequest,
): Promise<SoleSupplierPage> {
  const least = queriedLevel(filter.leastLevel ?? 1);
  const size = pageSize(first);
  const position = after == null ? null : String(decodeCursor(after, 1)[0]);
  const found = await thin(context, filter, least, position ?? '', size + 1);
  const rows = await withSuppliers(context, found, least);
  return toPage(
    rows,
    size,
    position !== null,
    cursorOf,
    async () => (await thin(context, filter, least, '', Infinity)).length,
  );
}

/** What the columns of a grid are. */
export type SupplyGroupKind = 'SECTOR' | 'REGION';

/** Supply broken down. */
export interface SupplyGrid {
  columns: string[];
  rows: { technology: TechnologyRecord; firms: number; cells: number[] }[];
}

/**
 * How many firms of each sector or region supply each technology directly below one.
 *
 * @throws {GraphQLError} BAD_USER_INPUT for a level outside 1 to 9
 */
export async function findSupplyGrid(
  { loaders }: Context,
  parentId: string,
  by: SupplyGroupKind,
  leastLevel: number,
): Promise<SupplyGrid> {
  const least = queriedLevel(leastLevel);
  const technologies = await loaders.children.load(parentId);
  const supplies = await Promise.all(technologies.map(({ _id }) => loaders.supply.load(_id)));
  const broken = supplies.map(
    (supply) => (by === 'SECTOR' ? supply.sectors : supply.regions) ?? {},
  );
  const columns = [...new Set(broken.flatMap(Object.keys))]
    .filter((name) => broken.some((counts) => firmsAtLeast(counts[name] ?? {}, least) > 0))
    .toSorted();
  const rows = technologies.map((technology, index) => ({
    technology,
    firms: firmsAtLeast(supplies[index] ?? {}, least),
    cells: columns.map((name) => firmsAtLeast(broken[index]?.[name] ?? {}, least)),
  }));
  return { columns, rows };
}

/** Technologies after a code that one firm alone supplies, read some at a time until there are enough. */
async function thin(
  { technologies, supplies }: Context,
  { mapId, withinId }: SoleSupplierFilter,
  least: number,
  afterCode: string,
  enough: number,
): Promise<TechnologyRecord[]> {
  const found: TechnologyRecord[] = [];
  let after = afterCode;
  for (;;) {
    const nodes = await technologies
      .find({
        mapId,
        current: true,
        kind: { $ne: 'DOMAIN' },
        code: { $gt: after },
        ...(withinId != null && { ancestorIds: withinId }),
      })
      .sort({ code: 1, _id: 1 })
      .limit(batch)
      .lean();
    const counts = await supplies.find({ _id: { $in: nodes.map(({ _id }) => _id) } }).lean();
    const alone = new Set(
      counts
        .filter((supply: SupplyRecord) => firmsAtLeast(supply, least) === 1)
        .map(({ _id }) => _id),
    );
    found.push(...nodes.filter(({ _id }) => alone.has(_id)));
    const last = nodes.at(-1);
    if (!last || nodes.length < batch || found.length >= enough) return found.slice(0, enough);
    after = last.code;
  }
}

async function withSuppliers(
  { footprints }: Context,
  technologies: readonly TechnologyRecord[],
  least: number,
): Promise<SoleSupply[]> {
  const ids = technologies.map(({ _id }) => _id);
  const found = await footprints.find({ 'counted.technologyId': { $in: ids } }).lean();
  const suppliers = new Map(
    found.flatMap(({ _id, counted }) =>
      counted
        .filter(({ level }) => level >= least)
        .map(({ technologyId, level }) => [technologyId, { company: { id: _id }, level }] as const),
    ),
  );
  return technologies.flatMap((technology) => {
    const supplier = suppliers.get(technology._id);
    return supplier ? [{ technology, ...supplier }] : [];
  });
}

function cursorOf({ technology }: SoleSupply): string {
  return encodeCursor([technology.code]);
}
