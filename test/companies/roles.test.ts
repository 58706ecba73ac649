/** Who may call which root field of the companies subgraph: every field has a row. */
import { buildASTSchema, parse } from 'graphql';

import { auditOf, verifyAudit } from '#kit/audit.ts';
import { connect } from '#kit/mongo.ts';
import type { Viewer } from '#kit/viewer.ts';
import { subgraphSdl } from '#schema/sdl.ts';
import { startCompanies, type CompaniesWorld } from './companies.ts';
import { someone } from '../service.ts';
import { mutationText } from '../mutation.ts';

const everybody = [
  'VISITOR',
  'USER',
  'VIEWER',
  'EDITOR',
  'OWNER',
  'SECRETARIAT',
  'OPERATOR',
] as const;
type Who = (typeof everybody)[number];

/** What a row's input may name. */
interface Setting {
  companyId: string;
  revision: number;
  /** The company's owner's membership, an editor's, an open invitation. */
  members: Record<'owner' | 'editor' | 'invited', string>;
  certificationId: string;
  /** Another approved company. */
  otherId: string;
}

interface Row {
  /** Who may; the others are refused. */
  may: readonly Who[];
  input?: (setting: Setting) => object;
  /** Whether the field has no fields of its own. */
  leaf?: true;
  /** Instead of an input. */
  args?: (setting: Setting) => object;
}

