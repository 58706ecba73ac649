/** What companies counted as, and when: kept in the transaction of each change, so that figures know the past. */
import { newId } from '#kit/id.ts';
import { bringUp } from '#kit/upgrade.ts';
import type { CompanyRecord } from '../company/company.model.ts';
import type { Context } from '../context.ts';

type Counted = Pick<CompanyRecord, '_id' | 'status' | 'kinds' | 'sectors' | 'region' | 'size'>;
type Store = Pick<Context, 'standings' | 'standingChanges'>;

/** What a company counts as: nothing unless it takes part. Pure. */
export function facetsNow({ status, kinds, sectors, region, size }: Counted): string[] {
  if (status !== 'APPROVED') return [];
  return [
    'ALL ',
    ...kinds.map((kind) => `KIND ${kind}`),
    ...sectors.map((sector) => `SECTOR ${sector}`),
    `REGION ${region ?? ''}`,
    `SIZE ${size}`,
  ];
}

/** Keeps what changed of what companies count as. */
export async function keepStandings(
  { standings, standingChanges }: Store,
  companies: readonly Counted[],
  at = new Date(),
): Promise<void> {
  const ids = companies.map(({ _id }) => _id);
  const found = await standings.find({ _id: { $in: ids } }).lean();
  const before = new Map(found.map(({ _id, facets }) => [_id, facets]));
  const changes = companies.flatMap((company) => {
    const was = before.get(company._id) ?? [];
    const facets = facetsNow(company);
    const came = facets.filter((each) => !was.includes(each));
    const went = was.filter((each) => !facets.includes(each));
    const { _id: companyId } = company;
    return came.length + went.length > 0 ? [{ companyId, facets, came, went }] : [];
  });
  if (changes.length === 0) return;
  await standingChanges.insertMany(
    changes.map(({ companyId, came, went }) => ({ _id: newId(), companyId, at, came, went })),
  );
  await standings.bulkWrite(
    changes.map(({ companyId, facets }) => ({
      updateOne: { filter: { _id: companyId }, update: { $set: { facets } }, upsert: true },
    })),
  );
}

/** How many companies a step counts. */
const stepSize = 200;

/** Counts companies that were there before their standing was kept, from the day they were approved; once. */
export async function bringStandings(
  context: Store & Pick<Context, 'companies' | 'connection'>,
): Promise<void> {
  await bringUp(context.connection, 'standings', async (after) => {
    const approved = await context.companies
      .find({ _id: { $gt: after }, status: 'APPROVED' })
      .sort({ _id: 1 })
      .limit(stepSize)
      .lean<CompanyRecord[]>();
    for (const company of approved)
      await keepStandings(context, [company], company.approvedAt ?? company.registeredAt);
    return approved.at(-1)?._id ?? null;
  });
}
