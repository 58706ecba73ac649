/** Technologies that go together, and firms that are alike: read from what firms can do, within bounds. */
import { badInput } from '#kit/page.ts';
import { wholeInBasisPoints } from '#kit/won.ts';

import type { CapabilityRecord } from '../capability/capability.model.ts';
import { mayRead, type CompanyReference } from '../company/company.ts';
import type { Context } from '../context.ts';
import { technologiesWithIds } from '../technology/technology.ts';
import type { TechnologyRecord } from '../technology/technology.model.ts';
import { likeness, rarity, sharedTechnologies, type Profile } from './likeness.ts';

const most = 20;
const usual = 10;
/** Firms that are looked at for what else they have: those at the highest levels. */
const firmSample = 300;
/** Technologies of a firm, the rarest, by which others are found. */
const probes = 20;
const probeSample = 2_000;
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
 * highest levels.
 *
 * @throws {GraphQLError} BAD_USER_INPUT when `first` is not 1 to 20
 */
export async function findRelated(
  context: Context,
  technologyId: string,
  first: number | null | undefined,
): Promise<Related[]> {
  const size = listSize(first);
  const { capabilities } = context;
  const own = await capabilities
    .find({ active: true, technologyId }, { companyId: 1 })
    .sort({ level: -1, _id: 1 })
    .limit(firmSample)
    .lean();
  const others = await ofFirms(context, own.map(({ companyId }) => companyId)); // prettier-ignore
  const both = new Map<string, number>();
  for (const each of others)
    if (each.technologyId !== technologyId)
      both.set(each.technologyId, (both.get(each.technologyId) ?? 0) + 1);
  const supplies = await firmsIn(context, [...both.keys()]);
  const technologies = await technologiesWithIds(context, [...both.keys()]);
  return technologies
    .filter(({ current }) => current)
    .map((technology) => {
      const firms = both.get(technology._id) ?? 0;
      const either = own.length + Math.max(supplies.get(technology._id) ?? 0, firms) - firms;
      return { technology, firms, overlap: Math.round((firms / either) * wholeInBasisPoints) };
    })
    .toSorted((a, b) => b.overlap - a.overlap || (a.technology.code < b.technology.code ? -1 : 1))
    .slice(0, size);
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
  const own = profileOf(await ofFirms(context, [companyId]));
  if (own.size === 0) return [];
  const firms = await firmsIn(context, [...own.keys()]);
  const all = await context.footprints.estimatedDocumentCount();
  const weightOf = (id: string) => rarity(firms.get(id) ?? 0, all);
  const rarest = [...own.keys()].toSorted((a, b) => weightOf(b) - weightOf(a)).slice(0, probes);
  const candidates = await sharing(context, rarest, companyId, weightOf);
  const profiles = Map.groupBy(await ofFirms(context, candidates), (each) => each.companyId);
  return [...profiles]
    .map(([id, theirs]) => [id, profileOf(theirs)] as const)
    .map(([id, theirs]) => ({
      company: { id },
      likeness: likeness(own, theirs, weightOf),
      shared: sharedTechnologies(own, theirs),
    }))
    .toSorted((a, b) => b.likeness - a.likeness || (a.company.id < b.company.id ? -1 : 1))
    .slice(0, size);
}

type Known = Pick<CapabilityRecord, 'companyId' | 'technologyId' | 'level'>;

/** Firms that have some of the technologies, those first that have the rarest and the most of them. */
async function sharing(
  { capabilities }: Context,
  technologyIds: readonly string[],
  but: string,
  weightOf: (id: string) => number,
): Promise<string[]> {
  const found = await capabilities
    .find(
      { active: true, technologyId: { $in: [...technologyIds] } },
      { companyId: 1, technologyId: 1 },
    )
    .limit(probeSample)
    .lean();
  const weights = new Map<string, number>();
  for (const { companyId, technologyId } of found)
    if (companyId !== but)
      weights.set(companyId, (weights.get(companyId) ?? 0) + weightOf(technologyId));
  return [...weights]
    .toSorted(([a, one], [b, other]) => other - one || (a < b ? -1 : 1))
    .slice(0, candidateLimit)
    .map(([id]) => id);
}

async function ofFirms({ capabilities }: Context, companyIds: readonly string[]): Promise<Known[]> {
  return capabilities
    .find(
      { companyId: { $in: [...companyIds] } },
      { companyId: 1, technologyId: 1, level: 1, _id: 0 },
    )
    .lean();
}

async function firmsIn(
  { supplies }: Context,
  technologyIds: readonly string[],
): Promise<Map<string, number>> {
  const found = await supplies.find({ _id: { $in: [...technologyIds] } }, { firms: 1 }).lean();
  return new Map(found.map(({ _id, firms }) => [_id, firms]));
}

function profileOf(capabilities: readonly Known[]): Profile {
  return new Map(capabilities.map(({ technologyId, level }) => [technologyId, level]));
}

function listSize(first: number | null | undefined): number {
  const size = first ?? usual;
  if (Number.isInteger(size) && size >= 1 && size <= most) return size;
  throw badInput(`first is a whole number from 1 to ${most}.`);
}
