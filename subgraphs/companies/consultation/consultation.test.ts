import type { Connection } from 'mongoose';

import { transaction } from '#kit/mongo.ts';
import type { Viewer } from '#kit/viewer.ts';
import {
  startCompanies,
  type CompaniesWorld,
  type Firm,
} from '../../../test/companies/companies.ts';
import { modelsOf, type Models } from '../context.ts';
import { unbroken } from './feed.ts';
import { consultationIndex, consultationOrder, consultationQuery } from './reading.ts';
import { mutationText } from '../../../test/mutation.ts';

let world: CompaniesWorld;
let connection: Connection;
let models: Models;
let lead: Firm;
let firm: Firm;
beforeAll(async () => {
  world = await startCompanies({ CONSULTATIONS_A_DAY: '6', MESSAGES_A_DAY: '60' });
  ({ connection } = world);
  models = modelsOf(connection);
});
beforeEach(async () => {
  lead = await world.firm();
  firm = await world.firm();
});
afterAll(() => world.stop());

const fields = 'consultation { id revision state lastNumber unreadCount lead { id } firm { id } }';
function mutate(viewer: Viewer, name: string, input: object) {
  const source = mutationText(name, `${fields} problems { code path rule }`);
  return world.ask(viewer, source, { input });
}
const open = (draft: object = {}, viewer = lead.owner) =>
  mutate(viewer, 'openConsultation', {
    companyId: lead.id,
    firmId: firm.id,
    subject: '협업 제안',
    text: '안녕하세요',
    ...draft,
  });
const write = (viewer: Viewer, companyId: string, id: string, text = 'More', rest: object = {}) =>
  mutate(viewer, 'writeToConsultation', { id, companyId, text, ...rest });
const close = (viewer: Viewer, companyId: string, id: string, revision: number) =>
  mutate(viewer, 'closeConsultation', { id, companyId, revision });

const shown = `query ($id: ID!) { consultation(id: $id) { state unreadCount messages { totalCount edges { node { number kind text company { id } files { fileName mediaType size content } } } } } }`;

it('opens with a first message, and is seen by the members of both firms alone', async () => {
  const { consultation } = await open({ text: '안녕\n하세요'.normalize('NFD') });
  const { id } = consultation;
  expect(consultation).toMatchObject({
    state: 'OPEN',
    lead: { id: lead.id },
    firm: { id: firm.id },
  });
  const outsider = await world.firm();
  for (const viewer of [outsider.owner, world.secretariat, world.operator])
    expect(await world.ask(viewer, shown, { id })).toBeNull();
  const seen = await world.ask(firm.owner, shown, { id });
  expect(seen).toMatchObject({ unreadCount: 1, messages: { totalCount: 1 } });
  expect(seen['messages'].edges[0].node).toMatchObject({ number: 1, text: '안녕\n하세요' });
  const read = await mutate(firm.owner, 'readConsultation', { id, upTo: 1 });
  expect(read['consultation'].unreadCount).toBe(0);
  expect((await mutate(firm.owner, 'readConsultation', { id, upTo: 2 })).problems).toMatchObject([
    { code: 'INVALID', path: ['upTo'] },
  ]);
  expect(
    (await mutate(outsider.owner, 'readConsultation', { id, upTo: 1 })).problems,
  ).toMatchObject([{ code: 'NOT_FOUND', path: ['id'] }]);
});

it('counts for each person what others wrote and they have not read', async () => {
  const { id } = (await open())['consultation'];
  const colleague = await world.person(`c.${firm.id}`, { companies: { [firm.id]: 'VIEWER' } });
  await write(firm.owner, firm.id, id);
  const unread = async (viewer: Viewer) => (await world.ask(viewer, shown, { id }))['unreadCount'];
  expect(await unread(lead.owner)).toBe(1);
  expect(await unread(firm.owner)).toBe(1);
  expect(await unread(colleague)).toBe(2);
  await mutate(colleague, 'readConsultation', { id, upTo: 2 });
  await mutate(colleague, 'readConsultation', { id, upTo: 1 });
  expect(await unread(colleague)).toBe(0);
});

it('is closed by either side and open again by the next message', async () => {
  const { id, revision } = (await open())['consultation'];
  const viewer = await world.person(`v.${firm.id}`, { companies: { [firm.id]: 'VIEWER' } });
  const closing = `mutation ($input: CloseConsultationInput!) { closeConsultation(input: $input) { problems { code } } }`;
  const input = { id, revision, companyId: firm.id };
  expect(await world.codes(viewer, closing, { input })).toEqual(['FORBIDDEN']);
  const closed = await close(firm.owner, firm.id, id, revision);
  expect(closed['consultation']).toMatchObject({ state: 'CLOSED', lastNumber: 2 });
  const again = await close(lead.owner, lead.id, id, closed['consultation'].revision);
  expect(again.problems).toMatchObject([{ code: 'WRONG_STATE', path: ['id'] }]);
  const { consultation } = await write(lead.owner, lead.id, id);
  expect(consultation).toMatchObject({ state: 'OPEN', lastNumber: 3 });
});

