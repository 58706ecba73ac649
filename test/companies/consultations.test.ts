/** A lead consults a firm: written, answered, followed live through the gateway, and closed to whoever is taken out. */
import type { ExecutionResult } from 'graphql';

import type { Viewer } from '#kit/viewer.ts';
import type { Platform } from '../../infra/platform.ts';
import { answerOf, startTestPlatform } from '../platform.ts';
import { user } from '../service.ts';
import { mutationText } from '../mutation.ts';

interface Answer {
  // oxlint-disable-next-line typescript/no-explicit-any -- tests read what they asked for.
  [field: string]: any;
}

let platform: Platform;
let lead: { id: string; owner: Viewer };
let firm: { id: string; owner: Viewer };
let guest: Viewer;

const ask = (viewer: Viewer, query: string, variables: object = {}) =>
  answerOf<Answer>(platform, viewer, query, variables);

function change(viewer: Viewer, name: string, selection: string, input: object): Promise<Answer> {
  const query = mutationText(name, `${selection} problems { code rule path }`);
  return ask(viewer, query, { input });
}

const operator = user('operator', { roles: ['OPERATOR'] });
const secretary = user('secretary', { roles: ['SECRETARIAT'] });

async function person(name: string, memberships: object[] = []): Promise<string> {
  const email = `${name}@example.org`;
  const input = { name, email, password: 'correct horse battery', memberships };
  return (await change(operator, 'provisionUser', 'user { id }', input))['user'].id;
}

async function company(name: string): Promise<{ id: string; owner: Viewer }> {
  const ownerId = await person(`owner.${name}`);
  const input = { name: { en: name }, kinds: ['IAAS'], region: 'FR', size: 'SME' };
  const registered = await change(
    user(ownerId),
    'registerCompany',
    'company { id revision }',
    input,
  );
  const { id, revision } = registered['company'];
  await change(secretary, 'reviewCompany', 'company { id }', { id, revision, decision: 'APPROVE' });
  return { id, owner: user(ownerId, { companies: { [id]: 'OWNER' } }) };
}

beforeAll(async () => {
  platform = await startTestPlatform();
  lead = await company('Lead');
  firm = await company('Firm');
  const guestId = await person('guest', [{ companyId: firm.id, role: 'VIEWER' }]);
  guest = user(guestId, { companies: { [firm.id]: 'VIEWER' } });
});
afterAll(() => platform.stop());

interface Message {
  cursor: string;
  number: number;
  kind: string;
  text: string | null;
}
type Feed = AsyncIterableIterator<ExecutionResult<{ consultationMessages: Message }>>;

async function follow(viewer: Viewer, consultationId: string, after: string | null): Promise<Feed> {
  const query = `subscription ($consultationId: ID!, $after: String) { consultationMessages(consultationId: $consultationId, after: $after) { cursor number kind text company { name { en } } consultation { state unreadCount } } }`;
  const feed = await platform.subscribe({ query, variables: { consultationId, after } }, viewer);
  if (!('next' in feed)) throw new AggregateError(feed.errors ?? []);
  return feed as Feed;
}

async function take(feed: Feed): Promise<Message> {
  const { value } = await feed.next();
  const { data, errors } = value as ExecutionResult<{ consultationMessages: Message }>;
  if (!data) throw new AggregateError(errors ?? [], errors?.join('\n'));
  return data.consultationMessages;
}

const open = (text = 'Hello') =>
  change(lead.owner, 'openConsultation', 'consultation { id revision }', {
    companyId: lead.id,
    firmId: firm.id,
    subject: 'A project',
    text,
  });
const write = (of: { id: string; owner: Viewer }, id: string, text: string) =>
  change(of.owner, 'writeToConsultation', 'message { number cursor } consultation { revision }', {
    id,
    companyId: of.id,
    text,
  });

