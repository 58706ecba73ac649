/** Technologies that go together, and firms that are alike: read from what firms can do, within bounds. */
import { badInput } from '#kit/page.ts';
import { wholeInBasisPoints } from '#kit/won.ts';

import { mayRead, type CompanyReference } from '../company/company.ts';
import type { Context } from '../context.ts';
import { technologiesWithIds } from '../technology/technology.ts';
import type { TechnologyRecord } from '../technology/technology.model.ts';
import { likeness, rarity, sharedTechnologies, type Profile } from './likeness.ts';

const most = 20;
const usual = 10;
/** Firms that are looked at for what else they have: those at the highest levels. */
const firmSample = 300;
/** How many firms are read at once, and how much of what they have is looked at before no more are. */
const firmBatch = 100;
const countedLimit = 20_000;
/** Technologies of a firm, the rarest, by which others are found, and how many firms each of them brings at most. */
const probes = 20;
const probeSample = 60;
const candidateLimit = 100;

/** A technology that goes with another. */
export interface Related {
  technology: TechnologyRecord;
  /** Firms that have both. */
  firms: number;
  /** Firms with both, of those with either, in basis points. */
  overlap: number;
}

/**
 * Technologies that the firms in this one also have, those first that go with it most; judged by the 300 firms at the
 * highest levels, or fewer where these have very much.
 *
 * @throws {GraphQLError} BAD_USER_INPUT when `first` is not 1 to 20
 */
export async function findRelated(
  context: Context,
  technologyId: string,
  first: number | null | undefined,
): Promise<Related[]> {
  const size = listSize(first);
  const own = await context.capabilities
    .find({ active: true, technologyId }, { companyId: 1, _id: 0 })
    .sort({ level: -1, _id: 1 })
    .limit(firmSample)
    .lean();
  const { both, looked } = await together(context, technologyId, own.map(({ companyId }) => companyId)); // prettier-ignore
  const supplies = await firmsIn(context, [...both.keys()]);
  const ranked = [...both]
    .map(([id, firms]) => {
      const either = looked + Math.max(supplies.get(id) ?? 0, firms) - firms;
      return { id, firms, overlap: Math.round((firms / either) * wholeInBasisPoints) };
    })
    .toSorted((a, b) => b.overlap - a.overlap || b.firms - a.firms || (a.id < b.id ? -1 : 1))
    .slice(0, size);
  const technologies = await technologiesWithIds(context, ranked.map(({ id }) => id)); // prettier-ignore
  const known = new Map(technologies.map((each) => [each._id, each]));
  return ranked.flatMap(({ id, firms, overlap }) => {
    const technology = known.get(id);
    return technology?.current ? [{ technology, firms, overlap }] : [];
  });
}

/** In how many of the firms each other technology is declared, and how many firms were looked at. */
async function together(
  context: Context,
  technologyId: string,
  companyIds: readonly string[],
): Promise<{ both: Map<string, number>; looked: number }> {
  const both = new Map<string, number>();
  let [looked, counted] = [0, 0];
  for (let start = 0; start < companyIds.length && counted < countedLimit; start += firmBatch) {
    const profiles = await profilesOf(context, companyIds.slice(start, start + firmBatch));
    for (const profile of profiles.values()) {
      looked += 1;
      counted += profile.size;
      for (const id of profile.keys())
        if (id !== technologyId) both.set(id, (both.get(id) ?? 0) + 1);
    }
  }
  return { both, looked };
}

/** A firm that is like another. */
export interface Similar {
  company: CompanyReference;
  /** Basis points. */
  likeness: number;
  shared: number;
}

/**
 * Firms that can do what this one can, the most alike first; found among those that share its rarest technologies.
 *
 * @throws {GraphQLError} BAD_USER_INPUT when `first` is not 1 to 20
 */
export async function findSimilar(
  context: Context,
  companyId: string,
  first: number | null | undefined,
): Promise<Similar[]> {
  const size = listSize(first);
  if (!mayRead(context.viewer, companyId, await context.loaders.company.load(companyId))) return [];
  const own = await ownProfile(context, companyId);
  if (own.size === 0) return [];
  const firms = await firmsIn(context, [...own.keys()]);
  const all = await context.footprints.estimatedDocumentCount();
  const weightOf = (id: string) => rarity(firms.get(id) ?? 0, all);
  const rarest = [...own.keys()].toSorted((a, b) => weightOf(b) - weightOf(a)).slice(0, probes);
  const profiles = await profilesOf(context, await sharing(context, rarest, companyId, weightOf));
  return [...profiles]
    .map(([id, theirs]) => ({
      company: { id },
      likeness: likeness(own, theirs, weightOf),
      shared: sharedTechnologies(own, theirs),
    }))
    .toSorted((a, b) => b.likeness - a.likeness || (a.company.id < b.company.id ? -1 : 1))
    .slice(0, size);
}

/** Firms that have some of the technologies, those first that have the rarest and the most of them. */
async function sharing(
  { capabilities }: Context,
  technologyIds: readonly string[],
  but: string,
  weightOf: (id: string) => number,
): Promise<string[]> {
  const found = await Promise.all(
    technologyIds.map((technologyId) =>
      capabilities
        .find({ active: true, technologyId }, { companyId: 1, technologyId: 1, _id: 0 })
        .sort({ level: -1, _id: 1 })
        .limit(probeSample)
        .lean(),
    ),
  );
  const weights = new Map<string, number>();
  for (const { companyId, technologyId } of found.flat())
    if (companyId !== but)
      weights.set(companyId, (weights.get(companyId) ?? 0) + weightOf(technologyId));
  return [...weights]
    .toSorted(([a, one], [b, other]) => other - one || (a < b ? -1 : 1))
    .slice(0, candidateLimit)
    .map(([id]) => id);
}

/** What a firm declares in technologies that are current, whether it takes part now or not. */
async function ownProfile({ capabilities, loaders }: Context, companyId: string): Promise<Profile> {
  const claims = await capabilities
    .find({ companyId }, { technologyId: 1, level: 1, _id: 0 })
    .lean();
  const nodes = await loaders.technology.loadMany(claims.map(({ technologyId }) => technologyId));
  return new Map(
    claims
      .filter((_, index) => {
        const node = nodes[index];
        return node && !(node instanceof Error) && node.current;
      })
      .map(({ technologyId, level }) => [technologyId, level]),
  );
}

/** What firms that take part declare, read whole, as the database takes longer to leave fields out: kept as one record a firm, so that one is read where they have hundreds. */
async function profilesOf(
  { footprints }: Context,
  companyIds: readonly string[],
): Promise<Map<string, Profile>> {
  const found = await footprints.find({ _id: { $in: [...companyIds] } }).lean();
  return new Map(
    found.map(({ _id, counted }) => [
      _id,
      new Map(
        counted
          .filter(({ declared }) => declared > 0)
          .map(({ technologyId, declared }) => [technologyId, declared]),
      ),
    ]),
  );
}

async function firmsIn(
  { supplies }: Context,
  technologyIds: readonly string[],
): Promise<Map<string, number>> {
  const found = await supplies.find({ _id: { $in: [...technologyIds] } }).lean();
  return new Map(found.map(({ _id, firms }) => [_id, firms]));
}

function listSize(first: number | null | undefined): number {
  const size = first ?? usual;
  if (Number.isInteger(size) && size >= 1 && size <= most) return size;
  throw badInput(`first is a whole number from 1 to ${most}.`);
}
