/** Who may ask for each root field, walked over the whole schema: a field without a row in gates.ts fails. */
import { readFileSync } from 'node:fs';

import {
  getNamedType,
  GraphQLObjectType,
  isNonNullType,
  isObjectType,
  type ExecutionResult,
  type GraphQLArgument,
  type GraphQLField,
} from 'graphql';

import { createLog } from '#kit/log.ts';
import { platformRoles, type Viewer } from '#kit/viewer.ts';
import { readSupergraph } from '../gateway/supergraph.ts';
import type { Platform } from '../infra/platform.ts';
import { gates, type Gate } from './gates.ts';
import { leastOf } from './least.ts';
import { startTestPlatform } from './platform.ts';
import { someone, user } from './service.ts';

const sdl = readFileSync(new URL('../schema/supergraph.graphql', import.meta.url), 'utf8');
const { apiSchema: api } = await readSupergraph(sdl, 'APOLLO', createLog('test', 'silent'));
const fields = ['Query', 'Mutation', 'Subscription'].flatMap((root) => {
  const type = api.getType(root);
  return isObjectType(type)
    ? Object.values(type.getFields()).map((field) => ({
        root,
        field,
        name: `${root}.${field.name}`,
      }))
    : [];
});

/** One viewer for each role; the company roles are in a company that none of the asked records belongs to. */
const viewers: Record<string, Viewer> = {
  VISITOR: someone,
  USER: user('u-user'),
  OWNER: user('u-owner', { companies: { 'c-own': 'OWNER' } }),
  EDITOR: user('u-editor', { companies: { 'c-own': 'EDITOR' } }),
  VIEWER: user('u-viewer', { companies: { 'c-own': 'VIEWER' } }),
  REVIEWER: user('u-reviewer', { roles: ['REVIEWER'] }),
  SECRETARIAT: user('u-secretariat', { roles: ['SECRETARIAT'] }),
  OPERATOR: user('u-operator', { roles: ['OPERATOR'] }),
};

let platform: Platform;

beforeAll(async () => {
  platform = await startTestPlatform();
});

afterAll(() => platform.stop());

it('has a row for every root field, and no row for a field that is gone', () => {
  expect(Object.keys(gates).toSorted()).toEqual(fields.map(({ name }) => name).toSorted());
});

const cases = fields.flatMap(({ root, field, name }) =>
  Object.entries(viewers).map(([role, viewer]) => ({ root, field, name, role, viewer })),
);

it.each(cases)('$name answers $role as its row says', async ({ root, field, name, viewer }) => {
  const gate = gates[name] ?? [];
  const codes = codesOf(await ask(root, field, viewer));
  expect(outcome(codes, gate)).toBe(expected(viewer, gate));
});

type Outcome = 'UNAUTHENTICATED' | 'FORBIDDEN' | 'ADMITTED';

/** Behind a gate for everybody who is signed in, FORBIDDEN is the record's own word about this very viewer. */
function outcome(codes: unknown[], gate: Gate): Outcome {
  if (codes.includes('UNAUTHENTICATED')) return 'UNAUTHENTICATED';
  return codes.includes('FORBIDDEN') && gate !== 'SIGNED_IN' ? 'FORBIDDEN' : 'ADMITTED';
}

function expected(viewer: Viewer, gate: Gate): Outcome {
  if (gate === 'ANYONE') return 'ADMITTED';
  if (viewer.userId === null) return 'UNAUTHENTICATED';
  const admitted = gate === 'SIGNED_IN' || gate.some((role) => viewer.roles.includes(role));
  return admitted ? 'ADMITTED' : 'FORBIDDEN';
}

it('never carries out what a stranger asks of a company, a project or a consortium', async () => {
  const strangers = [viewers['USER'], viewers['OWNER']].filter((viewer) => viewer !== undefined);
  const own = new Set(['Mutation.registerCompany', 'Mutation.saveSearch', 'Mutation.unwatch']);
  for (const { root, field, name } of fields) {
    if (root !== 'Mutation' || gates[name] !== 'SIGNED_IN' || own.has(name)) continue;
    for (const viewer of strangers) {
      const result = await ask(root, field, viewer);
      const problems =
        (result.data?.[field.name] as { problems?: unknown[] } | null)?.problems ?? [];
      expect([name, codesOf(result).length + problems.length]).not.toEqual([name, 0]);
    }
  }
});

function codesOf({ errors = [] }: ExecutionResult): unknown[] {
  return errors.map(({ extensions }) => extensions['code']);
}

/** Asks for a field with the least arguments that its types allow. */
async function ask(
  root: string,
  field: GraphQLField<unknown, unknown>,
  viewer: Viewer,
): Promise<ExecutionResult> {
  const required = field.args.filter(
    ({ type, defaultValue }) => isNonNullType(type) && defaultValue === undefined,
  );
  const variables = Object.fromEntries(required.map((arg) => [arg.name, leastOf(arg.type)]));
  const request = { query: documentOf(root, field, required), variables };
  if (root !== 'Subscription') return platform.execute(request, viewer);
  const feed = await platform.subscribe(request, viewer);
  if (!('next' in feed)) return feed;
  await feed.return?.();
  return {};
}

function documentOf(
  root: string,
  field: GraphQLField<unknown, unknown>,
  args: readonly GraphQLArgument[],
): string {
  const declared = args.map(({ name, type }) => `$${name}: ${String(type)}`).join(', ');
  const given = args.map(({ name }) => `${name}: $${name}`).join(', ');
  const type = getNamedType(field.type);
  const selected = !(type instanceof GraphQLObjectType)
    ? ''
    : 'problems' in type.getFields()
      ? '{ problems { code } }'
      : '{ __typename }';
  const call = args.length > 0 ? `(${given})` : '';
  return `${root.toLowerCase()} ${declared ? `(${declared})` : ''} { ${field.name}${call} ${selected} }`;
}

it('knows every role of the platform', () => {
  const roles = Object.values(viewers).flatMap((viewer) => viewer.roles);
  expect(roles.toSorted()).toEqual([...platformRoles].toSorted());
});
