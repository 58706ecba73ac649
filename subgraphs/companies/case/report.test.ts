import type { Connection } from 'mongoose';

import { auditOf } from '#kit/audit.ts';
import type { CompaniesWorld, Firm } from '../../../test/companies/companies.ts';
import { someone } from '../../../test/service.ts';
import { draftReport, oneCase, startTrust, type Trust } from '../../../test/companies/trust.ts';
import { readCompaniesConfig } from '../config.ts';
import { createContext, type Context } from '../context.ts';

let trust: Trust;
let world: CompaniesWorld;
let connection: Connection;
let context: Context;
let firm: Firm;
beforeAll(async () => {
  trust = await startTrust({ REPORTS_A_DAY: '4' });
  ({ world } = trust);
  ({ connection } = world);
  context = createContext(connection, readCompaniesConfig({}), someone);
});
beforeEach(async () => {
  firm = await world.firm();
  await context.tallies.deleteMany({});
});
afterAll(() => world.stop());

describe('an anonymous report', () => {
  const anonymous = `case { id state company { id } messages(thread: REPORTER) { totalCount } } receiptCode`;

  it('is followed by its code, both ways, and says nowhere who made it', async () => {
    const viewer = await world.person(`whistle.${firm.id}`, { companies: { [firm.id]: 'EDITOR' } });
    const { case: made, receiptCode: code } = await trust.mutate(
      viewer,
      'reportAnonymously',
      draftReport(firm),
      anonymous,
    );
    expect(code).toMatch(/^[0-9A-F-]{39}$/u);
    const { id } = made;
    await trust.mutate(viewer, 'writeAnonymously', { code, text: 'More.' }, 'message { number }');
    const given = { id, thread: 'REPORTER', text: 'Which certificate?' };
    await trust.mutate(world.secretariat, 'writeToCase', given);
    const follow = `query ($code: String!) { anonymousCase(code: $code) { state messages(thread: REPORTER) { edges { node { side text } } } } }`;
    const seen = await world.ask(someone, follow, { code: code.toLowerCase() });
    expect(seen['messages'].edges.map(({ node }: { node: { text: string } }) => node.text)).toEqual(
      ['Which certificate?', 'More.', 'It is not theirs. I am Ada of the sales team.'],
    );
    expect(await world.ask(someone, follow, { code: 'FFFF' })).toBeNull();
    expect(await world.ask(world.secretariat, oneCase, { id })).toMatchObject({
      anonymous: true,
      reporter: null,
    });
    const deeds = await auditOf(connection)
      .find({ mutation: { $in: ['reportAnonymously', 'writeAnonymously'] } })
      .lean();
    expect(deeds.length).toBeGreaterThanOrEqual(2);
    expect(deeds.map(({ userId, input }) => [userId, input])).toEqual(
      deeds.map(() => [null, '{}']),
    );
    expect(deeds.every(({ requestId }) => requestId !== viewer.requestId)).toBe(true);
    for (const name of [
      'cases',
      'case_messages',
      'receipt_tickets',
      'tickets',
      'tallies',
      'audit',
    ]) {
      const kept = JSON.stringify(
        await connection
          .collection(name)
          .find({ userId: { $ne: viewer.userId } })
          .toArray(),
      );
      const mine =
        name === 'audit'
          ? []
          : await connection.collection(name).find({ userId: viewer.userId }).toArray();
      expect([name, kept.includes(String(viewer.userId)), kept.includes(code), mine]).toEqual([
        name,
        false,
        false,
        [],
      ]);
    }
  });

  it('is one case and one code, however often it is sent at once under one key', async () => {
    const input = { ...draftReport(firm), idempotencyKey: 'a key of the reporter' };
    const sent = await Promise.all(
      Array.from({ length: 4 }, () => trust.mutate(someone, 'reportAnonymously', input, anonymous)),
    );
    expect(sent.flatMap(({ problems }) => problems)).toEqual([]);
    expect(new Set(sent.map(({ receiptCode }) => receiptCode)).size).toBe(1);
    expect(await context.cases.countDocuments({ companyId: firm.id })).toBe(1);
    const other = await trust.mutate(
      someone,
      'reportAnonymously',
      { ...input, title: 'Else' },
      anonymous,
    );
    expect(other.problems).toMatchObject([{ code: 'TAKEN', path: ['idempotencyKey'] }]);
    const short = await trust.mutate(
      someone,
      'reportAnonymously',
      { ...input, idempotencyKey: 'short' },
      anonymous,
    );
    expect(short.problems).toMatchObject([{ code: 'INVALID', path: ['idempotencyKey'] }]);
  });

  it('is taken so often a day against one firm', async () => {
    const sent = await Promise.all(
      Array.from({ length: 6 }, () =>
        trust.mutate(someone, 'reportAnonymously', draftReport(firm), anonymous),
      ),
    );
    const refused = sent.filter(({ problems }) => problems.length > 0);
    expect(refused.map(({ problems }) => problems[0]?.rule)).toEqual([
      'REPORTS_A_DAY',
      'REPORTS_A_DAY',
    ]);
  });

  it('with a name is one case too under one key', async () => {
    const input = { ...draftReport(firm), idempotencyKey: 'a key of the reporter' };
    const sent = await Promise.all(
      [1, 2, 3].map(() => trust.mutate(trust.reporter, 'reportMisconduct', input)),
    );
    expect(new Set(sent.map((each) => each.case.id)).size).toBe(1);
  });
});