it('is not closed over a message that the other has not seen: one of the two goes first', async () => {
  for (let round = 0; round < 4; round += 1) {
    const { id, revision } = (await open())['consultation'];
    const [closed, written] = await Promise.all([
      close(firm.owner, firm.id, id, revision),
      write(lead.owner, lead.id, id),
    ]);
    expect(written.problems).toEqual([]);
    const { state, messages } = await world.ask(lead.owner, shown, { id });
    const codes = closed.problems.map(({ code }) => code);
    // Either the message came first and nothing was closed, or it came second and opened again.
    expect([state, messages.totalCount, codes]).toEqual(
      codes.length > 0 ? ['OPEN', 2, ['STALE']] : ['OPEN', 3, []],
    );
  }
});

it('numbers what many write at once without gaps', async () => {
  const { id } = (await open())['consultation'];
  const writers = Array.from({ length: 10 }, (_, index) =>
    index % 2 === 0
      ? write(lead.owner, lead.id, id, `${index}`)
      : write(firm.owner, firm.id, id, `${index}`),
  );
  const written = await Promise.all(writers);
  expect(written.flatMap(({ problems }) => problems)).toEqual([]);
  const numbers = await models.consultationMessages
    .find({ consultationId: id })
    .sort({ number: 1 })
    .distinct('number');
  expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 11 }, (_, i) => i + 1));
});

it('takes a repeat of the same message once', async () => {
  const { id } = (await open())['consultation'];
  const key = { idempotencyKey: 'the-same-message' };
  const [one, two] = await Promise.all([
    write(lead.owner, lead.id, id, 'Once', key),
    write(lead.owner, lead.id, id, 'Once', key),
  ]);
  expect([one.problems, two.problems]).toEqual([[], []]);
  expect((await world.ask(lead.owner, shown, { id }))['messages'].totalCount).toBe(2);
});

it('bounds how many a firm opens a day, also when they come at once', async () => {
  const tries = await Promise.all(Array.from({ length: 9 }, () => open()));
  const refused = tries.filter(({ consultation }) => consultation === null);
  expect(refused).toHaveLength(3);
  expect(refused[0]?.problems).toMatchObject([
    { code: 'LIMIT_REACHED', path: ['companyId'], rule: 'CONSULTATIONS_A_DAY' },
  ]);
});

it('bounds how much a person writes a day', async () => {
  await models.tallies.deleteMany({});
  const { id } = (await open())['consultation'];
  const { userId } = lead.owner;
  await models.tallies.updateOne(
    { _id: { $regex: `^messages ${userId}` } },
    { $set: { count: 60 } },
  );
  expect((await write(lead.owner, lead.id, id)).problems).toMatchObject([
    { code: 'LIMIT_REACHED', path: ['text'], rule: 'MESSAGES_A_DAY' },
  ]);
  expect((await write(firm.owner, firm.id, id)).problems).toEqual([]);
});

describe('files', () => {
  const pdf = Buffer.from('%PDF-1.7 계획');
  const plan = { fileName: '계획.pdf'.normalize('NFD'), content: pdf.toString('base64') };

  it('are kept under their hash and read by both sides', async () => {
    const { id } = (await open({ files: [plan] }))['consultation'];
    const { messages } = await world.ask(firm.owner, shown, { id });
    expect(messages.edges[0].node.files).toEqual([
      {
        fileName: '계획.pdf',
        mediaType: 'application/pdf',
        size: pdf.length,
        content: plan.content,
      },
    ]);
  });

  it('are refused by kind, name, form and number, all at once', async () => {
    const exe = { fileName: 'a.pdf', content: Buffer.from('MZ').toString('base64') };
    const { problems } = await open({
      text: '',
      files: [exe, { fileName: 'a/b.pdf', content: '=' }],
    });
    expect(problems.map(({ path }) => path.join('.')).toSorted()).toEqual([
      'files.0.content',
      'files.1.content',
      'files.1.fileName',
      'text',
    ]);
    const many = await open({ files: Array.from({ length: 6 }, () => plan) });
    expect(many.problems).toMatchObject([
      { code: 'LIMIT_REACHED', path: ['files'], rule: 'FILES' },
    ]);
  });
});

