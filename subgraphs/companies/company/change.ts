/** The one way that a company is written: its revision, its fact and its place in the search change with it. */
import { publishFacts } from '#kit/facts.ts';
import { isDuplicateKey } from '#kit/mongo.ts';
import { refusal } from '#kit/refusal.ts';
import type { Context } from '../context.ts';
import { keepLikenesses } from '../double/double.ts';
import { keepStandings } from '../figure/standing.ts';
import { keepEntries } from '../search/reputation.ts';
import { companyFact } from './company-fact.ts';
import type { CompanyRecord } from './company.model.ts';

type Store = Pick<
  Context,
  | 'companies'
  | 'doubles'
  | 'entries'
  | 'facts'
  | 'partnerReviews'
  | 'standingChanges'
  | 'standings'
  | 'toldMaps'
  | 'toldProjects'
>;

/**
 * The company, at the revision that the viewer read it at.
 *
 * @throws {Refusal} NOT_FOUND (path), STALE (revision)
 */
export async function readAt(
  { companies }: Pick<Context, 'companies'>,
  { id, revision }: { id: string; revision: number },
  path = 'id',
  revisionPath = 'revision',
): Promise<CompanyRecord> {
  const company = await companies.findById(id).lean();
  if (!company) throw refusal('NOT_FOUND', 'There is no such company.', [path]);
  if (company.revision !== revision) throw stale(company.revision, revisionPath);
  return company;
}

/**
 * Changes a company that was read before.
 *
 * @returns the company as it is now
 * @throws {Refusal} STALE (revision) when somebody changed it in between
 */
export async function changeCompany(
  store: Store,
  company: CompanyRecord,
  change: Partial<CompanyRecord>,
): Promise<CompanyRecord> {
  const { _id, revision } = company;
  const { modifiedCount } = await store.companies.updateOne(
    { _id, revision },
    { $set: change, $inc: { revision: 1 } },
  );
  if (modifiedCount === 0) throw stale(null);
  const changed = { ...company, ...change, revision: revision + 1 };
  await tell(store, [changed]);
  return changed;
}

/**
 * Keeps new companies.
 *
 * @throws {Refusal} TAKEN (businessNumber)
 */
export async function keepCompanies(store: Store, records: CompanyRecord[]): Promise<void> {
  await store.companies.insertMany(records).catch((error: unknown) => {
    throw isDuplicateKey(error)
      ? refusal('TAKEN', 'Another company has this business number.', ['businessNumber'])
      : error;
  });
  await tell(store, records);
}

/** Brings the facts and the search up to the companies. */
export async function tell(store: Store, companies: readonly CompanyRecord[]): Promise<void> {
  if (companies.length === 0) return;
  await keepEntries(store, companies);
  await keepStandings(store, companies);
  await keepLikenesses(store, companies);
  await publishFacts(
    store.facts,
    companies.map((company) => ({
      kind: 'company',
      key: company._id,
      state: companyFact(company),
    })),
  );
}

function stale(found: number | null, path = 'revision') {
  const message = 'The company was changed since it was read; read it again.';
  return refusal('STALE', message, [path], { found: found === null ? null : String(found) });
}
