/** Where firms are missing: what projects need of technologies, against what firms supply. */
import {
  badInput,
  decodeCursor,
  encodeCursor,
  pageSize,
  toPage,
  type Page,
  type PageRequest,
} from '#kit/page.ts';

import type { Context } from '../context.ts';
import { noSupply, type SupplyRecord } from '../supply/supply.model.ts';
import type { TechMapRecord } from '../tech-map/tech-map.model.ts';
import type { TechnologyRecord } from '../technology/technology.model.ts';
import type { DemandRecord, Need } from './demand.model.ts';
import { lackOf, noNeed, type Lack } from './need.ts';

/** Need and supply of a technology. */
export interface Gap extends Lack {
  technology: TechnologyRecord;
  need: Need;
  supply: SupplyRecord;
}

/** A page of gaps. */
export type GapPage = Page<Gap>;

/** How many technologies `figures` tells of at most. */
export const figureLimit = 2_000;
const deepest = 8;

/** Which gaps; all that is given must hold. */
export interface GapFilter {
  mapId?: string | null | undefined;
  withinId?: string | null | undefined;
  sector?: string | null | undefined;
}

/** One page of the technologies that running projects need, those first where firms are missing most. */
export async function findGaps(
  context: Context,
  { mapId, withinId, sector }: GapFilter,
  { first, after }: PageRequest,
): Promise<GapPage> {
  const needed = await context.demands.find({ places: { $gt: 0 } }).lean();
  const technologies = await context.technologies
    .find({
      _id: { $in: needed.map(({ _id }) => _id) },
      ...(mapId != null && { mapId }),
      ...(withinId != null && { ancestorIds: withinId }),
    })
    .lean();
  const gaps = (await gapsOf(context, technologies, needed, sector ?? null))
    .filter(({ need }) => need.places > 0)
    .toSorted((a, b) => compare(rankOf(a), rankOf(b)));
  const position = after == null ? null : decodeCursor(after, 3);
  const beyond =
    position === null ? gaps : gaps.filter((gap) => compare(rankOf(gap), position) > 0);
  return toPage(beyond, pageSize(first), position !== null, cursorOf, async () => gaps.length);
}

/** The gap of one technology. */
export async function findGap({ loaders }: Context, technology: TechnologyRecord): Promise<Gap> {
  const supply = await loaders.supply.load(technology._id);
  const need = (await loaders.demand.load(technology._id)) ?? noNeed;
  return { technology, need, supply, ...lackOf(need, supply.levels) };
}

/**
 * The gaps of a map's current technologies down to a depth, in the order of codes; at most 2,000.
 *
 * @throws {GraphQLError} BAD_USER_INPUT for a depth outside 1 to 8
 */
export async function findFigures(
  context: Context,
  map: TechMapRecord,
  depth: number,
): Promise<Gap[]> {
  if (depth < 1 || depth > deepest)
    throw badInput(`A depth is a whole number from 1 to ${deepest}.`);
  const technologies = (await context.current.of(map))
    .filter(({ ancestorIds }) => ancestorIds.length < depth)
    .slice(0, figureLimit);
  const ids = technologies.map(({ _id }) => _id);
  const needed = await context.demands.find({ _id: { $in: ids } }).lean();
  return gapsOf(context, technologies, needed, null);
}

async function gapsOf(
  { supplies, breakdowns }: Context,
  technologies: readonly TechnologyRecord[],
  needed: readonly DemandRecord[],
  sector: string | null,
): Promise<Gap[]> {
  const needs = new Map(needed.map((each) => [each._id, each]));
  const ids = technologies.map(({ _id }) => _id);
  const found = await supplies.find({ _id: { $in: ids } }).lean();
  const counts = new Map(found.map((each) => [each._id, each]));
  const broken = sector === null ? [] : await breakdowns.find({ _id: { $in: ids } }).lean();
  const ofSector = new Map(broken.map(({ _id, sectors }) => [_id, sectors?.[sector ?? '']]));
  return technologies.map((technology) => {
    const { _id } = technology;
    const supply: SupplyRecord = counts.get(_id) ?? noSupply(_id);
    const whole = needs.get(_id);
    const need = (sector === null ? whole : whole?.sectors[sector]) ?? noNeed;
    const levels = sector === null ? supply.levels : ofSector.get(_id)?.levels;
    return { technology, need, supply, ...lackOf(need, levels ?? {}) };
  });
}

function rankOf({ shortfall, missing, technology }: Gap): [number, number, string] {
  return [-shortfall, -missing, technology.code];
}

function compare(a: readonly unknown[], b: readonly unknown[]): number {
  for (const [index, value] of a.entries()) {
    const other = b[index];
    if (value === other) continue;
    return (value as number | string) < (other as number | string) ? -1 : 1;
  }
  return 0;
}

function cursorOf(gap: Gap): string {
  return encodeCursor(rankOf(gap));
}