describe('the standing of firms', () => {
  const review = `mutation ($input: ReviewCompanyInput!) { reviewCompany(input: $input) { company { revision } problems { code } } }`;
  const decide = (of: Firm, decision: string) =>
    world.ask(world.secretariat, review, {
      input: { id: of.id, revision: of.revision, decision, reason: 'A reason.' },
    });

  it('keeps a pending firm unknown, and refuses one that is gone', async () => {
    const pending = await world.firm({}, 'PENDING');
    expect((await open({ firmId: pending.id })).problems).toMatchObject([
      { code: 'NOT_FOUND', path: ['firmId'] },
    ]);
    await decide(firm, 'CLOSE');
    expect((await open()).problems).toMatchObject([
      { code: 'WRONG_STATE', path: ['firmId'], rule: 'COMPANY_STATUS' },
    ]);
    expect((await open({ firmId: lead.id })).problems).toMatchObject([
      { code: 'INVALID', path: ['firmId'] },
    ]);
  });

  it('lets a suspended firm read and close, not write', async () => {
    const { id, revision } = (await open())['consultation'];
    await decide(firm, 'SUSPEND');
    for (const [viewer, companyId] of [
      [lead.owner, lead.id],
      [firm.owner, firm.id],
    ] as const)
      expect((await write(viewer, companyId, id)).problems).toMatchObject([
        { code: 'WRONG_STATE', rule: 'COMPANY_STATUS' },
      ]);
    expect(await world.ask(firm.owner, shown, { id })).not.toBeNull();
    expect((await close(firm.owner, firm.id, id, revision)).problems).toEqual([]);
  });

  it('lets a restricted firm go on with what was begun, and begin nothing', async () => {
    const { id } = (await open())['consultation'];
    const restrict = `mutation ($input: RestrictCompanyInput!) { restrictCompany(input: $input) { problems { code } } }`;
    const until = '2999-01-01T00:00:00Z';
    const input = { id: firm.id, revision: firm.revision, until, reason: 'A reason.' };
    await world.ask(world.secretariat, restrict, { input });
    expect((await open()).problems).toMatchObject([{ path: ['firmId'], rule: 'RESTRICTED' }]);
    expect((await write(firm.owner, firm.id, id)).problems).toEqual([]);
  });

  it('goes over to the firm that one became part of, and ends where both became one', async () => {
    const { id } = (await open())['consultation'];
    const third = await world.firm();
    const merge = `mutation ($input: MergeCompaniesInput!) { mergeCompanies(input: $input) { company { id revision } problems { code } } }`;
    const input = {
      id: firm.id,
      revision: firm.revision,
      intoId: third.id,
      intoRevision: third.revision,
    };
    const merged = await world.ask(world.secretariat, merge, { input });
    const { consultation, problems } = await write(third.owner, third.id, id);
    expect(problems).toEqual([]);
    expect(consultation.firm).toEqual({ id: third.id });
    const list = `query ($companyId: ID!) { consultations(companyId: $companyId, state: OPEN) { totalCount edges { node { id } } } }`;
    expect(await world.ask(third.owner, list, { companyId: third.id })).toMatchObject({
      totalCount: 1,
      edges: [{ node: { id } }],
    });
    const one = {
      id: lead.id,
      revision: lead.revision,
      intoId: third.id,
      intoRevision: merged['company'].revision,
    };
    await world.ask(world.secretariat, merge, { input: one });
    expect((await write(third.owner, third.id, id)).problems).toMatchObject([
      { code: 'WRONG_STATE', path: ['companyId'], rule: 'ONE_COMPANY' },
    ]);
  });
});

it.each([
  ['OPEN' as const, 'firmIds_1_state_1_lastAt_-1__id_-1'],
  [null, 'firmIds_1_lastAt_-1__id_-1'],
])('lists consultations in state %s by the index %s', async (state, index) => {
  const plan = await models.consultations
    .find(consultationQuery(['a'], state))
    .sort(Object.fromEntries(consultationOrder))
    .limit(21)
    .hint(consultationIndex(state))
    .explain('queryPlanner');
  expect(JSON.stringify(plan)).toContain(`"indexName":"${index}"`);
});

it('reads messages by their index', async () => {
  const plan = await models.consultationMessages
    .find({ consultationId: 'a', number: { $gt: 3 } })
    .sort({ number: 1 })
    .explain('queryPlanner');
  expect(JSON.stringify(plan)).toContain('"indexName":"consultationId_1_number_1"');
});

it.each([
  [[], 4, []],
  [[5, 6, 7], 4, [5, 6, 7]],
  [[5, 7, 8], 4, [5]],
  [[6, 7], 4, []],
])('of the messages %j behind %i a follower is sure of %j', (numbers, place, sure) => {
  const messages = numbers.map((number) => ({ number }));
  expect(unbroken(messages, place).map(({ number }) => number)).toEqual(sure);
});

it('knows nothing of a message whose transaction was given up', async () => {
  const { id } = (await open())['consultation'];
  const giveUp = transaction(connection, async () => {
    await models.consultations.updateOne({ _id: id }, { $inc: { lastNumber: 1 } });
    throw new Error('given up');
  });
  await expect(giveUp).rejects.toThrow('given up');
  expect((await write(lead.owner, lead.id, id))['consultation'].lastNumber).toBe(2);
});
