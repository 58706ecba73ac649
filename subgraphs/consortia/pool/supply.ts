/** How many firms could meet requirements now. */
import type DataLoader from 'dataloader';
import type { Model, PipelineStage } from 'mongoose';

import { seoulDay } from '#kit/instant.ts';
import { badInput } from '#kit/page.ts';
import type { MembershipRecord } from '../consortium/membership.model.ts';
import type { FirmRecord } from './firm.model.ts';
import type { Demand } from './firm.ts';
import { readHeirs } from './merged.ts';

/** How many firms could meet a requirement. */
export interface Supply {
  firms: number;
  /** Firms of one group counted once. */
  independent: number;
}

/** Who could meet a requirement: the demand, and how many there are. */
export type SupplyOf = Supply & { demand: Demand };

/** Highest technology readiness level. */
const highestLevel = 9;
/** Most firms that are named at once. */
const namedLimit = 100;

/** Who of those that could meet a requirement is to be named. */
export interface Naming extends Demand {
  /** How many, 1 to 100. */
  first: number;
}

/**
 * The first firms that could meet a requirement now, the highest levels first, then by id.
 *
 * @throws {GraphQLError} BAD_USER_INPUT unless `first` is 1 to 100
 */
export async function suppliersOf(
  { loaders }: { loaders: { suppliers: DataLoader<Naming, { id: string }[], string> } },
  { technologyId, leastLevel, certificateScheme }: Demand,
  first: number,
): Promise<{ id: string }[]> {
  if (first < 1 || first > namedLimit) throw badInput(`first is 1 to ${namedLimit}.`);
  return loaders.suppliers.load({ technologyId, leastLevel, certificateScheme, first });
}

/** The same for many requirements: what firms carry is read once for all of them. */
export async function readSuppliers(
  models: { firms: Model<FirmRecord>; memberships: Model<MembershipRecord> },
  namings: readonly Naming[],
  now: Date,
): Promise<{ id: string }[][]> {
  const able = takingPart(await readUsage(models), now);
  return Promise.all(namings.map((naming) => namedFor(models.firms, naming, able, seoulDay(now))));
}

async function namedFor(
  firms: Model<FirmRecord>,
  { technologyId, leastLevel, certificateScheme, first }: Naming,
  able: object,
  day: string,
): Promise<{ id: string }[]> {
  const holds = {
    'company.certificates': {
      $elemMatch: {
        scheme: certificateScheme,
        validFrom: { $lte: day },
        $or: [{ validTo: null }, { validTo: { $gte: day } }],
      },
    },
  };
  const found: { id: string }[] = [];
  for (let level = highestLevel; level >= leastLevel && found.length < first; level -= 1) {
    const filter: object = {
      ...able,
      capabilities: { $elemMatch: { technologyId, level } },
      ...(certificateScheme !== null && holds),
    };
    const next = await firms
      .find(filter)
      .sort({ _id: 1 })
      .limit(first - found.length)
      .select({ _id: 1 })
      .lean<{ _id: string }[]>();
    found.push(...next.map(({ _id }) => ({ id: _id })));
  }
  return found;
}

/** Approved and unrestricted firms with capacity that running projects do not use up. */
function takingPart(usage: Usage, now: Date) {
  // A firm whose running projects use up its capacity takes on nothing more.
  const busy = [...usage].map(([_id, used]) => ({ _id, 'company.capacity': { $lte: used } }));
  return {
    'company.status': 'APPROVED',
    'company.capacity': { $gt: 0 },
    'company.restrictedUntil': { $not: { $gt: now } },
    ...(busy.length > 0 && { $nor: busy }),
  };
}

/** Firms of one technology, level and set of certificates. */
interface Stratum {
  _id: { technologyId: string; level: number; schemes: string[] };
  firms: number;
  /** Those of no group. */
  alone: number;
  groups: (string | null)[];
}

/** The supply of each requirement, in one aggregate over the firms that have any of the technologies. */
export async function supplyOf(
  { firms, memberships }: { firms: Model<FirmRecord>; memberships: Model<MembershipRecord> },
  demands: readonly Demand[],
  now: Date,
): Promise<Supply[]> {
  const technologyIds = [...new Set(demands.map(({ technologyId }) => technologyId))];
  const schemes = [
    ...new Set(demands.flatMap(({ certificateScheme }) => certificateScheme ?? [])),
  ].toSorted();
  const usage = await readUsage({ firms, memberships });
  const strata = await firms.aggregate<Stratum>(supplyPipeline(technologyIds, schemes, usage, now));
  return demands.map((demand) => supplyFrom(strata, demand));
}

/** How many requirements each firm carries in running projects, by company id. */
export type Usage = ReadonlyMap<string, number>;

/** What firms carry now, also in projects that were begun under a record that became part of them. */
export async function readUsage(
  { firms, memberships }: { firms: Model<FirmRecord>; memberships: Model<MembershipRecord> },
  exceptConsortiumId: string | null = null,
): Promise<Usage> {
  const found = await memberships.aggregate<{ _id: string; used: number }>([
    {
      $match: {
        running: true,
        ...(exceptConsortiumId !== null && { consortiumId: { $ne: exceptConsortiumId } }),
      },
    },
    { $group: { _id: '$companyId', used: { $sum: { $size: '$requirementIds' } } } },
    { $match: { used: { $gt: 0 } } },
  ]);
  const heirOf = await readHeirs(
    firms,
    found.map(({ _id }) => _id),
  );
  const usage = new Map<string, number>();
  for (const { _id, used } of found) {
    const heir = heirOf(_id);
    usage.set(heir, used + (usage.get(heir) ?? 0));
  }
  return usage;
}

function supplyPipeline(
  technologyIds: string[],
  schemes: string[],
  usage: Usage,
  now: Date,
): PipelineStage[] {
  const day = seoulDay(now);
  const isValid = {
    $and: [
      { $in: ['$$certificate.scheme', schemes] },
      { $lte: ['$$certificate.validFrom', day] },
      { $gte: [{ $ifNull: ['$$certificate.validTo', day] }, day] },
    ],
  };
  const valid = { $filter: { input: '$company.certificates', as: 'certificate', cond: isValid } };
  return [
    {
      $match: {
        'capabilities.technologyId': { $in: technologyIds },
        ...takingPart(usage, now),
      },
    },
    {
      $project: {
        group: '$company.affiliateGroup',
        capabilities: 1,
        schemes: { $setUnion: [{ $map: { input: valid, as: 'each', in: '$$each.scheme' } }, []] },
      },
    },
    { $unwind: '$capabilities' },
    { $match: { 'capabilities.technologyId': { $in: technologyIds } } },
    {
      $group: {
        _id: {
          technologyId: '$capabilities.technologyId',
          level: '$capabilities.level',
          schemes: '$schemes',
        },
        alone: { $sum: { $cond: [{ $eq: ['$group', null] }, 1, 0] } },
        firms: { $sum: 1 },
        groups: { $addToSet: '$group' },
      },
    },
  ];
}

function supplyFrom(strata: readonly Stratum[], demand: Demand): Supply {
  const fitting = strata.filter(
    ({ _id }) =>
      _id.technologyId === demand.technologyId &&
      _id.level >= demand.leastLevel &&
      (demand.certificateScheme === null || _id.schemes.includes(demand.certificateScheme)),
  );
  const groups = fitting.flatMap((stratum) => stratum.groups.filter((group) => group !== null));
  return {
    firms: sum(fitting.map(({ firms }) => firms)),
    independent: sum(fitting.map(({ alone }) => alone)) + new Set(groups).size,
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