const signedIn = everybody.filter((who) => who !== 'VISITOR');
const company = ({ companyId: id, revision }: Setting) => ({ id, revision });
const draft = { name: { en: 'New' }, kinds: ['SI'], region: 'FR', size: 'SME' };
const certificate = { scheme: 'SOC_2', validFrom: '2020-01-01' };
const ratings = { quality: 1, punctuality: 1, communication: 1, fairness: 1 };
const rows: Record<string, Row> = {
  'Query.me': { may: everybody },
  'Query.company': { may: everybody, args: ({ companyId: id }) => ({ id }) },
  'Query.companies': { may: everybody },
  'Query.externalProvider': { may: everybody },
  'Query.sectors': { may: everybody },
  'Query.tokenKeys': { may: everybody },
  'Query.mailbox': { may: ['OPERATOR'], args: () => ({ to: 'ada@example.org' }) },
  'Mutation.verifyEmail': { may: everybody, input: () => ({ token: 'none' }) },
  'Mutation.requestEmailVerification': {
    may: everybody,
    input: () => ({ email: 'nobody@example.org' }),
  },
  'Mutation.requestPasswordReset': {
    may: everybody,
    input: () => ({ email: 'nobody@example.org' }),
  },
  'Mutation.resetPassword': {
    may: everybody,
    input: () => ({ token: 'none', newPassword: 'a long password' }),
  },
  'Mutation.changePassword': {
    may: signedIn,
    input: () => ({ currentPassword: 'x', newPassword: 'a long password' }),
  },
  'Mutation.startSecondFactor': { may: signedIn, input: () => ({ currentPassword: 'x' }) },
  'Mutation.confirmSecondFactor': { may: signedIn, input: () => ({ code: '000000' }) },
  'Mutation.removeSecondFactor': {
    may: signedIn,
    input: () => ({ currentPassword: 'x', code: '000000' }),
  },
  'Query.companyGrowth': { may: everybody, args: () => ({ from: '2026-01', to: '2026-12' }) },
  'Query.cloudRevenueYears': { may: ['SECRETARIAT'] },
  'Query.likelyDoubles': { may: ['SECRETARIAT'] },
  'Query.certificationYears': { may: ['SECRETARIAT'] },
  'Mutation.mergeCompanies': {
    may: ['SECRETARIAT'],
    input: ({ companyId, revision }) => ({
      id: companyId,
      revision,
      intoId: 'none',
      intoRevision: 1,
    }),
  },
  'Mutation.keepApart': {
    may: ['SECRETARIAT'],
    input: () => ({ id: 'NAME none', revision: 1, reason: 'R' }),
  },
  'Mutation.compareAgain': {
    may: ['SECRETARIAT'],
    input: () => ({ id: 'NAME none', revision: 1 }),
  },
  'Mutation.reportRevenue': {
    may: ['EDITOR', 'OWNER', 'SECRETARIAT'],
    input: ({ companyId, revision }) => ({ companyId, revision, year: 2025, amount: 1 }),
  },
  'Query.ownData': { may: signedIn, leaf: true },
  'Mutation.eraseAccount': { may: signedIn, input: () => ({ currentPassword: 'x' }) },
  'Mutation.signUp': {
    may: everybody,
    input: () => ({ name: 'N', email: 'n@example.org', password: 'a long password' }),
  },
  'Mutation.signIn': {
    may: everybody,
    input: () => ({ email: 'nobody@example.org', password: 'a long password' }),
  },
  'Mutation.startExternalSignIn': { may: everybody, input: () => ({}) },
  'Mutation.finishExternalSignIn': {
    may: everybody,
    input: () => ({ callbackUrl: 'https://example.org/back?state=none', ticket: 'none' }),
  },
  'Mutation.confirmExternally': {
    may: signedIn,
    input: () => ({ callbackUrl: 'https://example.org/back?state=none', ticket: 'none' }),
  },
  'Mutation.refreshSession': { may: everybody, input: () => ({ refreshToken: 'a.b.c' }) },
  'Mutation.signOut': { may: everybody, input: () => ({ refreshToken: 'a.b.c' }) },
  'Mutation.registerCompany': { may: signedIn, input: () => draft },
  'Mutation.updateCompany': {
    may: ['EDITOR', 'OWNER', 'SECRETARIAT'],
    input: (setting) => ({ ...company(setting), capacity: 5 }),
  },
  'Mutation.setCompanyLogo': {
    may: ['EDITOR', 'OWNER', 'SECRETARIAT'],
    input: (setting) => ({ ...company(setting), content: null }),
  },
  'Mutation.reviewCompany': {
    may: ['SECRETARIAT'],
    input: (setting) => ({ ...company(setting), decision: 'SUSPEND', reason: 'A reason.' }),
  },
  'Mutation.restrictCompany': {
    may: ['SECRETARIAT'],
    input: (setting) => ({
      ...company(setting),
      until: '2999-01-01T00:00:00Z',
      reason: 'A reason.',
    }),
  },
  'Mutation.importCompanies': {
    may: ['SECRETARIAT', 'OPERATOR'],
    input: () => ({ source: 'roles', rows: [] }),
  },
  'Mutation.inviteMember': {
    may: ['OWNER', 'SECRETARIAT'],
    input: ({ companyId }) => ({ companyId, email: 'new@example.org', role: 'VIEWER' }),
  },
  'Mutation.acceptMembership': {
    may: signedIn,
    input: ({ members }) => ({ id: members.invited, revision: 1 }),
  },
  'Mutation.changeMember': {
    may: ['OWNER', 'SECRETARIAT'],
    input: ({ members }) => ({ id: members.editor, revision: 1, role: 'VIEWER' }),
  },
  'Mutation.transferOwnership': {
    may: ['OWNER'],
    input: ({ members }) => ({ id: members.editor, revision: 1 }),
  },
  'Mutation.removeMember': {
    // The editor is the member.
    may: ['EDITOR', 'OWNER', 'SECRETARIAT'],
    input: ({ members }) => ({ id: members.editor, revision: 1 }),
  },
  'Mutation.addCertification': {
    may: ['EDITOR', 'OWNER', 'SECRETARIAT'],
    input: ({ companyId, revision }) => ({ companyId, revision, certificate }),
  },
  'Mutation.confirmCertification': {
    may: ['SECRETARIAT'],
    input: ({ companyId, revision, certificationId }) => ({ companyId, revision, certificationId }),
  },
  'Mutation.withdrawCertification': {
    may: ['EDITOR', 'OWNER', 'SECRETARIAT'],
    input: ({ companyId, revision, certificationId }) => ({ companyId, revision, certificationId }),
  },
  'Mutation.saveSearch': { may: signedIn, input: () => ({ name: 'Mine', filter: {} }) },
  'Mutation.forgetSearch': { may: signedIn, input: () => ({ id: 'none', revision: 1 }) },
  'Query.consultation': { may: signedIn, args: () => ({ id: 'none' }) },
  'Query.consultations': {
    may: ['VIEWER', 'EDITOR', 'OWNER'],
    args: ({ companyId }) => ({ companyId }),
  },
  'Mutation.openConsultation': {
    may: ['EDITOR', 'OWNER'],
    input: ({ companyId, otherId: firmId }) => ({ companyId, firmId, subject: 'S', text: 'T' }),
  },
  // Who belongs to neither firm is told that there is none.
  'Mutation.writeToConsultation': {
    may: signedIn,
    input: ({ companyId }) => ({ id: 'none', companyId, text: 'T' }),
  },
  'Mutation.closeConsultation': {
    may: signedIn,
    input: ({ companyId }) => ({ id: 'none', companyId, revision: 1 }),
  },
  'Mutation.readConsultation': { may: signedIn, input: () => ({ id: 'none', upTo: 1 }) },
  'Query.misconductCase': { may: signedIn, args: () => ({ id: 'none' }) },
  'Query.misconductCases': { may: ['SECRETARIAT'] },
  'Query.ownReports': { may: signedIn },
  'Query.casesAgainst': { may: ['OWNER'], args: ({ companyId }) => ({ companyId }) },
  'Query.anonymousCase': { may: everybody, args: () => ({ code: 'none' }) },
  'Query.trustTerms': { may: everybody },
  'Mutation.reportMisconduct': {
    may: signedIn,
    input: ({ companyId }) => ({ companyId, kind: 'OTHER', title: 'T', text: 'T' }),
  },
  'Mutation.reportAnonymously': {
    may: everybody,
    input: ({ companyId }) => ({ companyId, kind: 'OTHER', title: 'T', text: 'T' }),
  },
  'Mutation.writeAnonymously': { may: everybody, input: () => ({ code: 'none', text: 'T' }) },
  // Whom a case does not concern is told that there is none.
  'Mutation.writeToCase': {
    may: signedIn,
    input: () => ({ id: 'none', thread: 'REPORTER', text: 'T' }),
  },
  'Mutation.answerCharge': { may: signedIn, input: () => ({ id: 'none', revision: 1 }) },
  'Mutation.appealCase': { may: signedIn, input: () => ({ id: 'none', revision: 1, reason: 'R' }) },
  'Mutation.advanceCase': {
    may: ['SECRETARIAT'],
    input: () => ({ id: 'none', revision: 1, step: 'ASSESS' }),
  },
  'Mutation.callHearing': {
    may: ['SECRETARIAT'],
    input: () => ({ id: 'none', revision: 1, charge: 'C', place: 'P', at: '2999-01-01T00:00:00Z' }),
  },
  'Mutation.decideCase': {
    may: ['SECRETARIAT'],
    input: () => ({ id: 'none', revision: 1, kinds: ['NO_VIOLATION'], reason: { en: 'R' } }),
  },
  'Mutation.decideCaseAppeal': {
    may: ['SECRETARIAT'],
    input: () => ({ id: 'none', revision: 1, outcome: 'UPHELD', reason: { en: 'R' } }),
  },
  'Mutation.recordRecovery': {
    may: ['SECRETARIAT'],
    input: () => ({ id: 'none', revision: 1, amount: 1 }),
  },
  'Mutation.changeTrustTerms': {
    may: ['SECRETARIAT'],
    input: () => ({ revision: 0, appealDays: 30 }),
  },
  'Query.writtenReviews': {
    may: ['VIEWER', 'EDITOR', 'OWNER'],
    args: ({ companyId }) => ({ companyId }),
  },
  'Mutation.writePartnerReview': {
    may: ['EDITOR', 'OWNER'],
    input: ({ companyId, otherId: aboutId }) => ({
      projectId: 'none',
      companyId,
      aboutId,
      ratings,
    }),
  },
  // Whoever names none is told that there is none.
  'Mutation.changePartnerReview': {
    may: signedIn,
    input: () => ({ id: 'none', revision: 1, ratings }),
  },
  'Mutation.answerPartnerReview': {
    may: signedIn,
    input: () => ({ id: 'none', revision: 1, text: { en: 'A' } }),
  },
  'Mutation.addSector': {
    may: ['SECRETARIAT'],
    input: () => ({ code: 'space', name: { ko: '우주', en: 'Space' } }),
  },
  'Mutation.renameSector': {
    may: ['SECRETARIAT'],
    input: () => ({ code: 'public', revision: 1, name: { ko: '공공', en: 'Public' } }),
  },
  'Mutation.provisionUser': {
    may: ['OPERATOR'],
    input: () => ({ name: 'P', email: 'p@example.org', password: 'a long password' }),
  },
};

