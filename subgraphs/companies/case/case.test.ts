import type { Viewer } from '#kit/viewer.ts';
import type { CompaniesWorld, Firm } from '../../../test/companies/companies.ts';
import { someone, user } from '../../../test/service.ts';
import {
  draftReport,
  inTwentyDays,
  oneCase,
  startTrust,
  type Trust,
} from '../../../test/companies/trust.ts';
import { readCompaniesConfig } from '../config.ts';
import { createContext, type Context } from '../context.ts';
import { dueQuery } from '../sanction/sanction.ts';
import { caseOrder } from './reading.ts';
import { unappealed } from './round.ts';

let trust: Trust;
let world: CompaniesWorld;
let context: Context;
let firm: Firm;
beforeAll(async () => {
  trust = await startTrust({ REPORTS_A_DAY: '4' });
  ({ world } = trust);
  context = createContext(world.connection, readCompaniesConfig({}), someone);
});
beforeEach(async () => {
  firm = await world.firm();
  await context.tallies.deleteMany({});
});
afterAll(() => world.stop());

describe('a case', () => {
  it('goes from the report to a decision, and shows each what is theirs', async () => {
    const { id, state, stands } = await trust.report(firm);
    expect([state, stands]).toEqual(['RECEIVED', ['REPORTER']]);
    const see = (viewer: Viewer) => world.ask(viewer, oneCase, { id });
    expect(await see(firm.owner)).toBeNull();
    expect(await see(await world.person(`p.${id}`))).toBeNull();
    expect(await see(world.secretariat)).toMatchObject({ reporter: { id: trust.reporter.userId } });
    const assessed = (await trust.advance({ id, revision: 1 }, 'ASSESS')).case;
    const investigated = (await trust.advance(assessed, 'INVESTIGATE')).case;
    const early = await trust.decide(investigated, { kinds: ['WARNING'] });
    expect(early.problems).toMatchObject([{ code: 'WRONG_STATE', path: ['id'], rule: 'STATE' }]);
    const call = { id, revision: investigated.revision, charge: 'False.', place: 'Seoul' };
    const now = new Date().toISOString();
    const hasty = await trust.mutate(world.secretariat, 'callHearing', { ...call, at: now });
    expect(hasty.problems).toMatchObject([{ path: ['at'], rule: 'HEARING_NOTICE' }]);
    const called = (
      await trust.mutate(world.secretariat, 'callHearing', { ...call, at: inTwentyDays() })
    )['case'];
    expect(await see(firm.owner)).toMatchObject({
      stands: ['ACCUSED'],
      title: null,
      anonymous: null,
      charge: 'False.',
      reporter: null,
    });
    const unheard = await trust.decide(called, { kinds: ['WARNING'] });
    expect(unheard.problems).toMatchObject([{ code: 'WRONG_STATE', rule: 'RIGHT_TO_BE_HEARD' }]);
    const answer = { id, revision: called.revision, statement: 'It is ours.' };
    const { case: answered } = await trust.mutate(firm.owner, 'answerCharge', answer);
    expect(await see(trust.reporter)).toMatchObject({
      charge: null,
      hearing: null,
      title: 'A certificate',
    });
    const decided = await trust.decide(answered, { kinds: ['WARNING'] });
    expect(decided.case).toMatchObject({ state: 'DECIDED', decision: { kinds: ['WARNING'] } });
    expect(await see(trust.reporter)).toMatchObject({
      decision: { kinds: ['WARNING'], reason: null },
    });
    expect(await see(firm.owner)).toMatchObject({ decision: { reason: { en: 'Because.' } } });
    expect(decided.case.history.map((each: { state: string }) => each.state)).toEqual([
      'RECEIVED',
      'ASSESSED',
      'INVESTIGATING',
      'HEARING',
      'DECIDED',
    ]);
  });

  it('is dismissed with a reason, and takes no steps out of order or at an old revision', async () => {
    const received = await trust.report(firm);
    expect((await trust.advance(received, 'INVESTIGATE')).problems).toMatchObject([
      { code: 'WRONG_STATE', path: ['id'] },
    ]);
    const assessed = (await trust.advance(received, 'ASSESS')).case;
    expect((await trust.advance(received, 'ASSESS')).problems).toMatchObject([{ code: 'STALE' }]);
    expect((await trust.advance(assessed, 'DISMISS')).problems).toMatchObject([{ path: ['note'] }]);
    const { case: closed } = await trust.advance(assessed, 'DISMISS', { note: 'Nothing to it.' });
    expect(closed.state).toBe('CLOSED');
    const late = { id: received.id, thread: 'REPORTER', text: 'But…' };
    expect((await trust.mutate(trust.reporter, 'writeToCase', late)).problems).toMatchObject([
      { code: 'WRONG_STATE', path: ['id'] },
    ]);
  });

  it('is not for who is partial: a member of the firm, and who reported it', async () => {
    const insider = await world.person(`insider.${firm.id}`, {
      roles: ['SECRETARIAT'],
      companies: { [firm.id]: 'VIEWER' },
    });
    // A token from before the secretariat's person joined the firm says nothing of it.
    const old = user(insider.userId ?? '', { roles: ['SECRETARIAT'] });
    const { id, revision } = await trust.report(firm);
    const source = `mutation ($input: AdvanceCaseInput!) { advanceCase(input: $input) { problems { code } } }`;
    const input = { id, revision, step: 'ASSESS' };
    for (const viewer of [insider, old])
      expect(await world.codes(viewer, source, { input })).toEqual(['FORBIDDEN']);
    expect(await world.ask(insider, oneCase, { id })).toBeNull();
    const list = `{ misconductCases(first: 100) { edges { node { id } } } }`;
    expect(JSON.stringify(await world.ask(insider, list))).not.toContain(id);
    expect(JSON.stringify(await world.ask(world.secretariat, list))).toContain(id);
    const own = (await trust.mutate(trust.second, 'reportMisconduct', draftReport(firm))).case;
    const step = { id: own.id, revision: own.revision, step: 'ASSESS' };
    expect(await world.codes(trust.second, source, { input: step })).toEqual(['FORBIDDEN']);
  });
});

