/** Keeps the search's entries up to what is told of companies, here and elsewhere. */
import { applyFacts, type FactRecord } from '#kit/facts.ts';
import { transaction } from '#kit/mongo.ts';
import type { CompanyRecord } from '../company/company.model.ts';
import { standingFor } from '../company/folding.ts';
import type { Context } from '../context.ts';
import { findTrackRecords } from '../track/track-record.ts';
import { entryOf, unknownReputation, type Reputation } from './entry.ts';

type Store = Pick<
  Context,
  'companies' | 'entries' | 'partnerReviews' | 'toldMaps' | 'toldProjects'
>;
type Following = Store & Pick<Context, 'connection'>;

/** States of a project that its firms are busy with. */
const runningStates: readonly string[] = ['SEALED', 'SUBMITTED', 'AWARDED', 'RUNNING'];

/** Brings the entries of companies up to date; in the transaction of their change. */
export async function keepEntries(
  store: Store,
  companies: readonly CompanyRecord[],
): Promise<void> {
  if (companies.length === 0) return;
  const reputations = await findReputations(
    store,
    companies.map(({ _id }) => _id),
  );
  await store.entries.bulkWrite(
    companies.map((company) => ({
      replaceOne: {
        filter: { _id: company._id },
        replacement: entryOf(company, reputations.get(company._id) ?? unknownReputation),
        upsert: true,
      },
    })),
  );
}

/** Applies what techmaps tells: published capability maps. */
export async function applyMaps(following: Following, facts: FactRecord[]): Promise<void> {
  await applyFacts(following.toldMaps, facts);
  await refresh(
    following,
    facts.map(({ key }) => key),
  );
}

/** Applies what consortia tells: projects and who carries them out. */
export async function applyProjects(following: Following, facts: FactRecord[]): Promise<void> {
  const ids = facts.map(({ key }) => key);
  const before = await membersOf(following, ids);
  await applyFacts(following.toldProjects, facts);
  const after = await membersOf(following, ids);
  await refresh(following, [...new Set([...before, ...after])]);
}

/**
 * A change of a company that runs at the same time has either seen what was applied, or meets this one at the entry
 * and runs again.
 */
async function refresh(following: Following, companyIds: string[]): Promise<void> {
  await transaction(following.connection, async () => {
    // What a firm did counts for the firm that it became part of.
    const standing = await standingFor(following, companyIds);
    const ids = [...new Set([...companyIds, ...standing.values()])];
    const companies = await following.companies.find({ _id: { $in: ids } }).lean();
    await keepEntries(following, companies);
  });
}

async function membersOf(
  { toldProjects }: Pick<Store, 'toldProjects'>,
  projectIds: string[],
): Promise<string[]> {
  const found = await toldProjects.find({ _id: { $in: projectIds } }, { memberIds: 1 }).lean();
  return found.flatMap(({ memberIds }) => memberIds ?? []);
}

async function findReputations(
  store: Store,
  companyIds: string[],
): Promise<Map<string, Reputation>> {
  const { toldMaps, toldProjects } = store;
  const tracks = await findTrackRecords(store, companyIds);
  const maps = await toldMaps.find({ _id: { $in: companyIds } }).lean();
  const projects = await toldProjects.find({ memberIds: { $in: companyIds } }).lean();
  const byId = new Map(maps.map((map) => [map._id, map.capabilities ?? []]));
  return new Map(
    companyIds.map((id) => {
      const own = projects.filter(({ memberIds }) => memberIds?.includes(id));
      const count = (states: readonly string[]) =>
        own.filter(({ status }) => states.includes(status ?? '')).length;
      const technologies = (byId.get(id) ?? []).map(({ technologyId, level, verifiedLevel }) => ({
        technologyId,
        level: verifiedLevel ?? level,
      }));
      const { onTime, rating } = tracks.get(id) ?? {};
      return [
        id,
        {
          technologies,
          running: count(runningStates),
          completed: count(['COMPLETED']),
          onTime: onTime ?? 0,
          rating: rating ?? 0,
        },
      ];
    }),
  );
}
