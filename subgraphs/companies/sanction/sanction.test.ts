import type { Connection } from 'mongoose';

import { factsOf } from '#kit/facts.ts';
import type { CompanyFact } from '#schema/facts.ts';
import type { CompaniesWorld, Firm } from '../../../test/companies/companies.ts';
import { someone } from '../../../test/service.ts';
import { oneCase, startTrust, type Trust } from '../../../test/companies/trust.ts';
import { closeUnappealed } from '../case/round.ts';
import { readCompaniesConfig } from '../config.ts';
import { createContext, type Context } from '../context.ts';
import { tellDueSanctions } from './sanction.ts';

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

const tomorrow = () => new Date(Date.now() + 86_400_000);
const untilTomorrow = () => ({ until: tomorrow().toISOString() });

const sanctions = `query ($id: ID!) { company(id: $id) { restrictedUntil sanctions { kind state recovered amount id revision } } }`;
const see = async () =>
  (await world.ask(world.secretariat, sanctions, { id: firm.id }))['sanctions'][0];

/** An order of the secretariat. */
async function order(to: Date | null) {
  const revised = `query ($id: ID!) { company(id: $id) { revision } }`;
  const { revision } = await world.ask<{ revision: number }>(world.secretariat, revised, {
    id: firm.id,
  });
  const restrict = `mutation ($input: RestrictCompanyInput!) { restrictCompany(input: $input) { problems { code } } }`;
  const until = to?.toISOString() ?? null;
  const input = { id: firm.id, revision, until, reason: 'An order.' };
  return world.ask(world.secretariat, restrict, { input });
}

async function restrictedUntil(): Promise<Date | null> {
  const fact = await factsOf(connection).findById(`company:${firm.id}`).lean();
  const state = fact?.state as CompanyFact | undefined;
  return state?.restrictedUntil ?? null;
}

describe('sanctions', () => {
  it('take effect with the decision, are shown to everybody while in force, and end by themselves', async () => {
    const end = tomorrow();
    const restriction = { until: end.toISOString() };
    await trust.decide(await trust.heard(firm), { kinds: ['RESTRICTION', 'WARNING'], restriction });
    expect(await restrictedUntil()).toEqual(end);
    const seen = await world.ask(someone, sanctions, { id: firm.id });
    expect(seen['sanctions'].map((each: { kind: string }) => each.kind).toSorted()).toEqual([
      'RESTRICTION',
      'WARNING',
    ]);
    const after = new Date(end.getTime() + 1);
    // Two processes look at the same time: it is told once.
    const told = await Promise.all([
      tellDueSanctions(context, after),
      tellDueSanctions(context, after),
    ]);
    expect(told.toSorted((a, b) => a - b)).toEqual([0, 1]);
    expect(await restrictedUntil()).toBeNull();
    const mails = await context.post.find({ 'errand.kind': 'TRUST_NEWS' }).lean();
    const news = mails.flatMap(({ errand }) => (errand.kind === 'TRUST_NEWS' ? [errand.what] : []));
    expect(news).toEqual(expect.arrayContaining(['SANCTION_ENDS']));
  });

  it('begin by themselves when their time comes', async () => {
    const from = new Date(Date.now() + 3_600_000);
    const end = tomorrow();
    const restriction = { from: from.toISOString(), until: end.toISOString() };
    await trust.decide(await trust.heard(firm), { kinds: ['RESTRICTION'], restriction });
    expect(await restrictedUntil()).toBeNull();
    expect((await world.ask(someone, sanctions, { id: firm.id }))['sanctions']).toEqual([]);
    expect((await world.ask(firm.owner, sanctions, { id: firm.id }))['sanctions']).toMatchObject([
      { state: 'SCHEDULED' },
    ]);
    await tellDueSanctions(context, from);
    expect(await restrictedUntil()).toEqual(end);
  });

  it('overlap: the longest in force counts, an order of the secretariat among them', async () => {
    const [short, long] = [tomorrow(), new Date(Date.now() + 5 * 86_400_000)];
    await trust.decide(await trust.heard(firm), {
      kinds: ['RESTRICTION'],
      restriction: { until: short.toISOString() },
    });
    expect((await order(long)).problems).toEqual([]);
    expect(await restrictedUntil()).toEqual(long);
    expect((await order(null)).problems).toEqual([]);
    expect(await restrictedUntil()).toEqual(short);
  });

  it('that end while a new one begins leave the firm restricted by the new one', async () => {
    const first = tomorrow();
    await trust.decide(await trust.heard(firm), {
      kinds: ['RESTRICTION'],
      restriction: { until: first.toISOString() },
    });
    const next = await trust.heard(firm);
    const later = new Date(first.getTime() + 86_400_000);
    const restriction = { until: later.toISOString() };
    const [, decided] = await Promise.all([
      tellDueSanctions(context, first),
      trust.decide(next, { kinds: ['RESTRICTION'], restriction }),
    ]);
    expect(decided.problems).toEqual([]);
    expect(await restrictedUntil()).toEqual(later);
    expect(
      await context.sanctions.countDocuments({ companyId: firm.id, endedAt: { $ne: null } }),
    ).toBe(1);
  });

  it('of a recovery end once all is paid, by amounts beyond 32 bits', async () => {
    const recovery = { amount: 3_000_000_000, dueOn: '2999-12-31' };
    await trust.decide(await trust.heard(firm), { kinds: ['RECOVERY'], recovery });
    const pay = async (amount: number) => {
      const { id, revision } = await see();
      return trust.mutate(
        world.secretariat,
        'recordRecovery',
        { id, revision, amount },
        'sanction { state recovered }',
      );
    };
    expect((await pay(2_999_999_999))['sanction']).toEqual({
      state: 'IN_FORCE',
      recovered: 2_999_999_999,
    });
    expect((await pay(2)).problems).toMatchObject([{ code: 'INVALID', path: ['amount'] }]);
    expect((await pay(1))['sanction']).toEqual({ state: 'ENDED', recovered: 3_000_000_000 });
    expect((await pay(1)).problems).toMatchObject([{ code: 'WRONG_STATE' }]);
  });
});

