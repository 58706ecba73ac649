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
  const all = await thin(context, filter, least);
  const beyond = all.filter(({ code }) => position === null || code > position);
  const rows = await withSuppliers(context, beyond.slice(0, size + 1), least, filter.mapId);
  return toPage(rows, size, position !== null, cursorOf, async () => all.length);
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
  const breakdowns = await Promise.all(technologies.map(({ _id }) => loaders.breakdown.load(_id)));
  const broken = breakdowns.map(
    ({ sectors, regions }) => (by === 'SECTOR' ? sectors : regions) ?? {},
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

/** The technologies that one firm alone supplies, in the order of codes. */
async function thin(
  context: Context,
  { mapId, withinId }: SoleSupplierFilter,
  least: number,
): Promise<TechnologyRecord[]> {
  const found = await context.supplies.find({ soleAt: least }, { _id: 1 }).lean();
  const alone = new Set(found.map(({ _id }) => _id));
  return (await currentOf(context, mapId)).filter(
    ({ _id, kind, ancestorIds }) =>
      alone.has(_id) && kind !== 'DOMAIN' && (withinId == null || ancestorIds.includes(withinId)),
  );
}

/** Who supplies each: one firm alone, so that what it can do there and below is little to read. */
async function withSuppliers(
  context: Context,
  technologies: readonly TechnologyRecord[],
  least: number,
  mapId: string,
): Promise<SoleSupply[]> {
  const wanted = new Set(technologies.map(({ _id }) => _id));
  const above = new Map(
    (await currentOf(context, mapId)).map(({ _id, ancestorIds }) => [
      _id,
      [...ancestorIds, _id].filter((id) => wanted.has(id)),
    ]),
  );
  const below = [...above].filter(([, ids]) => ids.length > 0).map(([id]) => id);
  const found = await context.capabilities
    .find(
      { active: true, technologyId: { $in: below }, level: { $gte: least } },
      { companyId: 1, technologyId: 1, level: 1, _id: 0 },
    )
    .lean();
  const suppliers = new Map<string, { company: CompanyReference; level: number }>();
  for (const { companyId, technologyId, level } of found)
    for (const id of above.get(technologyId) ?? [])
      if ((suppliers.get(id)?.level ?? 0) < level)
        suppliers.set(id, { company: { id: companyId }, level });
  return technologies.flatMap((technology) => {
    const supplier = suppliers.get(technology._id);
    return supplier ? [{ technology, ...supplier }] : [];
  });
}

async function currentOf(
  { loaders, current }: Context,
  mapId: string,
): Promise<readonly TechnologyRecord[]> {
  const map = await loaders.map.load(mapId);
  return map ? current.of(map) : [];
}

function cursorOf({ technology }: SoleSupply): string {
  return encodeCursor([technology.code]);
}