const schema = buildASTSchema(parse(await subgraphSdl('companies')), { assumeValidSDL: true });
const rootFields = [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
  Object.keys(type?.getFields() ?? {}).map((field) => `${type?.name}.${field}`),
);

let world: CompaniesWorld;
let guest: Viewer;
let operator: Viewer;
beforeAll(async () => {
  world = await startCompanies();
  guest = await world.person('guest');
  operator = await world.person('an.operator', { roles: ['OPERATOR'] });
});
afterAll(() => world.stop());

it('covers every root field', () => {
  expect(Object.keys(rows).toSorted()).toEqual(rootFields.toSorted());
});

describe.each(Object.entries(rows))('%s', (name, row) => {
  let stage: { setting: Setting; viewers: Record<Who, Viewer> };
  beforeAll(async () => {
    stage = await set();
  });
  // Who may not comes first, before anything is changed by who may.
  const order = everybody.toSorted(
    (a, b) => Number(row.may.includes(a)) - Number(row.may.includes(b)),
  );

  it.each(order)('is for the right people: %s', async (who) => {
    const { setting, viewers } = stage;
    const { source, variables } = operation(name, row, setting);
    const may = row.may.includes(who);
    const refused = who === 'VISITOR' ? 'UNAUTHENTICATED' : 'FORBIDDEN';
    expect(await world.codes(viewers[who], source, variables)).toEqual(may ? [] : [refused]);
  });
});

