/** Companies that became part of another: which record stands for which. */
import type { Context } from '../context.ts';
import type { CompanyRecord } from './company.model.ts';

type Store = Pick<Context, 'companies'>;

/** The record that stands for each company now: itself, or the one that it became part of. One step, always. */
export async function standingFor(
  { companies }: Store,
  ids: readonly string[],
): Promise<Map<string, string>> {
  const found = await companies
    .find({ _id: { $in: [...ids] } }, { mergedIntoId: 1 })
    .lean<{ _id: string; mergedIntoId: string | null }[]>();
  return new Map(found.map(({ _id, mergedIntoId }) => [_id, mergedIntoId ?? _id]));
}

/** A company and every record that became part of it. */
export async function foldedInto({ companies }: Store, id: string): Promise<string[]> {
  const folded = await companies.find({ mergedIntoId: id }, { _id: 1 }).lean<{ _id: string }[]>();
  return [id, ...folded.map(({ _id }) => _id)];
}

/** The record that stands for a company of ours now. */
export async function findStanding(
  { loaders }: Pick<Context, 'loaders'>,
  id: string,
): Promise<CompanyRecord> {
  const company = await loaders.company.load(id);
  const standing =
    company?.mergedIntoId == null ? company : await loaders.company.load(company.mergedIntoId);
  if (!standing) throw new Error(`Company ${id} is gone.`);
  return standing;
}
