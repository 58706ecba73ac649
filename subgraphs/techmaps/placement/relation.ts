/** Relations between technologies of one version. */
import { problem, type Problem } from '#kit/refusal.ts';

import type { Context } from '../context.ts';
import { countFaults } from '../technology/content.ts';
import type { VersionRecord } from '../tech-map/version.model.ts';
import { placementId, type Placed } from './placement.model.ts';
import { noCycleRule, requiredRing, wayBetween } from './requirement.ts';

/** How many technologies one may require, and how many alternatives it may have. */
export const relationLimit = 50;

/** Technologies that one requires, and that do the same. */
export type Relations = Pick<Placed, 'requires' | 'alternatives'>;

/** Relations after a change: what is given replaces what was; each once. */
export function tidyRelations(
  given: {
    requires?: readonly string[] | null | undefined;
    alternatives?: readonly string[] | null | undefined;
  },
  before: Relations,
): Relations {
  return {
    requires: [...new Set(given.requires ?? before.requires)],
    alternatives: [...new Set(given.alternatives ?? before.alternatives)],
  };
}

/** Relations must be in the same version, not to itself, and not too many. */
export async function relationFaults(
  { placements }: Context,
  { _id: versionId }: VersionRecord,
  relations: Relations,
  ownId: string | null,
): Promise<Problem[]> {
  const named = [...relations.requires, ...relations.alternatives];
  const found =
    named.length === 0
      ? []
      : await placements
          .find(
            { _id: { $in: named.map((id) => placementId(versionId, id)) } },
            { technologyId: 1 },
          )
          .lean();
  const known = new Set(found.map(({ technologyId }) => technologyId));
  return (['requires', 'alternatives'] as const).flatMap((field) => [
    ...countFaults(relations[field].length, relationLimit, [field]),
    ...relations[field].flatMap((id, index) =>
      relationFault(id, [field, String(index)], known, ownId),
    ),
  ]);
}

/**
 * A technology must not require one that in the end requires it; a new one cannot, as nothing requires it yet.
 *
 * @param requires as the input gives them, each once; nothing is looked at when it gives none
 */
export async function requirementFaults(
  context: Context,
  { _id: versionId }: VersionRecord,
  requires: readonly string[],
  ownId: string,
): Promise<Problem[]> {
  if (requires.length === 0) return [];
  const { requirements, codes } = await readRequirements(context, versionId);
  return requires.flatMap((id, index) => {
    const way = id === ownId ? null : wayBetween(id, ownId, requirements);
    return way ? [ringFault([ownId, ...way], codes, ['requires', String(index)])] : [];
  });
}

/** No technologies of a version may require each other in a ring. */
export async function versionRequirementFaults(
  context: Context,
  { _id: versionId }: VersionRecord,
): Promise<Problem[]> {
  const { requirements, codes } = await readRequirements(context, versionId);
  const ring = requiredRing(requirements);
  return ring ? [ringFault([...ring, ...ring.slice(0, 1)], codes, ['mapId'])] : [];
}

async function readRequirements({ placements }: Context, versionId: string) {
  const found = await placements
    .find({ versionId }, { technologyId: 1, code: 1, requires: 1 })
    .lean();
  return {
    requirements: new Map(found.map(({ technologyId, requires }) => [technologyId, requires])),
    codes: new Map(found.map(({ technologyId, code }) => [technologyId, code])),
  };
}

function ringFault(
  way: readonly string[],
  codes: ReadonlyMap<string, string>,
  path: string[],
): Problem {
  return problem('INVALID', 'No technology requires, by way of others, itself.', path, {
    rule: noCycleRule,
    found: way.map((id) => codes.get(id) ?? id).join(' > '),
  });
}

function relationFault(
  id: string,
  path: string[],
  known: Set<string>,
  ownId: string | null,
): Problem[] {
  if (id === ownId) return [problem('INVALID', 'A technology has no relation to itself.', path)];
  return known.has(id) ? [] : [problem('NOT_FOUND', 'The draft has no such technology.', path)];
}
