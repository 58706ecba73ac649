/** What a company claims to be able to do: every rule of that. No storage. */
import { problem, type Problem } from '#kit/refusal.ts';

import type { TechnologyRecord } from '../technology/technology.model.ts';
import type { Claim } from './capability.model.ts';
import { evidenceFaults, tidyEvidence, type EvidenceInput } from './evidence.ts';
import { levelFaults } from './readiness-level.ts';

/** How many projects a firm can say it takes on at once. */
export const largestCapacity = 999;

/** A claim as a client gives it: the technology by id or by code. */
export interface ClaimInput {
  technologyId?: string | null | undefined;
  technologyCode?: string | null | undefined;
  level: number;
  capacity?: number | null | undefined;
  evidence?: readonly EvidenceInput[] | null | undefined;
  since?: string | null | undefined;
}

/** What is known of a technology that claims may name. */
export type Claimable = Pick<TechnologyRecord, '_id' | 'code' | 'kind' | 'current' | 'published'>;

/** Technologies that claims name, found by id and by code. */
export interface Claimables {
  byId: ReadonlyMap<string, Claimable>;
  byCode: ReadonlyMap<string, Claimable>;
}

/** Technologies for looking up by id and by code. */
export function claimables(technologies: readonly Claimable[]): Claimables {
  return {
    byId: new Map(technologies.map((each) => [each._id, each])),
    byCode: new Map(technologies.map((each) => [each.code, each])),
  };
}

/** The technology that a claim names; undefined when there is none. */
export function claimed({ technologyId, technologyCode }: ClaimInput, known: Claimables) {
  return technologyId != null
    ? known.byId.get(technologyId)
    : known.byCode.get(technologyCode ?? '');
}

/** A claim as it is kept. */
export function tidyClaim(given: ClaimInput, technologyId: string): Claim {
  const { level, capacity = null, evidence, since = null } = given;
  return { technologyId, level, capacity, evidence: (evidence ?? []).map(tidyEvidence), since };
}

/**
 * Every rule that one claim breaks, each at its path below `path`: its technology is there, current and no domain,
 * its level is 1 to 9, its evidence is within limits, and it is not of the future.
 *
 * @param today calendar day in Asia/Seoul
 */
export function claimFaults(
  given: ClaimInput,
  known: Claimables,
  today: string,
  path: string[],
): Problem[] {
  return [
    ...technologyFaults(given, claimed(given, known), path),
    ...levelFaults(given.level, [...path, 'level']),
    ...capacityFaults(given.capacity ?? 0, [...path, 'capacity']),
    ...evidenceFaults((given.evidence ?? []).map(tidyEvidence), [...path, 'evidence']),
    ...(given.since != null && given.since > today
      ? [
          problem('INVALID', 'This day is still to come.', [...path, 'since'], {
            limit: today,
            found: given.since,
          }),
        ]
      : []),
  ];
}

/** Technologies that are named more than once, each time but the first. */
export function repeatFaults(
  given: readonly ClaimInput[],
  known: Claimables,
  path: string[],
): Problem[] {
  const seen = new Set<string>();
  return given.flatMap((claim, index) => {
    const technology = claimed(claim, known);
    if (!technology) return [];
    const repeated = seen.has(technology._id);
    seen.add(technology._id);
    return repeated
      ? [
          problem(
            'INVALID',
            'This technology is named twice.',
            [...path, String(index), field(claim)],
            {
              rule: 'TECHNOLOGY_ONCE',
              found: technology.code,
            },
          ),
        ]
      : [];
  });
}

function capacityFaults(capacity: number, path: string[]): Problem[] {
  if (capacity >= 0 && capacity <= largestCapacity) return [];
  return [
    problem('INVALID', `A capacity is a whole number from 0 to ${largestCapacity}.`, path, {
      limit: `0-${largestCapacity}`,
      found: String(capacity),
    }),
  ];
}

function technologyFaults(
  given: ClaimInput,
  technology: Claimable | undefined,
  path: string[],
): Problem[] {
  const at = [...path, field(given)];
  if ((given.technologyId == null) === (given.technologyCode == null))
    return [problem('INVALID', 'Name the technology by its id or by its code.', at)];
  if (!technology?.published)
    return [
      problem('NOT_FOUND', 'There is no such technology.', at, { rule: 'TECHNOLOGY_IS_KNOWN' }),
    ];
  if (!technology.current)
    return [
      problem('WRONG_STATE', 'The map no longer has this technology.', at, {
        rule: 'TECHNOLOGY_IS_CURRENT',
        found: technology.code,
      }),
    ];
  if (technology.kind === 'DOMAIN')
    return [
      problem('INVALID', 'A whole domain is too broad; name an area or a technology.', at, {
        rule: 'CAPABILITY_NAMES_NO_DOMAIN',
        found: technology.code,
      }),
    ];
  return [];
}

function field({ technologyId, technologyCode }: ClaimInput): string {
  return technologyId == null && technologyCode != null ? 'technologyCode' : 'technologyId';
}
