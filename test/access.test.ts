/** A place in a company or a role that ends, ends everywhere at once: also for who still holds a token that names it. */
import { connect } from '#kit/mongo.ts';
import { accessOf } from '#kit/access.ts';
import { visitor, type Viewer } from '#kit/viewer.ts';
import type { Platform } from '../infra/platform.ts';
import { answerOf, startTestPlatform } from './platform.ts';
import { user } from './service.ts';
import { mutationText } from './mutation.ts';

let platform: Platform;
beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(() => platform.stop());

const operator = user('operator', { roles: ['OPERATOR'] });
const secretariat = user('secretariat', { roles: ['SECRETARIAT'] });

const ask = <Payload>(viewer: Viewer, query: string, variables: object) =>
  answerOf<Payload>(platform, viewer, query, variables);

interface Place {
  id: string;
  revision: number;
  role: string;
  email: string;
}

async function firmWith(email: string, role: string): Promise<{ firm: string; viewer: Viewer }> {
  const row = { externalId: email, name: { en: email }, kinds: ['IAAS'], size: 'SME' };
  await ask(operator, importCompanies, { input: { source: 'test', rows: [row] } });
  const { edges } = await ask<{ edges: { node: { id: string } }[] }>(operator, find, {
    filter: { origin: { source: 'test', externalIds: [email] } },
  });
  const firm = edges[0]?.node.id ?? '';
  const account = { name: 'Mina', email, password: 'correct horse battery' };
  const memberships = [{ companyId: firm, role }];
  const made = await ask<{ user: { id: string } }>(operator, provision, {
    input: { ...account, memberships },
  });
  await platform.caughtUp();
  const companies = { [firm]: role as 'EDITOR' };
  return { firm, viewer: { ...user(made.user.id, { companies }), issuedAt: Date.now() } };
}

async function places(firm: string): Promise<Place[]> {
  const { members } = await ask<{ members: Place[] }>(secretariat, membersOf, { id: firm });
  return members;
}

const importCompanies = `mutation ($input: ImportCompaniesInput!) { importCompanies(input: $input) { problems { message } } }`;
const find = `query ($filter: CompanyFilter) { companies(filter: $filter) { edges { node { id } } } }`;
const provision = `mutation ($input: ProvisionUserInput!) { provisionUser(input: $input) { user { id } problems { message } } }`;
const membersOf = `query ($id: ID!) { company(id: $id) { members { id revision role email } } }`;
const remove = `mutation ($input: RemoveMemberInput!) { removeMember(input: $input) { problems { code } } }`;
const change = `mutation ($input: ChangeMemberInput!) { changeMember(input: $input) { problems { code } } }`;

const text = { en: 'Text' };
const day = '2431-01-01T00:00:00Z';
const deeds = (firm: string): [string, string, object][] => [
  ['companies', 'updateCompany', { id: firm, revision: 1, capacity: 4 }],
  ['techmaps', 'draftCapabilities', { companyId: firm, revision: 0, capabilities: [] }],
  ['marketplace', 'draftService', { providerId: firm, name: text }],
  [
    'events',
    'announceEvent',
    {
      kind: 'TECH_MEETUP',
      hostId: firm,
      title: text,
      startsAt: day,
      endsAt: '2431-01-02T00:00:00Z',
    },
  ],
  [
    'consortia',
    'draftProject',
    { leadCompanyId: firm, title: text, summary: text, sector: 'finance' },
  ],
];

async function mayDo(viewer: Viewer, firm: string): Promise<Record<string, boolean>> {
  const outcome: Record<string, boolean> = {};
  for (const [subgraph, mutation, input] of deeds(firm)) {
    const query = mutationText(mutation, 'problems { code message }');
    const { errors } = await platform.execute({ query, variables: { input } }, viewer);
    const codes = (errors ?? []).map(({ extensions }) => extensions?.['code']);
    expect(codes.filter((code) => code !== 'FORBIDDEN')).toEqual([]);
    outcome[subgraph] = codes.length === 0;
  }
  return outcome;
}

const everywhere = (may: boolean) => ({
  companies: may,
  techmaps: may,
  marketplace: may,
  events: may,
  consortia: may,
});

