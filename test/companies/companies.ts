/** The companies subgraph with people in it, for tests that concern it alone. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { ExecutionResult } from 'graphql';
import type { Connection } from 'mongoose';

import { connect } from '#kit/mongo.ts';
import type { CompanyRole, PlatformRole, Viewer } from '#kit/viewer.ts';
import { companies } from '../../subgraphs/companies/subgraph.ts';
import { startTestDatabase } from '../database.ts';
import { startTestService, user, type TestService } from '../service.ts';

/** Good for every account made here. */
export const password = 'correct horse battery';

/** A running subgraph and who is in it. */
export interface CompaniesWorld {
  service: TestService;
  uri: string;
  /** To the subgraph's own database. */
  connection: Connection;
  secretariat: Viewer;
  operator: Viewer;
  /** Runs an operation that must not fail, and gives the one root field's answer. */
  ask<Answer = Payload>(viewer: Viewer, source: string, variables?: object): Promise<Answer>;
  /** Runs an operation that must fail, and gives the codes of its errors. */
  codes(viewer: Viewer, source: string, variables?: object): Promise<unknown[]>;
  /** An account, verified, and its viewer. */
  person(
    name: string,
    place?: { roles?: PlatformRole[]; companies?: Record<string, CompanyRole> },
  ): Promise<Viewer>;
  /** A company that was approved unless said otherwise, and its owner. */
  firm(draft?: object, status?: 'PENDING' | 'APPROVED'): Promise<Firm>;
  stop(): Promise<void>;
}

/** A mutation's payload as tests read it. */
export interface Payload {
  // oxlint-disable-next-line typescript/no-explicit-any -- tests read what they asked for.
  [field: string]: any;
  problems: { code: string; path: string[]; rule: string | null }[];
}

/** A company and its owner. */
export interface Firm {
  id: string;
  revision: number;
  owner: Viewer;
}

const registerCompany = /* GraphQL */ `
  mutation ($input: RegisterCompanyInput!) {
    registerCompany(input: $input) {
      company {
        id
        revision
      }
      problems {
        code
        path
        rule
        message
      }
    }
  }
`;
const reviewCompany = /* GraphQL */ `
  mutation ($input: ReviewCompanyInput!) {
    reviewCompany(input: $input) {
      company {
        id
        revision
      }
      problems {
        code
        path
        rule
      }
    }
  }
`;
const provisionUser = /* GraphQL */ `
  mutation ($input: ProvisionUserInput!) {
    provisionUser(input: $input) {
      user {
        id
      }
      problems {
        code
        path
        rule
      }
    }
  }
`;

/** Starts the subgraph on an empty database. */
export async function startCompanies(
  environment: Record<string, string> = {},
): Promise<CompaniesWorld> {
  const database = await startTestDatabase();
  const folder = await mkdtemp(join(tmpdir(), 'oca-documents-'));
  const settings = { DATA_DIR: folder, ...environment };
  const service = await startTestService(companies, database.uri, settings);
  const connection = await connect(database.uri, 'oca_companies');
  const operator = user('operator', { roles: ['OPERATOR'] });

  const ask: CompaniesWorld['ask'] = async (viewer, source, variables = {}) => {
    const result = await service.ask(viewer, source, { ...variables });
    if (result.errors) throw new AggregateError(result.errors, result.errors.join('\n'));
    return only(result) as never;
  };
  const person: CompaniesWorld['person'] = async (name, place = {}) => {
    const memberships = Object.entries(place.companies ?? {}).map(([companyId, role]) => ({
      companyId,
      role,
    }));
    const input = {
      name,
      email: `${name}@example.org`,
      password,
      roles: place.roles ?? [],
      memberships,
    };
    const { user: made } = await ask(operator, provisionUser, { input });
    return user(made.id, place);
  };
  const secretariat = await person('secretariat', { roles: ['SECRETARIAT'] });
  let firms = 0;
  return {
    service,
    uri: database.uri,
    connection,
    operator,
    secretariat,
    ask,
    person,
    codes: async (viewer, source, variables = {}) => {
      const { errors } = await service.ask(viewer, source, { ...variables });
      return (errors ?? []).map(({ extensions }) => extensions['code']);
    },
    firm: async (draft = {}, status = 'APPROVED') => {
      firms += 1;
      const owner = await person(`owner${firms}`);
      const usual = { name: { en: `Firm ${firms}` }, kinds: ['SAAS'], region: 'FR', size: 'SME' };
      const input = { ...usual, ...draft };
      const { company, problems } = await ask(owner, registerCompany, { input });
      if (!company) throw new Error(JSON.stringify(problems));
      const review = { id: company.id, revision: company.revision, decision: 'APPROVE' };
      const now =
        status === 'PENDING'
          ? company
          : (await ask(secretariat, reviewCompany, { input: review })).company;
      const acting = user(owner.userId ?? '', { companies: { [company.id]: 'OWNER' } });
      return { id: company.id, revision: now.revision, owner: acting };
    },
    stop: async () => {
      await service.stop();
      await connection.close();
      await database.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function only({ data }: ExecutionResult): unknown {
  return Object.values(data ?? {})[0];
}
