/** What a project needs: how it is read and checked. */
import { newId } from '#kit/id.ts';
import { problem, type Problem } from '#kit/refusal.ts';
import type { Model } from 'mongoose';
import type { TechnologyRecord } from '../pool/technology.model.ts';
import type { RequirementRecord } from './project.model.ts';

/** A requirement as a client gives it. */
export interface GivenRequirement {
  id?: string | null | undefined;
  technologyId: string;
  leastLevel: number;
  providers: number;
  wishedProviders?: number | null | undefined;
  weight: number;
  mandatory: boolean;
  certificateScheme?: string | null | undefined;
  estimatedPrice?: number | null | undefined;
}

/** Requirements of one project. */
export const requirementsLimit = 100;
const providersLimit = 20;
const weightLimit = 1_000;
/** Price of one provider, won; sums of them stay exact. */
const priceLimit = 1_000_000_000_000;
const schemeForm = /^[A-Z][A-Z0-9_]{1,39}$/;

/**
 * Requirements as they are kept, with ids of those that stay and new ones for others; every fault is added to
 * `faults`.
 *
 * @param known ids that the project has now
 */
export function readRequirements(
  given: readonly GivenRequirement[],
  known: readonly string[],
  faults: Problem[],
): RequirementRecord[] {
  if (given.length > requirementsLimit)
    faults.push(
      problem(
        'INVALID',
        `A project has up to ${requirementsLimit} requirements.`,
        ['requirements'],
        {
          rule: 'REQUIREMENTS_MOST',
          limit: String(requirementsLimit),
          found: String(given.length),
        },
      ),
    );
  return given.map((each, index) => {
    const path = ['requirements', String(index)];
    const isSecond = given.findIndex(({ id }) => id != null && id === each.id) < index;
    if (each.id != null && (!known.includes(each.id) || isSecond))
      faults.push(
        problem('NOT_FOUND', 'The project has no such requirement left.', [...path, 'id']),
      );
    const requirement: RequirementRecord = {
      ...each,
      id: each.id ?? newId(),
      wishedProviders: each.wishedProviders ?? each.providers,
      certificateScheme: each.certificateScheme ?? null,
      estimatedPrice: each.estimatedPrice ?? null,
    };
    faults.push(...requirementFaults(requirement, path));
    return requirement;
  });
}

/** What is wrong with one requirement, technology apart. */
export function requirementFaults(requirement: RequirementRecord, path: string[]): Problem[] {
  const { leastLevel, providers, wishedProviders, weight } = requirement;
  const { certificateScheme: scheme, estimatedPrice } = requirement;
  // Where too few or too many are needed, that is told of the need alone.
  const leastWished = Math.min(Math.max(providers, 1), providersLimit);
  const wished = wishedProviders === providers ? leastWished : wishedProviders;
  const ranges = [
    ['LEVEL_RANGE', 'leastLevel', leastLevel, 1, 9],
    ['PROVIDERS_RANGE', 'providers', providers, 1, providersLimit],
    ['WISHED_RANGE', 'wishedProviders', wished, leastWished, providersLimit],
    ['WEIGHT_RANGE', 'weight', weight, 1, weightLimit],
    ['PRICE_RANGE', 'estimatedPrice', estimatedPrice ?? 0, 0, priceLimit],
  ] as const;
  const faults = ranges
    .filter(([, , value, least, most]) => !isWithin(value, least, most))
    .map(([rule, field, value, least, most]) =>
      problem('INVALID', `This is from ${least} to ${most}.`, [...path, field], {
        rule,
        limit: `${least}-${most}`,
        found: String(value),
      }),
    );
  if (scheme === null || schemeForm.test(scheme)) return faults;
  return [
    ...faults,
    problem('INVALID', 'A scheme is 2 to 40 of A-Z, 0-9 and _.', [...path, 'certificateScheme'], {
      rule: 'SCHEME_FORM',
      limit: schemeForm.source,
      found: scheme,
    }),
  ];
}

/** Says of each requirement whether its technology is none of the newest published maps. */
export async function technologyFaults(
  technologies: Model<TechnologyRecord>,
  requirements: readonly RequirementRecord[],
): Promise<Problem[]> {
  const ids = requirements.map(({ technologyId }) => technologyId);
  const unknown = await unknownTechnologies(technologies, ids);
  return unknown.map((index) =>
    problem('NOT_FOUND', 'No published map has this technology.', [
      'requirements',
      String(index),
      'technologyId',
    ]),
  );
}

/** Places in the list of ids that are no technology of the newest published maps. */
export async function unknownTechnologies(
  technologies: Model<TechnologyRecord>,
  ids: readonly string[],
): Promise<number[]> {
  const known = await technologies
    .find({ _id: { $in: [...ids] }, gone: false, current: true, kind: 'TECHNOLOGY' })
    .select({ _id: 1 })
    .lean<{ _id: string }[]>();
  const found = new Set(known.map(({ _id }) => _id));
  return ids.flatMap((id, index) => (found.has(id) ? [] : [index]));
}

function isWithin(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}