it('ends in every subgraph for a member who is taken out, whatever their token says', async () => {
  const { firm, viewer } = await firmWith('taken-out@example.org', 'EDITOR');
  expect(await mayDo(viewer, firm)).toEqual(everywhere(true));
  const [member] = await places(firm);
  const { id, revision } = member as Place;
  expect(await ask(secretariat, remove, { input: { id, revision } })).toEqual({ problems: [] });
  await platform.caughtUp();
  expect(await mayDo(viewer, firm)).toEqual(everywhere(false));
});

it('shrinks in every subgraph for a member who is given a lower role, and is back with a new token', async () => {
  const { firm, viewer } = await firmWith('lowered@example.org', 'EDITOR');
  const [member] = await places(firm);
  const { id, revision } = member as Place;
  await ask(secretariat, change, { input: { id, revision, role: 'VIEWER' } });
  await platform.caughtUp();
  expect(await mayDo(viewer, firm)).toEqual(everywhere(false));
  await ask(secretariat, change, { input: { id, revision: revision + 1, role: 'EDITOR' } });
  await platform.caughtUp();
  expect(await mayDo({ ...viewer, issuedAt: Date.now() }, firm)).toEqual(everywhere(true));
});

it('is told of a person alone, with what is left to them', async () => {
  const { firm, viewer } = await firmWith('alone@example.org', 'OWNER');
  const connection = await connect(platform.mongoUri, 'oca_events');
  const told = () =>
    accessOf(connection)
      .findById(viewer.userId ?? '')
      .lean();
  expect(await told()).toMatchObject({ since: new Date(0), companies: [{ companyId: firm }] });
  const [member] = await places(firm);
  const { id, revision } = member as Place;
  const other = { name: 'Jun', email: 'jun@example.org', password: 'correct horse battery' };
  await ask(operator, provision, {
    input: { ...other, memberships: [{ companyId: firm, role: 'OWNER' }] },
  });
  await ask(secretariat, change, { input: { id, revision, role: 'VIEWER' } });
  await platform.caughtUp();
  expect((await told())?.companies).toEqual([{ companyId: firm, role: 'VIEWER' }]);
  await connection.close();
});

/** What only the secretariat sees or does, in each subgraph. */
const office: [string, string][] = [
  ['companies', '{ misconductCases { edges { node { id } } } }'],
  ['techmaps', '{ capabilityTable(format: CSV) { text } }'],
  ['consortia', '{ projectPipeline { __typename } }'],
  ['events', 'mutation { importEvents(input: { source: "t", rows: [] }) { created } }'],
  ['marketplace', '{ auditsDue { totalCount } }'],
];

async function mayAsk(viewer: Viewer): Promise<Record<string, boolean>> {
  const outcome: Record<string, boolean> = {};
  for (const [subgraph, query] of office) {
    const { errors } = await platform.execute({ query }, viewer);
    const codes = (errors ?? []).map(({ extensions }) => extensions?.['code']);
    expect([subgraph, codes.filter((code) => code !== 'FORBIDDEN')]).toEqual([subgraph, []]);
    outcome[subgraph] = codes.length === 0;
  }
  return outcome;
}

it('ends in every subgraph for whoever has lost a role, and is back with a new token', async () => {
  const account = { name: 'Sena', email: 'sena@example.org', password: 'correct horse battery' };
  const bring = (roles: string[]) =>
    ask<{ user: { id: string } }>(operator, provision, { input: { ...account, roles } });
  const { user: made } = await bring(['SECRETARIAT', 'REVIEWER']);
  const viewer = { ...user(made.id, { roles: ['SECRETARIAT'] }), issuedAt: Date.now() };
  expect(await mayAsk(viewer)).toEqual(everywhere(true));
  await bring(['REVIEWER']);
  await platform.caughtUp();
  expect(await mayAsk(viewer)).toEqual(everywhere(false));
  await bring(['REVIEWER', 'SECRETARIAT']);
  await platform.caughtUp();
  expect(await mayAsk({ ...viewer, issuedAt: Date.now() })).toEqual(everywhere(true));
});

/** Something of each subgraph that a person asks for themselves. */
const own: [string, string][] = [
  ['companies', '{ me { id } }'],
  ['techmaps', '{ technologies(first: 1) { totalCount } }'],
  ['consortia', '{ calls(first: 1) { totalCount } }'],
  ['events', '{ events(first: 1) { totalCount } }'],
  ['marketplace', '{ services(first: 1) { totalCount } }'],
];

