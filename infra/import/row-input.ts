/** A row as its mutation takes it: the key of a company in the source becomes the company's id. */
import type { CompanyIds } from './company-id.ts';
import type { RowFound, Target } from './found.ts';
import { candidatesOf } from './held.ts';

/**
 * READY to be sent; PROMISED when it needs a company that a dry run only said it would make; ORPHANED when its
 * company did not come in.
 */
export interface RowInput {
  state: 'READY' | 'PROMISED' | 'ORPHANED';
  line: number;
  row: object;
}

/** Under which name each kind of row takes its company's id. */
const idFields: Readonly<Record<Target, string | null>> = {
  technologies: null,
  companies: null,
  capabilities: 'companyId',
  events: 'hostId',
  services: 'providerId',
};

/**
 * Every row of a batch as an input.
 *
 * @param promised keys of companies that a dry run would have made
 */
export async function inputsOf(
  rows: readonly RowFound[],
  companyIds: CompanyIds,
  promised: ReadonlySet<string>,
): Promise<RowInput[]> {
  const ids = await companyIds(rows.flatMap(({ company }) => company ?? []), candidatesOf(rows)); // prettier-ignore
  return rows.map(({ to, line, company, row }) => {
    const field = idFields[to];
    const id = company === undefined ? undefined : ids.get(company);
    if (field !== null && id !== undefined)
      return { state: 'READY', line, row: { ...row, [field]: id } };
    // An event or a service goes in without a member behind it; a capability does not.
    if (to !== 'capabilities') return { state: 'READY', line, row };
    const isPromised = company !== undefined && promised.has(company);
    return { state: isPromised ? 'PROMISED' : 'ORPHANED', line, row };
  });
}