/** Tried with wrong tokens and passwords, or where there is nothing to do: nothing is done. */
const refused = `
  signIn startExternalSignIn finishExternalSignIn refreshSession signOut verifyEmail
  confirmExternally resetPassword changePassword forgetSearch writeToConsultation
  closeConsultation readConsultation writeAnonymously writeToCase advanceCase callHearing
  answerCharge decideCase appealCase decideCaseAppeal recordRecovery writePartnerReview
  changePartnerReview answerPartnerReview eraseAccount mergeCompanies keepApart compareAgain startSecondFactor
  confirmSecondFactor removeSecondFactor
`
  .trim()
  .split(/\s+/);

it('records every deed of every mutation, in a chain that is whole', async () => {
  const connection = await connect(world.uri, 'oca_companies');
  const recorded = await auditOf(connection).distinct('mutation');
  const { faults } = await verifyAudit(connection);
  await connection.close();
  const names = rootFields.flatMap((field) => /^Mutation\.(.+)/.exec(field)?.[1] ?? []);
  expect([...recorded, ...refused].toSorted()).toEqual(expect.arrayContaining(names));
  expect(faults).toEqual([]);
});

/** A company with members of each role, an open invitation and a certificate not yet confirmed. */
async function set(): Promise<{ setting: Setting; viewers: Record<Who, Viewer> }> {
  const { id: companyId, revision: before, owner } = await world.firm();
  const editor = await world.person(`e.${companyId}`, { companies: { [companyId]: 'EDITOR' } });
  const viewer = await world.person(`v.${companyId}`, { companies: { [companyId]: 'VIEWER' } });
  const input = {
    companyId,
    revision: before,
    certificate: { ...certificate, scheme: 'ISO_27001' },
  };
  const add = `mutation ($input: AddCertificationInput!) { addCertification(input: $input) { company { revision } certification { id } problems { code } } }`;
  const { company: after, certification } = await world.ask(owner, add, { input });
  const invite = `mutation ($input: InviteMemberInput!) { inviteMember(input: $input) { member { id } problems { code } } }`;
  const invitation = { companyId, email: 'guest@example.org', role: 'VIEWER' };
  await world.ask(owner, invite, { input: invitation });
  const { members } = await world.ask(
    owner,
    `query ($id: ID!) { company(id: $id) { members { id role state } } }`,
    { id: companyId },
  );
  const idOf = (role: string, state: string) =>
    members.find(
      (each: { role: string; state: string }) => each.role === role && each.state === state,
    ).id as string;
  return {
    setting: {
      companyId,
      revision: after.revision,
      certificationId: certification.id,
      otherId: (await world.firm()).id,
      members: {
        owner: idOf('OWNER', 'ACTIVE'),
        editor: idOf('EDITOR', 'ACTIVE'),
        invited: idOf('VIEWER', 'INVITED'),
      },
    },
    viewers: {
      VISITOR: someone,
      USER: guest,
      VIEWER: viewer,
      EDITOR: editor,
      OWNER: owner,
      SECRETARIAT: world.secretariat,
      OPERATOR: operator,
    },
  };
}

/** The operation that calls a root field, with everything it needs. */
function operation(name: string, row: Row, setting: Setting) {
  const [type, field = ''] = name.split('.');
  if (type === 'Mutation') {
    return {
      source: mutationText(field, 'problems { code }'),
      variables: { input: row.input?.(setting) },
    };
  }
  const args = Object.entries(row.args?.(setting) ?? {}).map(
    ([key, value]) => `${key}: ${JSON.stringify(value)}`,
  );
  return {
    source: `{ ${field}${args.length > 0 ? `(${args.join(', ')})` : ''} ${row.leaf ? '' : '{ __typename }'} }`,
    variables: {},
  };
}
