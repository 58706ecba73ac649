/** How many capabilities there are: kept counts, so that it costs the same in a technology of ten firms and of a hundred thousand. */
import type { QueryFilter } from 'mongoose';

import type { Context } from '../context.ts';
import { firmsAtLeast } from '../supply/supply.ts';
import type { CapabilityRecord } from './capability.model.ts';

/** Firms not counted yet that are counted apart; when more wait, as in an import, the counts follow in a moment. */
const uncountedLimit = 200;

/** Which capabilities, of firms that take part. */
export interface CountedFilter {
  /** Null for a technology that is not there. */
  technologyId?: string | null;
  /** TRL 1 to 9. */
  leastLevel: number;
}

/** The number of capabilities of firms that take part, in one technology or in all. */
export function countCapabilities(context: Context, filter: CountedFilter): Promise<number> {
  const { technologyId, leastLevel } = filter;
  if (technologyId === undefined)
    return leastLevel === 1 ? countActive(context) : countEverywhere(context, leastLevel);
  return technologyId === null
    ? Promise.resolve(0)
    : countInTechnology(context, technologyId, leastLevel);
}

/** All but few belong to firms that take part, so that the others are counted instead. */
async function countActive({ capabilities }: Context): Promise<number> {
  const all = await capabilities.estimatedDocumentCount();
  return all - (await capabilities.countDocuments({ active: false }));
}

async function countInTechnology(
  context: Context,
  technologyId: string,
  leastLevel: number,
): Promise<number> {
  const technology = await context.loaders.technology.load(technologyId);
  // What is no longer in a map is kept out of supply.
  if (!technology?.current) return countAnew(context, { technologyId }, leastLevel);
  const { declared = {} } = (await context.supplies.findById(technologyId).lean()) ?? {};
  const kept = firmsAtLeast({ levels: declared }, leastLevel);
  return kept + (await uncounted(context, { technologyId }, leastLevel));
}

async function countEverywhere(context: Context, leastLevel: number): Promise<number> {
  const supplies = await context.supplies.find({}, { declared: 1 }).lean();
  const kept = supplies.reduce(
    (sum, { declared }) => sum + firmsAtLeast({ levels: declared }, leastLevel),
    0,
  );
  const gone = await context.technologies.distinct('_id', { current: false, published: true });
  const apart = await countAnew(context, { technologyId: { $in: gone } }, leastLevel);
  return kept + apart + (await uncounted(context, { technologyId: { $nin: gone } }, leastLevel));
}

/** What firms that published a moment ago have more, or fewer, than is kept of them. */
async function uncounted(
  context: Context,
  where: QueryFilter<CapabilityRecord>,
  leastLevel: number,
): Promise<number> {
  const due = await context.footprints.find({ due: true }).limit(uncountedLimit).lean();
  if (due.length === 0 || due.length === uncountedLimit) return 0;
  const ids = due.map(({ _id }) => _id);
  const now = await countAnew(context, { ...where, companyId: { $in: ids } }, leastLevel);
  const kept = due
    .flatMap(({ counted }) => counted)
    .filter(
      ({ technologyId, declared }) =>
        declared >= leastLevel &&
        (typeof where.technologyId !== 'string' || where.technologyId === technologyId),
    ).length;
  return now - kept;
}

function countAnew(
  { capabilities }: Context,
  where: QueryFilter<CapabilityRecord>,
  leastLevel: number,
): Promise<number> {
  return capabilities
    .countDocuments({ ...where, active: true, level: { $gte: leastLevel } })
    .exec();
}