async function isHeard(viewer: Viewer): Promise<Record<string, boolean>> {
  const outcome: Record<string, boolean> = {};
  for (const [subgraph, query] of own) {
    const { data, errors = [] } = await platform.execute({ query }, viewer);
    const codes = errors.map(({ extensions }) => extensions?.['code']);
    expect([subgraph, codes.filter((code) => code !== 'UNAUTHENTICATED')]).toEqual([subgraph, []]);
    outcome[subgraph] = Object.values(data ?? {}).every((value) => value !== null);
  }
  return outcome;
}

const password = 'correct horse battery';
const signIn = `mutation ($input: SignInInput!) { signIn(input: $input) { accessToken refreshToken user { id } problems { code } } }`;
const signOut = `mutation ($input: SignOutInput!) { signOut(input: $input) { ended problems { code } } }`;
const changePassword = `mutation ($input: ChangePasswordInput!) { changePassword(input: $input) { accessToken problems { code } } }`;
const refresh = `mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) { accessToken refreshToken problems { code } } }`;
const erase = `mutation ($input: EraseAccountInput!) { eraseAccount(input: $input) { user { id } problems { code } } }`;

interface Entered {
  accessToken: string;
  refreshToken: string;
  user: { id: string };
}

/** When a token was issued, in milliseconds since the epoch, as the gateway reads it. */
function issuedAt(token: string): number {
  const [, claims = ''] = token.split('.');
  const { iat } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { iat: number };
  return Math.floor(iat * 1000);
}

async function signedIn(email: string): Promise<{ entered: Entered; viewer: Viewer }> {
  await ask(operator, provision, { input: { name: 'Hana', email, password } });
  const entered = await ask<Entered>(visitor('test'), signIn, { input: { email, password } });
  return { entered, viewer: asViewer(entered.user.id, entered.accessToken) };
}

const asViewer = (id: string, token: string) => ({ ...user(id), issuedAt: issuedAt(token) });

/** What ends every session of a person; gives the token that they have then, if they have one. */
const ends: [string, (entered: Entered, viewer: Viewer) => Promise<string | null>][] = [
  [
    'signing out everywhere',
    async ({ refreshToken }) => {
      await ask(visitor('test'), signOut, { input: { refreshToken, everywhere: true } });
      return null;
    },
  ],
  [
    'another password',
    async (_, viewer) => {
      const input = { currentPassword: password, newPassword: 'another horse battery' };
      return (await ask<Entered>(viewer, changePassword, { input })).accessToken;
    },
  ],
  [
    'a refresh token that was used twice',
    async ({ refreshToken }) => {
      await ask(visitor('test'), refresh, { input: { refreshToken } });
      await ask(visitor('test'), refresh, { input: { refreshToken } });
      return null;
    },
  ],
  [
    'erasure',
    async (_, viewer) => {
      await ask(viewer, erase, { input: { currentPassword: password } });
      return null;
    },
  ],
];

it.each(ends)(
  'ends in every subgraph with %s, for whoever still holds a token',
  async (what, end) => {
    const { entered, viewer } = await signedIn(`${what.replaceAll(' ', '-')}@example.org`);
    expect(await isHeard(viewer)).toEqual(everywhere(true));
    const next = await end(entered, viewer);
    const { errors } = await platform.execute({ query: '{ me { id } }' }, viewer);
    expect(errors).toMatchObject([{ path: ['me'], extensions: { code: 'UNAUTHENTICATED' } }]);
    await platform.caughtUp();
    expect(await isHeard(viewer)).toEqual(everywhere(false));
    // A new password comes with a token, which is newer; all the others are visitors now.
    const now = next === null ? visitor('test') : asViewer(entered.user.id, next);
    expect(await isHeard(now)).toEqual({ ...everywhere(true), companies: next !== null });
  },
);

it('begins again with the next sign-in', async () => {
  const email = 'again@example.org';
  const { entered } = await signedIn(email);
  const { refreshToken } = entered;
  await ask(visitor('test'), signOut, { input: { refreshToken, everywhere: true } });
  const next = await ask<Entered>(visitor('test'), signIn, { input: { email, password } });
  await platform.caughtUp();
  expect(await isHeard(asViewer(next.user.id, next.accessToken))).toEqual(everywhere(true));
});
