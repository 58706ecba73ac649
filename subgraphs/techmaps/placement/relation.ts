/** Relations between technologies of one version. */
import { problem, type Problem } from '#kit/refusal.ts';

import type { Context } from '../context.ts';
import { countFaults } from '../technology/content.ts';
import type { VersionRecord } from '../tech-map/version.model.ts';
import { placementId, type Placed } from './placement.model.ts';

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

function relationFault(
  id: string,
  path: string[],
  known: Set<string>,
  ownId: string | null,
): Problem[] {
  if (id === ownId) return [problem('INVALID', 'A technology has no relation to itself.', path)];
  return known.has(id) ? [] : [problem('NOT_FOUND', 'The draft has no such technology.', path)];
}
