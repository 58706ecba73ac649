/** What a client wishes of a team, and what is wrong with the wishes by themselves. Pure. */
import type { Problem } from '#kit/refusal.ts';
import type { CompanyKind } from '#schema/facts.ts';
import { kinds, type Weights } from '../assembly/problem.ts';
import { breach } from '../programme/breaches.ts';
import { codeForm, membersLimit } from '../programme/soundness.ts';
import { weightFaults } from './weighing.ts';

/** A quota as a client gives it. */
export interface GivenQuota {
  count?: number | null | undefined;
  share?: number | null | undefined;
}

/** Constraints as a client gives them. */
export interface GivenConstraints {
  anyLead: boolean;
  minPartners?: number | null | undefined;
  maxPartners?: number | null | undefined;
  minSmes?: GivenQuota | null | undefined;
  minOutsideCapital?: GivenQuota | null | undefined;
  regions: { region: string; least: number }[];
  certificates: { scheme: string; least: number }[];
  minKinds?: number | null | undefined;
  membersByKind: { kind: CompanyKind; least: number; most?: number | null | undefined }[];
  budget?: number | null | undefined;
  mustInclude: string[];
  mustExclude: string[];
  conflicts: string[][];
  exposureCap?: number | null | undefined;
  weights?: Weights | null | undefined;
  weightProfileId?: string | null | undefined;
}

/** No wishes. */
export const noWishes: GivenConstraints = {
  anyLead: false,
  regions: [],
  certificates: [],
  membersByKind: [],
  mustInclude: [],
  mustExclude: [],
  conflicts: [],
};

/** How long each list may be. */
const listLimits = {
  regions: 100,
  certificates: 100,
  membersByKind: kinds.length,
  mustInclude: membersLimit,
  mustExclude: 1_000,
  conflicts: 1_000,
} as const;
const lists = Object.keys(listLimits) as (keyof typeof listLimits)[];
/** Most projects that a cap on exposure may speak of. */
const mostExposure = 10_000;
/** How much of a text that is no code is told back. */
const toldLength = 60;

/** Everything that is wrong with the wishes whatever the rules of the call are; paths begin with `constraints`. */
export function wishFaults(given: GivenConstraints): Problem[] {
  const tooLong = lists.flatMap((list) =>
    atMost(given[list].length, listLimits[list], ['constraints', list]),
  );
  return [
    ...countFaults(given),
    ...tooLong,
    // What is in a list that is too long is not told one by one.
    ...(tooLong.length > 0 ? [] : [...partFaults(given), ...firmFaults(given)]),
    ...quotaFaults(given),
    ...(given.weights ? weightFaults(given.weights, ['constraints', 'weights']) : []),
  ];
}

/** A firm that a wish names, and where. */
export interface NamedFirm {
  id: string;
  path: string[];
}

/** Every firm that the wishes name, in the order of the input, as many as the lists may have. */
export function firmsNamed(given: GivenConstraints): NamedFirm[] {
  const single = (['mustInclude', 'mustExclude'] as const).flatMap((list) =>
    given[list]
      .slice(0, listLimits[list])
      .map((id, index) => ({ id, path: ['constraints', list, String(index)] })),
  );
  const paired = given.conflicts.slice(0, listLimits.conflicts).flatMap((pair, index) =>
    pair.slice(0, 2).map((id, place) => ({
      id,
      path: ['constraints', 'conflicts', String(index), String(place)],
    })),
  );
  return [...single, ...paired];
}

/** Whether so many members may be wished for. */
export function isMemberCount(value: number | null | undefined): boolean {
  return value == null || isWithin(value, 1, membersLimit);
}

function countFaults({ minPartners, maxPartners, minKinds, exposureCap }: GivenConstraints) {
  return [
    ...ranged('MEMBERS_RANGE', minPartners, 1, membersLimit, ['constraints', 'minPartners']),
    ...ranged('MEMBERS_RANGE', maxPartners, 1, membersLimit, ['constraints', 'maxPartners']),
    ...ranged('KINDS_RANGE', minKinds, 1, kinds.length, ['constraints', 'minKinds']),
    ...ranged('EXPOSURE_RANGE', exposureCap, 1, mostExposure, ['constraints', 'exposureCap']),
  ];
}

