/** One subgraph on a database, asked as the gateway would ask it: for what concerns that subgraph alone. */
import { graphql, type ExecutionResult } from 'graphql';

import { createLog } from '#kit/log.ts';
import { executable, type Subgraph } from '#kit/subgraph.ts';
import { visitor, type CompanyRole, type PlatformRole, type Viewer } from '#kit/viewer.ts';

/** A subgraph under test. */
export interface TestService {
  /** Runs one operation as a viewer. */
  ask(
    viewer: Viewer,
    source: string,
    variables?: Record<string, unknown>,
  ): Promise<ExecutionResult>;
  createContext(viewer: Viewer): Promise<{ viewer: Viewer }>;
  caughtUp(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts one subgraph on a deployment. */
export async function startTestService(
  subgraph: Subgraph,
  mongoUri: string,
  environment: Record<string, string> = {},
): Promise<TestService> {
  const schema = executable(subgraph);
  const log = createLog(subgraph.name, 'silent');
  const service = await subgraph.start({ mongoUri, environment, log });
  return {
    ask: async (viewer, source, variables) =>
      graphql({
        schema,
        source,
        variableValues: variables ?? null,
        contextValue: await service.createContext(viewer),
      }),
    createContext: (viewer) => service.createContext(viewer),
    caughtUp: () => service.caughtUp(),
    stop: () => service.stop(),
  };
}

/** Nobody signed in. */
export const someone: Viewer = visitor('test');

/** A signed-in user with platform roles and, by company id, roles in companies. */
export function user(
  userId: string,
  {
    roles = [],
    companies = {},
  }: { roles?: PlatformRole[]; companies?: Record<string, CompanyRole> } = {},
): Viewer {
  return {
    userId,
    roles,
    companies: Object.entries(companies).map(([companyId, role]) => ({ companyId, role })),
    scopes: [],
    issuedAt: null,
    requestId: 'test',
  };
}