describe('threads', () => {
  const thread = `query ($id: ID!, $thread: CaseThread!) { misconductCase(id: $id) { messages(thread: $thread) { edges { node { side text files { content } } } } } }`;
  const content = Buffer.from('%PDF-1.7 evidence').toString('base64');

  it('belong to their people alone, evidence too', async () => {
    const { id } = await trust.heard(firm);
    const files = [{ fileName: 'evidence.pdf', content }];
    for (const [viewer, name] of [
      [trust.reporter, 'REPORTER'],
      [firm.owner, 'ACCUSED'],
      [world.secretariat, 'INTERNAL'],
    ] as const) {
      const given = { id, thread: name, text: `From ${name}`, files };
      expect((await trust.mutate(viewer, 'writeToCase', given)).problems).toEqual([]);
    }
    const others = { REPORTER: firm.owner, ACCUSED: trust.reporter, INTERNAL: trust.reporter };
    for (const [name, viewer] of Object.entries(others)) {
      const given = { id, thread: name, text: 'Not mine' };
      expect((await trust.mutate(viewer, 'writeToCase', given)).problems).toMatchObject([
        { code: 'NOT_FOUND', path: ['thread'] },
      ]);
      expect(await world.codes(viewer, thread, { id, thread: name })).toEqual(['BAD_USER_INPUT']);
    }
    const answer = { id, thread: 'ACCUSED', text: 'Tell us more.' };
    await trust.mutate(world.secretariat, 'writeToCase', answer);
    const { messages } = await world.ask(firm.owner, thread, { id, thread: 'ACCUSED' });
    expect(messages.edges.map(({ node }: { node: object }) => node)).toMatchObject([
      { side: 'SECRETARIAT', text: 'Tell us more.', files: [] },
      { side: 'ACCUSED', text: 'From ACCUSED', files: [{ content }] },
    ]);
  });
});

it.each([
  ['of a state', { state: 'RECEIVED' as const }, 'state_1_receivedAt_-1__id_-1'],
  ['of all', {}, 'receivedAt_-1__id_-1'],
  ['of a reporter', { reporterId: 'a' }, 'reporterId_1_receivedAt_-1__id_-1'],
  ['of a firm', { companyId: 'a' }, 'companyId_1_receivedAt_-1__id_-1'],
])('lists cases %s by an index', async (_, query, index) => {
  const order = Object.fromEntries(caseOrder);
  const plan = await context.cases.find(query).sort(order).hint(index).explain('queryPlanner');
  expect(JSON.stringify(plan)).toContain(`"indexName":"${index}"`);
  expect(JSON.stringify(plan)).not.toContain('"SORT"');
});

it('finds by index whom a code leads to, what is due, and what nobody appealed', async () => {
  const plans = [
    await context.cases.findOne({ receiptDigest: 'a' }).explain('queryPlanner'),
    await context.sanctions.find(dueQuery(new Date())).explain('queryPlanner'),
    await context.cases.find(unappealed(new Date())).explain('queryPlanner'),
    await context.caseMessages
      .find({ caseId: 'a', thread: 'ACCUSED' })
      .sort({ number: -1 })
      .explain('queryPlanner'),
    await context.sanctions.find({ companyId: { $in: ['a'] } }).explain('queryPlanner'),
  ];
  expect(plans.map((plan) => /"indexName":"([^"]+)"/u.exec(JSON.stringify(plan))?.[1])).toEqual([
    'receiptDigest_1',
    'nextAt_1',
    'state_1_decision.appealUntil_1',
    'caseId_1_thread_1_number_1',
    'companyId_1_from_-1__id_-1',
  ]);
});