/** Regions, certificates and kinds: each once, and how many of each. */
function partFaults({ regions, certificates, membersByKind }: GivenConstraints): Problem[] {
  return [
    ...twice(regions, 'regions', 'region', ({ region }) => region),
    ...twice(certificates, 'certificates', 'scheme', ({ scheme }) => scheme),
    ...twice(membersByKind, 'membersByKind', 'kind', ({ kind }) => kind),
    ...regions.flatMap(({ least }, index) =>
      ranged('LEAST_RANGE', least, 1, membersLimit, at('regions', index, 'least')),
    ),
    ...certificates.flatMap(({ scheme, least }, index) => [
      ...schemeFaults(scheme, at('certificates', index, 'scheme')),
      ...ranged('LEAST_RANGE', least, 1, membersLimit, at('certificates', index, 'least')),
    ]),
    ...membersByKind.flatMap(({ least, most }, index) => {
      const faults = ranged('LEAST_RANGE', least, 0, membersLimit, at('membersByKind', index, 'least')); // prettier-ignore
      if (faults.length > 0) return faults;
      return ranged('MOST_RANGE', most, least, membersLimit, at('membersByKind', index, 'most'));
    }),
  ];
}

function firmFaults({ mustInclude, mustExclude, conflicts }: GivenConstraints): Problem[] {
  const excluded = new Set(mustExclude);
  const both = mustInclude.flatMap((id, index) =>
    excluded.has(id)
      ? [
          breach(
            'IN_OR_OUT',
            'A firm cannot be both in and out.',
            'mustInclude',
            'mustExclude',
            at('mustInclude', index),
          ),
        ]
      : [],
  );
  const pairs = conflicts.flatMap((pair, index) => {
    const different = new Set(pair).size;
    if (pair.length === 2 && different === 2) return [];
    const message = 'A pair has two different firms.';
    const found = pair.length === 2 ? different : pair.length;
    return [breach('PAIR', message, 2, found, at('conflicts', index))];
  });
  return [...both, ...pairs];
}

function quotaFaults(given: GivenConstraints): Problem[] {
  return (['minSmes', 'minOutsideCapital'] as const).flatMap((field) => {
    const quota = given[field];
    if (!quota) return [];
    const path = ['constraints', field];
    const stated = [quota.count, quota.share].filter((value) => value != null).length;
    return [
      ...(stated === 1
        ? []
        : [breach('COUNT_OR_SHARE', 'Give either a count or a share.', 1, stated, path)]),
      ...ranged('COUNT_RANGE', quota.count, 0, membersLimit, [...path, 'count']),
    ];
  });
}

function at(list: string, index: number, ...field: string[]): string[] {
  return ['constraints', list, String(index), ...field];
}

function ranged(
  rule: string,
  value: number | null | undefined,
  least: number,
  most: number,
  path: string[],
): Problem[] {
  if (value == null || isWithin(value, least, most)) return [];
  const message = `This is from ${least} to ${most.toLocaleString('en')}.`;
  return [breach(rule, message, `${least}-${most}`, value, path)];
}

function atMost(found: number, most: number, path: string[]): Problem[] {
  if (found <= most) return [];
  return [breach('LIST_MOST', `There are up to ${most.toLocaleString('en')}.`, most, found, path)];
}

/** What comes a second time. */
function twice<Part>(
  parts: readonly Part[],
  list: string,
  field: string,
  nameOf: (part: Part) => string,
): Problem[] {
  const names = parts.map(nameOf);
  return names.flatMap((name, index) =>
    names.indexOf(name) === index
      ? []
      : [breach('NAMED_ONCE', 'Each is named once.', 1, 2, at(list, index, field))],
  );
}

function schemeFaults(scheme: string, path: string[]): Problem[] {
  if (codeForm.test(scheme)) return [];
  const message = 'A scheme is 2 to 40 of A-Z, 0-9 and _.';
  return [breach('SCHEME_FORM', message, codeForm.source, scheme.slice(0, toldLength), path)];
}

function isWithin(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}
