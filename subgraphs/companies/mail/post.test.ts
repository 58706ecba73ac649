import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';

import type { Connection } from 'mongoose';

import { createLog } from '#kit/log.ts';
import { connect, prepare } from '#kit/mongo.ts';
import { visitor } from '#kit/viewer.ts';
import { startTestDatabase, type TestDatabase } from '../../../test/database.ts';
import { readCompaniesConfig } from '../config.ts';
import { collectionsOf, createContext, type Context } from '../context.ts';
import { delivery, post, sendDue } from './post.ts';

const log = createLog('test', 'silent');
let database: TestDatabase;
let connection: Connection;
beforeAll(async () => {
  database = await startTestDatabase();
  connection = await connect(database.uri, 'oca_companies');
  await prepare(collectionsOf(connection));
});
afterAll(async () => {
  await connection.close();
  await database.stop();
});

const contextWith = (environment: Record<string, string>): Context =>
  createContext(connection, readCompaniesConfig(environment), visitor('test'));

it('sends by the mail server, and again after it was out of order', async () => {
  const office = await openPostOffice();
  const context = contextWith({ MAIL_URL: `smtp://127.0.0.1:${office.port}` });
  await post(context, 'ada@example.org', {
    kind: 'INVITATION',
    company: { ko: '오픈클라우드', en: 'OpenCloud' },
    inviter: 'Bob',
  });
  const deliver = delivery(context, log);
  office.refuse = true;
  expect(await sendDue(context, deliver, log)).toBe(0);
  const [waiting] = await context.post.find().lean();
  expect(waiting).toMatchObject({ failures: 1 });
  expect(waiting?.nextAt.getTime()).toBeGreaterThan(Date.now());

  office.refuse = false;
  await context.post.updateMany({}, { $set: { nextAt: new Date() } });
  expect(await sendDue(context, deliver, log)).toBe(1);
  expect(await context.post.countDocuments()).toBe(0);
  expect(office.letters).toHaveLength(1);
  expect(office.letters[0]).toContain('To: ada@example.org');
  office.server.close();
});

it('keeps mails in the mailbox where there is no server, and gives up an errand for nobody', async () => {
  const context = contextWith({});
  await post(context, 'nobody@example.org', { kind: 'RESET_PASSWORD' });
  await post(context, 'carol@example.org', { kind: 'PASSWORD_CHANGED' });
  expect(await sendDue(context, delivery(context, log), log)).toBe(2);
  expect(await context.mailbox.find().lean()).toMatchObject([
    { to: 'carol@example.org', subject: 'Your password was changed · 비밀번호가 변경되었습니다' },
  ]);
});

it('calls nobody by a name that whoever opened an account may have typed in for them', async () => {
  const context = contextWith({});
  const name = 'Win at http://elsewhere.example';
  const account = { revision: 1, name, passwordHash: null, secondFactor: null, roles: [] };
  const joinedAt = new Date(0);
  await context.users.create([
    { ...account, _id: 'u1', email: 'unconfirmed@example.org', verifiedAt: null, joinedAt },
    { ...account, _id: 'u2', email: 'confirmed@example.org', verifiedAt: joinedAt, joinedAt },
  ]);
  await post(context, 'unconfirmed@example.org', { kind: 'VERIFY_EMAIL' });
  await post(context, 'confirmed@example.org', { kind: 'PASSWORD_CHANGED' });
  await sendDue(context, delivery(context, log), log);
  const textTo = async (to: string) => (await context.mailbox.findOne({ to }).lean())?.text;
  expect(await textTo('unconfirmed@example.org')).toContain('verify-email?token=');
  expect(await textTo('unconfirmed@example.org')).not.toContain('elsewhere');
  expect(await textTo('confirmed@example.org')).toContain(name);
});

it('is sent once by two postmen', async () => {
  const context = contextWith({});
  await context.mailbox.deleteMany({});
  for (let count = 0; count < 5; count += 1)
    await post(context, 'dora@example.org', { kind: 'PASSWORD_CHANGED' });
  const deliver = delivery(context, log);
  await Promise.all([sendDue(context, deliver, log), sendDue(context, deliver, log)]);
  expect(await context.mailbox.countDocuments({ to: 'dora@example.org' })).toBe(5);
});

interface PostOffice {
  port: number;
  server: Server;
  /** What it was given, headers and all. */
  letters: string[];
  /** Whether it answers every recipient by a temporary failure. */
  refuse: boolean;
}

/** A mail server that speaks as much of RFC 5321 as one letter takes. */
async function openPostOffice(): Promise<PostOffice> {
  const server = createServer((socket) => {
    let letter: string | null = null;
    const say = (text: string) => socket.write(`${text}\r\n`);
    say('220 test');
    let rest = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (letter !== null && line !== '.') letter += `${line}\n`;
        else if (letter !== null) {
          office.letters.push(letter);
          letter = null;
          say('250 taken');
        } else if (line === 'DATA') {
          letter = '';
          say('354 go on');
        } else if (line.startsWith('RCPT') && office.refuse) say('451 later');
        else if (line === 'QUIT') socket.end('221 bye\r\n');
        else say('250 ok');
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const office: PostOffice = { port, server, letters: [], refuse: false };
  return office;
}