it('is followed live by both sides, and resumed behind a cursor without loss', async () => {
  const { id } = (await open())['consultation'];
  const live = await follow(firm.owner, id, null);
  const first = live.next();
  await write(lead, id, 'One');
  expect((await first).value).toMatchObject({
    data: {
      consultationMessages: {
        number: 2,
        text: 'One',
        company: { name: { en: 'Lead' } },
        consultation: { state: 'OPEN', unreadCount: 2 },
      },
    },
  });
  await live.return?.();
  for (const text of ['Two', 'Three']) await write(firm, id, text);
  const resumed = await follow(lead.owner, id, Buffer.from('[1]').toString('base64url'));
  const seen = [await take(resumed), await take(resumed), await take(resumed)];
  expect(seen.map(({ number, text }) => [number, text])).toEqual([
    [2, 'One'],
    [3, 'Two'],
    [4, 'Three'],
  ]);
  await resumed.return?.();
});

it('loses and doubles nothing while both write at once and readers come and go', async () => {
  const { id } = (await open())['consultation'];
  const writing = Promise.all(
    [lead, firm].map(async (side) => {
      for (let count = 0; count < 8; count += 1) await write(side, id, `${count}`);
    }),
  );
  const numbers: number[] = [];
  let after = Buffer.from('[0]').toString('base64url');
  while (numbers.length < 17) {
    const feed = await follow(firm.owner, id, after);
    for (let count = 0; count < 3 && numbers.length < 17; count += 1) {
      const message = await take(feed);
      numbers.push(message.number);
      after = message.cursor;
    }
    await feed.return?.();
  }
  await writing;
  expect(numbers).toEqual(Array.from({ length: 17 }, (_, index) => index + 1));
});

it('is for nobody else, and ends for a member who is taken out while following', async () => {
  const { id } = (await open())['consultation'];
  const outsider = await company('Outsider');
  for (const stranger of [outsider.owner, secretary]) {
    const refused = await follow(stranger, id, Buffer.from('[0]').toString('base64url'));
    await expect(take(refused)).rejects.toThrow('Only members of the two companies');
  }

  const feed = await follow(guest, id, null);
  const next = feed.next();
  await write(lead, id, 'Before');
  expect((await next).value).toMatchObject({ data: { consultationMessages: { text: 'Before' } } });
  const { members } = await ask(
    firm.owner,
    `query ($id: ID!) { company(id: $id) { members { id revision user { id } } } }`,
    { id: firm.id },
  );
  const place = members.find((each: { user: { id: string } }) => each.user.id === guest.userId);
  const input = { id: place.id, revision: place.revision };
  await change(firm.owner, 'removeMember', 'company { id }', input);
  const after = feed.next();
  await write(lead, id, 'After');
  const ended = await after;
  expect(JSON.stringify(ended)).not.toContain('After');
  expect(ended.done === true || 'errors' in ended.value).toBe(true);
  const shown = `query ($id: ID!) { consultation(id: $id) { id } }`;
  const seen = await platform.execute({ query: shown, variables: { id } }, guest);
  expect(seen.data?.['consultation'] ?? null).toBeNull();
});

it('carries files to both sides through the gateway and to nobody else', async () => {
  const content = Buffer.from('%PDF-1.7 plan').toString('base64');
  const { consultation } = await change(
    lead.owner,
    'openConsultation',
    'consultation { id messages { edges { node { files { sha256 content } } } } }',
    {
      companyId: lead.id,
      firmId: firm.id,
      subject: 'With a plan',
      text: 'See the plan.',
      files: [{ fileName: 'plan.pdf', content }],
    },
  );
  expect(consultation.messages.edges[0].node.files).toMatchObject([{ content }]);
  const query = `query ($id: ID!) { consultation(id: $id) { messages { edges { node { files { content } } } } } }`;
  const variables = { id: consultation.id };
  expect(JSON.stringify(await ask(firm.owner, query, variables))).toContain(content);
  const stranger = await platform.execute({ query, variables }, user('stranger'));
  expect(stranger.data).toEqual({ consultation: null });
});
