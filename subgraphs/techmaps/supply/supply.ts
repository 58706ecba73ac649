/** How many firms supply a technology, as it is read. */
import { badInput, maxPageSize } from '#kit/page.ts';

import { isLevel, readinessLevels } from '../capability/readiness-level.ts';
import type { Context } from '../context.ts';
import type { TechnologyRecord } from '../technology/technology.model.ts';
import type { BreakdownRecord, FirmCount, SupplyRecord } from './supply.model.ts';

/**
 * The supply of each of these technologies, in the order asked, ids before codes; unknown ones are left out.
 *
 * @throws {GraphQLError} BAD_USER_INPUT for more than 100
 */
export async function findSupply(
  { loaders }: Context,
  ids: readonly string[],
  codes: readonly string[],
): Promise<SupplyRecord[]> {
  if (ids.length + codes.length > maxPageSize)
    throw badInput(`At most ${maxPageSize} technologies are asked for at once.`);
  const found = await Promise.all([
    ...ids.map((id) => loaders.technology.load(id)),
    ...codes.map((code) => loaders.technologyByCode.load(code)),
  ]);
  const known = found.filter((each): each is TechnologyRecord => each?.published === true);
  return Promise.all(known.map(({ _id }) => loaders.supply.load(_id)));
}

/** How many firms stand at each level, 1 to 9, lowest first. */
export function levelCounts({
  levels = {},
}: Partial<FirmCount>): { level: number; firms: number }[] {
  return readinessLevels.map(({ level }) => ({ level, firms: levels[level] ?? 0 }));
}

/**
 * How many firms stand at this level or above.
 *
 * @throws {GraphQLError} BAD_USER_INPUT for a level outside 1 to 9
 */
export function firmsAtLeast(supply: Partial<FirmCount>, least: number): number {
  return levelCounts(supply)
    .filter(({ level }) => level >= queriedLevel(least))
    .reduce((sum, { firms }) => sum + firms, 0);
}

/** Levels from which up there is one firm alone. */
export function soleLevels(supply: Partial<FirmCount>): number[] {
  return readinessLevels
    .map(({ level }) => level)
    .filter((level) => firmsAtLeast(supply, level) === 1);
}

/** Firms by sector, the most firms first; sectors that no firm is in any more are left out. */
export function sectorSupply({ sectors }: BreakdownRecord) {
  return groups(sectors).map(([code, count]) => ({ sector: { code }, ...count }));
}

/** Firms by region, the most firms first; regions that no firm is in any more are left out. */
export function regionSupply({ regions }: BreakdownRecord) {
  return groups(regions).map(([region, count]) => ({ region, ...count }));
}

function groups(counts: BreakdownRecord['sectors']) {
  return Object.entries(counts ?? {})
    .filter(([, { firms }]) => firms > 0)
    .toSorted(([a, one], [b, other]) => other.firms - one.firms || (a < b ? -1 : 1))
    .map(([name, count]) => [name, { firms: count.firms, levels: levelCounts(count) }] as const);
}

/**
 * A level as a query gives it.
 *
 * @throws {GraphQLError} BAD_USER_INPUT for a level outside 1 to 9
 */
export function queriedLevel(level: number): number {
  if (isLevel(level)) return level;
  throw badInput('A level is a whole number from 1 to 9.');
}