describe('an appeal', () => {
  it('is decided by somebody else, and lifts the sanctions when it is overturned', async () => {
    const decided = await trust.decide(await trust.heard(firm), {
      kinds: ['RESTRICTION'],
      restriction: untilTomorrow(),
    });
    const appealed = (await trust.appeal(firm, decided.case)).case;
    expect(appealed.state).toBe('APPEALED');
    expect((await trust.appeal(firm, appealed)).problems).toMatchObject([{ code: 'WRONG_STATE' }]);
    expect(await restrictedUntil()).not.toBeNull();
    expect(
      (await trust.decideAppeal(appealed, 'UPHELD', world.secretariat)).problems,
    ).toMatchObject([{ code: 'WRONG_STATE', rule: 'SAME_PERSON' }]);
    const overturned = (await trust.decideAppeal(appealed, 'OVERTURNED', trust.second)).case;
    expect(overturned.state).toBe('OVERTURNED');
    expect(await restrictedUntil()).toBeNull();
    expect((await trust.advance(overturned, 'CLOSE')).case.state).toBe('CLOSED');
  });

  it('comes in time or not at all: by the terms of the day of the decision', async () => {
    const decided = (await trust.decide(await trust.heard(firm), { kinds: ['WARNING'] })).case;
    expect((await trust.advance(decided, 'CLOSE')).problems).toMatchObject([
      { rule: 'APPEAL_OPEN' },
    ]);
    const terms = `mutation ($input: ChangeTrustTermsInput!) { changeTrustTerms(input: $input) { terms { revision appealDays } problems { code path } } }`;
    const { revision } = await world
      .ask(someone, `{ trustTerms { revision } }`)
      .then((found) => ({ revision: found['revision'] }));
    const changed = await world.ask(world.secretariat, terms, {
      input: { revision, appealDays: 1 },
    });
    expect(changed['terms']).toMatchObject({ appealDays: 1 });
    expect(
      (await world.ask(world.secretariat, terms, { input: { revision, appealDays: 2 } })).problems,
    ).toMatchObject([{ code: 'STALE' }]);
    expect(
      (
        await world.ask(world.secretariat, terms, {
          input: { revision: revision + 1, appealDays: 0 },
        })
      ).problems,
    ).toMatchObject([{ path: ['appealDays'] }]);
    const inTwoDays = new Date(Date.now() + 2 * 86_400_000);
    expect(await closeUnappealed(context, inTwoDays)).toBe(0);
    await context.cases.updateOne(
      { _id: decided.id },
      { $set: { 'decision.appealUntil': new Date(0) } },
    );
    expect((await trust.appeal(firm, decided)).problems).toMatchObject([
      { code: 'EXPIRED', path: ['id'], rule: 'APPEAL_DAYS' },
    ]);
  });

  it('meets the close at the end of its time: one of the two happens', async () => {
    // Of other tests.
    await context.cases.updateMany({ state: 'DECIDED' }, { $set: { state: 'CLOSED' } });
    for (let round = 0; round < 3; round += 1) {
      const decided = (await trust.decide(await trust.heard(firm), { kinds: ['WARNING'] })).case;
      const past = new Date(new Date(decided.decision?.appealUntil ?? 0).getTime() + 1);
      const [{ problems }, closed] = await Promise.all([
        trust.appeal(firm, decided),
        closeUnappealed(context, past),
      ]);
      const { state } = await world.ask(firm.owner, oneCase, { id: decided.id });
      expect([state, problems.length, closed]).toEqual(
        problems.length > 0 ? ['CLOSED', 1, 1] : ['APPEALED', 0, 0],
      );
    }
  });

  it('meets the decision: none is there without one', async () => {
    const hearing = await trust.heard(firm);
    const [decided, early] = await Promise.all([
      trust.decide(hearing, { kinds: ['WARNING'] }),
      trust.appeal(firm, { id: hearing.id, revision: hearing.revision + 1 }),
    ]);
    const { state } = await world.ask(firm.owner, oneCase, { id: hearing.id });
    expect(decided.problems).toEqual([]);
    expect(state).toBe(early.problems.length > 0 ? 'DECIDED' : 'APPEALED');
  });

  it('is decided once, whoever decides at the same time', async () => {
    const third = await world.person(`third.${firm.id}`, { roles: ['SECRETARIAT'] });
    const decided = await trust.decide(await trust.heard(firm), { kinds: ['WARNING'] });
    const appealed = (await trust.appeal(firm, decided.case)).case;
    const outcomes = await Promise.all([
      trust.decideAppeal(appealed, 'UPHELD', trust.second),
      trust.decideAppeal(appealed, 'OVERTURNED', third),
    ]);
    expect(outcomes.map(({ problems }) => problems.length).toSorted((a, b) => a - b)).toEqual([
      0, 1,
    ]);
    expect(outcomes.flatMap(({ problems }) => problems)[0]?.code).toBe('STALE');
  });
});
