/** Records that are likely to be one firm: found as they are written, listed for the secretariat, who merges them. */
import { findPage, type PageRequest } from '#kit/page.ts';
import { signedInAs } from '#kit/viewer.ts';
import { bringUp } from '#kit/upgrade.ts';
import type { CompanyRecord } from '../company/company.model.ts';
import type { Context } from '../context.ts';
import type { DoublePage, DoubleRecord } from './double.model.ts';
import { likenessIn, likenessOf, type Compared, type Likeness } from './likeness.ts';

/** What more records have in common is no sign that they are one firm. */
const mostAlike = 20;
/** How many records are brought at a time. */
const batchSize = 200;

type Store = Pick<Context, 'doubles'>;
type Kept = Compared & Pick<CompanyRecord, '_id'>;

/** Keeps what companies have in common with others; in the transaction of their change, so that no two miss each other. */
export async function keepLikenesses(
  { doubles }: Store,
  companies: readonly Kept[],
): Promise<void> {
  const ids = companies.map(({ _id }) => _id);
  const keys = companies.flatMap(likenessOf);
  const found = await doubles
    .find({ $or: [{ _id: { $in: keys } }, { companyIds: { $in: ids } }] })
    .lean<DoubleRecord[]>();
  const after = heldAfter(found, companies);
  const before = new Map(found.map((each) => [each._id, each.companyIds]));
  const changed = [...after].filter(
    ([key, held]) => JSON.stringify(held) !== JSON.stringify(before.get(key) ?? []),
  );
  if (changed.length === 0) return;
  await doubles.bulkWrite(
    changed.map(([_id, companyIds]) =>
      companyIds.length === 0
        ? { deleteOne: { filter: { _id } } }
        : {
            updateOne: {
              filter: { _id },
              // Whoever kept them apart had not seen this.
              update: {
                $set: { companyIds, alike: areAlike(companyIds), apart: null },
                $inc: { revision: 1 },
              },
              upsert: true,
            },
          },
    ),
  );
}

/** Which records have each key after a change. Pure. */
export function heldAfter(
  before: readonly Pick<DoubleRecord, '_id' | 'companyIds'>[],
  companies: readonly Kept[],
): Map<string, string[]> {
  const changed = new Set(companies.map(({ _id }) => _id));
  const held = new Map(
    before.map(({ _id, companyIds }) => {
      // Who else has a common key is not known: it stays common.
      const isCommon = companyIds.length > mostAlike;
      return [_id, isCommon ? companyIds : companyIds.filter((id) => !changed.has(id))] as const;
    }),
  );
  for (const company of companies)
    for (const key of likenessOf(company)) {
      const own = held.get(key) ?? [];
      if (own.length <= mostAlike && !own.includes(company._id))
        held.set(key, [...own, company._id].sort());
    }
  return held;
}

/** The lists of likely doubles, as they are read. */
export const lists = {
  ALIKE: { filter: { alike: true }, order: [['_id', 1]] },
  APART: {
    filter: { 'apart.at': { $gt: new Date(0) } },
    order: [
      ['apart.at', -1],
      ['_id', -1],
    ],
  },
} as const;

/**
 * Likely doubles, by name or website; or those that are kept apart, the last first. Only the secretariat may.
 *
 * @throws {GraphQLError} UNAUTHENTICATED, FORBIDDEN
 */
export function findLikelyDoubles(
  context: Context,
  apart: boolean,
  request: PageRequest,
): Promise<DoublePage> {
  signedInAs(context.viewer, 'SECRETARIAT');
  const { filter, order } = lists[apart ? 'APART' : 'ALIKE'];
  return findPage(context.doubles, filter, order, request);
}

/** The records of a likely double. */
export async function companiesOfDouble(
  { loaders }: Pick<Context, 'loaders'>,
  { companyIds }: DoubleRecord,
): Promise<CompanyRecord[]> {
  const found = await loaders.company.loadMany(companyIds);
  return found.flatMap((each) => (each instanceof Error || each === null ? [] : [each]));
}

/** A record that another one looks like. */
export interface Lookalike {
  companyId: string;
  because: Likeness;
}

/** Which records that are there each company looks like, one answer a company. */
export async function findLookalikes(
  { doubles }: Store,
  companies: readonly Kept[],
): Promise<Lookalike[][]> {
  const found = await doubles
    .find({ _id: { $in: companies.flatMap(likenessOf) } })
    .lean<DoubleRecord[]>();
  const byKey = new Map(found.map((each) => [each._id, each.companyIds]));
  return companies.map((company) => {
    const alike = new Map<string, Likeness>();
    for (const key of likenessOf(company)) {
      const ids = byKey.get(key) ?? [];
      if (ids.length > mostAlike) continue;
      for (const id of ids)
        if (id !== company._id && !alike.has(id)) alike.set(id, likenessIn(key).because);
    }
    return [...alike].map(([companyId, because]) => ({ companyId, because }));
  });
}

/** Compares companies that were there before likenesses were kept; once. */
export async function bringLikenesses(
  context: Store & Pick<Context, 'companies' | 'connection'>,
): Promise<void> {
  await bringUp(context.connection, 'likenesses', async (after) => {
    const batch = await context.companies
      .find({ _id: { $gt: after } })
      .sort({ _id: 1 })
      .limit(batchSize)
      .lean<CompanyRecord[]>();
    await keepLikenesses(context, batch);
    return batch.at(-1)?._id ?? null;
  });
}

/** Whether so many records that have something in common are a sign. Pure. */
export function areAlike(companyIds: readonly string[]): boolean {
  return companyIds.length > 1 && companyIds.length <= mostAlike;
}
