/** The accounts of the seed, and who may act for which firm. */
import type { CompanyRole, Viewer } from '#kit/viewer.ts';
import type { CompanyIds } from '../import/company-id.ts';
import {
  ask,
  problemFields,
  refuseProblems,
  type Graph,
  type GraphProblem,
} from '../import/graph.ts';
import { accounts, everyPartner, type SeedAccount } from './accounts.ts';
import type { SeedCompany } from './seed-file.ts';

/** Viewers by the key of the firm for which they act. */
export type SeedUsers = ReadonlyMap<string, Viewer>;

const provision = `mutation SeedAccount($input: ProvisionUserInput!) {
  provisionUser(input: $input) { user { id } ${problemFields} }
}`;

/** Makes every account, and tells who acts for each firm. */
export async function provisionAccounts(
  graph: Graph,
  companyIds: CompanyIds,
  companies: readonly SeedCompany[],
): Promise<SeedUsers> {
  const keys = companies.map(({ key }) => key);
  const ids = await companyIds(keys);
  const users = new Map<string, Viewer>();
  const provisioned = accounts.map(async (account) => {
    const places = placesOf(account, keys).flatMap(({ company, role }) => {
      const companyId = ids.get(company);
      return companyId === undefined ? [] : [{ company, companyId, role }];
    });
    const userId = await provisionAccount(graph, account, places);
    for (const { company, companyId, role } of places)
      if (role === 'OWNER') users.set(company, ownerOf(companyId, userId));
  });
  await Promise.all(provisioned);
  return users;
}

function ownerOf(companyId: string, userId: string): Viewer {
  const companies: Viewer['companies'] = [{ companyId, role: 'OWNER' }];
  return { userId, companies, roles: [], scopes: [], issuedAt: null, requestId: 'seed' };
}

async function provisionAccount(
  graph: Graph,
  { name, email, password, roles }: SeedAccount,
  places: readonly { companyId: string; role: CompanyRole }[],
): Promise<string> {
  const memberships = places.map(({ companyId, role }) => ({ companyId, role }));
  const { provisionUser } = await ask<{
    provisionUser: { user: { id: string } | null; problems: GraphProblem[] };
  }>(graph, provision, { input: { name, email, password, roles, memberships } });
  refuseProblems(`The account ${email} was not made`, provisionUser.problems);
  return provisionUser.user?.id ?? '';
}

/** The firms of an account; whoever stands for every partner has all that nobody else owns. */
function placesOf({ places }: SeedAccount, keys: readonly string[]): SeedAccount['places'] {
  return places.flatMap((place) => {
    if (place.company !== everyPartner) return [place];
    return keys
      .filter(
        (key) =>
          !accounts.some((account) =>
            account.places.some((own) => own.company === key && own.role === 'OWNER'),
          ),
      )
      .map((company) => ({ ...place, company }));
  });
}
