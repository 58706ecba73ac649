/** Misconduct through the gateway: reported without a name, heard, decided, appealed; told to whoever follows the firm. */
import { pino } from 'pino';

import type { Viewer } from '#kit/viewer.ts';
import { openPlatform, type Platform } from '../../infra/platform.ts';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answerOf } from '../platform.ts';
import { someone, user } from '../service.ts';
import { inputTypeOf } from '../mutation.ts';

interface Answer {
  // oxlint-disable-next-line typescript/no-explicit-any -- tests read what they asked for.
  [field: string]: any;
}

let platform: Platform;
let folder: string;
let lines: string[];
let firm: { id: string; owner: Viewer };
const operator = user('operator', { roles: ['OPERATOR'] });
const secretary = user('secretary', { roles: ['SECRETARIAT'] });
const judge = user('judge', { roles: ['SECRETARIAT'] });

const ask = (viewer: Viewer, query: string, variables: object = {}) =>
  answerOf<Answer>(platform, viewer, query, variables);

async function change(viewer: Viewer, name: string, selection: string, input: object) {
  const query = `mutation Named ($input: ${inputTypeOf(name)}!) { ${name}(input: $input) { ${selection} problems { code rule path } } }`;
  const answer = await ask(viewer, query, { input });
  if (answer['problems'].length > 0) throw new Error(JSON.stringify(answer['problems']));
  return answer;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oca-'));
  lines = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => lines.push(line) });
  platform = await openPlatform({ environment: { PORT: '0', DATA_DIR: folder }, log });
  const account = { name: 'Owner', email: 'owner@example.org', password: 'correct horse battery' };
  const owner = (await change(operator, 'provisionUser', 'user { id }', account))['user'].id;
  const draft = { name: { en: 'Accused' }, kinds: ['IAAS'], region: 'FR', size: 'SME' };
  const registered = await change(user(owner), 'registerCompany', 'company { id revision }', draft);
  const { id, revision } = registered['company'];
  await change(secretary, 'reviewCompany', 'company { id }', { id, revision, decision: 'APPROVE' });
  firm = { id, owner: user(owner, { companies: { [id]: 'OWNER' } }) };
});
afterAll(async () => {
  await platform.stop();
  await rm(folder, { recursive: true, force: true });
});

const step = (viewer: Viewer, name: string, of: Answer, rest: object) =>
  change(viewer, name, 'case { id revision state }', {
    id: of['id'],
    revision: of['revision'],
    ...rest,
  }).then((answer) => answer['case'] as Answer);

it('goes from a report that nobody can trace to a sanction that an appeal lifts', async () => {
  const whistle = user('the-whistle-blower', { companies: { [firm.id]: 'EDITOR' } });
  const report = { companyId: firm.id, kind: 'COLLUSION', title: 'Prices', text: 'They agreed.' };
  const selection = 'receiptCode case { id revision }';
  const made = await change(whistle, 'reportAnonymously', selection, report);
  const code = made['receiptCode'] as string;
  await change(whistle, 'writeAnonymously', 'message { number }', { code, text: 'In March.' });
  const follow = `query ($code: String!) { anonymousCase(code: $code) { state messages(thread: REPORTER) { totalCount } } }`;
  expect(await ask(whistle, follow, { code })).toMatchObject({
    state: 'RECEIVED',
    messages: { totalCount: 2 },
  });
  const told = lines.join('');
  expect(told.match(/"msg":"request"/gu)?.length).toBeGreaterThan(3);
  expect(told).not.toContain('the-whistle-blower');
  expect(told).not.toContain(code);
  expect(told).not.toContain('They agreed.');

  const assessed = await step(secretary, 'advanceCase', made['case'], { step: 'ASSESS' });
  const found = await step(secretary, 'advanceCase', assessed, { step: 'INVESTIGATE' });
  const at = new Date(Date.now() + 30 * 86_400_000).toISOString();
  const call = { charge: 'You agreed on prices.', place: 'Seoul', at };
  const called = await step(secretary, 'callHearing', found, call);
  const answered = await step(firm.owner, 'answerCharge', called, { statement: 'We did not.' });
  const until = new Date(Date.now() + 86_400_000).toISOString();
  const decided = await step(secretary, 'decideCase', answered, {
    kinds: ['RESTRICTION'],
    reason: { ko: '담합', en: 'Collusion' },
    restriction: { until },
  });
  expect(decided['state']).toBe('DECIDED');
  const firmNow = `query ($id: ID!) { company(id: $id) { restrictedUntil sanctions { kind state until } } }`;
  expect(await ask(someone, firmNow, { id: firm.id })).toEqual({
    restrictedUntil: until,
    sanctions: [{ kind: 'RESTRICTION', state: 'IN_FORCE', until }],
  });
  const appealed = await step(firm.owner, 'appealCase', decided, { reason: 'We did not.' });
  await step(judge, 'decideCaseAppeal', appealed, {
    outcome: 'OVERTURNED',
    reason: { en: 'No proof.' },
  });
  expect(await ask(someone, firmNow, { id: firm.id })).toEqual({
    restrictedUntil: null,
    sanctions: [],
  });
  expect((await ask(someone, follow, { code }))['state']).toBe('OVERTURNED');
});
