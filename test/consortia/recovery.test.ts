/** Money demanded back: it arrives in parts, bounces, and is settled; every entry of the books is kept. */
import { brief, secretary } from './alliance.ts';
import {
  act,
  alliance,
  bring,
  day,
  finish,
  lead,
  owner,
  read,
  running,
  startCourse,
  type Answer,
} from './course.ts';
import { someone } from '../service.ts';

beforeAll(startCourse);
afterAll(() => alliance.stop());

interface Books {
  settledAt: string | null;
  settlements: { settledAt: string; openedAt: string | null; reason: string | null }[];
  accounts: { paid: number; spent: number; recovered: number; left: number }[];
  recoveries: {
    id: string;
    revision: number;
    status: string;
    due: number;
    paid: number;
    waived: number;
    closedAt: string | null;
    repayments: {
      number: number;
      amount: number;
      bouncedAt: string | null;
      takenBackBy: number | null;
      reason: string | null;
    }[];
  }[];
  ledger: {
    edges: {
      node: { number: number; kind: string; amount: number; reverses: number | null };
    }[];
  };
}

const books = async (id: string, viewer = secretary): Promise<Books> =>
  (
    await alliance.data<{ project: Books }>(
      viewer,
      `query ($id: ID!) { project(id: $id) {
        settledAt settlements { settledAt openedAt reason }
        accounts { paid spent recovered left }
        recoveries {
          id revision status due paid waived closedAt
          repayments { number amount bouncedAt takenBackBy reason }
        }
        ledger(first: 100) { edges { node { number kind amount reverses } } }
      } }`,
      { id },
    )
  ).project;

const demandOf = async (id: string) => {
  const { recoveries } = await books(id);
  const [first] = recoveries;
  if (!first) throw new Error('Nothing was demanded.');
  return first;
};

/** A completed free project that was paid 1,000, spent it, and is to pay so much back. */
async function owing(amount: number): Promise<string> {
  const id = await running(false);
  const pay = { projectId: id, kind: 'PAY', companyId: 'infra', amount: 1_000 };
  await act(lead, 'recordMoney', 'entry', pay);
  await act(lead, 'recordMoney', 'entry', { ...pay, kind: 'SPEND', item: 'people' });
  await bring(id, 0, owner, ['REPORT']);
  await bring(id, 1, owner);
  await finish(id, lead);
  const { problems } = await demand(id, amount);
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return id;
}

const demand = (id: string, amount: number) =>
  act(secretary, 'demandRecovery', 'recovery', {
    projectId: id,
    companyId: 'infra',
    amount,
    reason: '증빙이 없습니다.',
    dueOn: day(9),
  });

const close = async (id: string, input: object): Promise<Answer> => {
  const { id: recoveryId, revision } = await demandOf(id);
  return act(secretary, 'closeRecovery', 'recovery', {
    recoveryId,
    revision,
    isPaid: true,
    ...input,
  });
};

const bounce = async (id: string, number: number): Promise<Answer> => {
  const { id: recoveryId, revision } = await demandOf(id);
  return act(secretary, 'bounceRepayment', 'recovery', {
    recoveryId,
    revision,
    number,
    reason: '은행이 되돌려 보냈습니다.',
  });
};

const settle = async (id: string) =>
  act(owner, 'settleProject', 'project', {
    projectId: id,
    revision: (await read(lead, id)).revision,
  });

const entriesOf = ({ ledger }: Books) =>
  ledger.edges.map(({ node }) => [node.number, node.kind, node.amount, node.reverses]).toReversed();

describe('a repayment', () => {
  it('arrives in parts, never more than is due, and closes the demand with the last won', async () => {
    const id = await owing(300);
    expect(brief((await close(id, { amount: 301 })).problems)).toEqual([
      ['INVALID', 'amount', 'RECOVERY_DUE'],
    ]);
    expect(brief((await close(id, { amount: 0 })).problems)).toEqual([
      ['INVALID', 'amount', 'RECOVERY_DUE'],
    ]);
    expect((await close(id, { amount: 120 })).recovery?.status).toBe('DEMANDED');
    expect(await demandOf(id)).toMatchObject({ due: 180, paid: 120, closedAt: null });
    expect(brief((await settle(id)).problems)).toEqual([['INVALID', 'projectId', 'RECOVERED']]);
    // Of the 1,000 there are 120 back and 180 due: 700 may be demanded besides.
    expect((await demand(id, 701)).problems).toMatchObject([{ rule: 'RECOVERABLE', limit: '700' }]);
    expect((await close(id, {})).recovery?.status).toBe('PAID');
    expect(await books(id)).toMatchObject({
      recoveries: [{ due: 0, paid: 300, repayments: [{ amount: 120 }, { amount: 180 }] }],
      accounts: [{ paid: 1_000, spent: 1_000, recovered: 300, left: 0 }],
    });
    expect(brief((await close(id, { amount: 1 })).problems)).toEqual([
      ['WRONG_STATE', 'recoveryId', 'STATE'],
    ]);
  });

  it('leaves the rest to be given up, which says so', async () => {
    const id = await owing(300);
    await close(id, { amount: 100 });
    expect(brief((await close(id, { isPaid: false, amount: 50, note: '소액' })).problems)).toEqual([
      ['INVALID', 'amount', 'WAIVED_WHOLE'],
    ]);
    expect((await close(id, { isPaid: false, note: '회수 불능' })).recovery?.status).toBe('WAIVED');
    expect(await demandOf(id)).toMatchObject({ due: 0, paid: 100, waived: 200 });
    expect((await bounce(id, 3)).recovery?.status).toBe('DEMANDED');
    expect(await demandOf(id)).toMatchObject({ due: 100, paid: 0, waived: 200, closedAt: null });
  });
});

describe('a repayment that bounced', () => {
  it('is reversed by an entry of its own, is due again, and opens books that were closed', async () => {
    const id = await owing(300);
    await close(id, { note: '계좌로 받음' });
    expect((await settle(id)).problems).toEqual([]);
    expect(brief((await bounce(id, 9)).problems)).toEqual([['NOT_FOUND', 'number', null]]);
    const bounced = await bounce(id, 3);
    expect(bounced.problems).toEqual([]);
    const after = await books(id);
    expect(entriesOf(after)).toEqual([
      [1, 'PAY', 1_000, null],
      [2, 'SPEND', 1_000, null],
      [3, 'RECOVER', 300, null],
      [4, 'BOUNCE', 300, 3],
    ]);
    expect(after).toMatchObject({
      settledAt: null,
      settlements: [{ reason: '은행이 되돌려 보냈습니다.' }],
      accounts: [{ paid: 1_000, spent: 1_000, recovered: 0, left: 0 }],
      recoveries: [
        {
          status: 'DEMANDED',
          due: 300,
          paid: 0,
          closedAt: null,
          repayments: [{ number: 3, takenBackBy: 4, reason: '은행이 되돌려 보냈습니다.' }],
        },
      ],
    });
    expect(after.settlements[0]?.openedAt).not.toBeNull();
    expect(brief((await settle(id)).problems)).toEqual([['INVALID', 'projectId', 'RECOVERED']]);
    expect(brief((await bounce(id, 3)).problems)).toEqual([['WRONG_STATE', 'number', 'BOUNCED']]);
    expect((await close(id, {})).recovery?.status).toBe('PAID');
    expect((await settle(id)).problems).toEqual([]);
    const last = await books(id);
    expect(last.settlements.map(({ openedAt }) => openedAt === null)).toEqual([false, true]);
    expect(last.accounts).toMatchObject([{ recovered: 300 }]);
    expect(entriesOf(last).at(-1)).toEqual([5, 'RECOVER', 300, null]);
  });

  it('is not entered by hand, nor by the lead, and who opened the books is not for everybody', async () => {
    const id = await owing(300);
    await close(id, {});
    const by = await act(secretary, 'recordMoney', 'entry', {
      projectId: id,
      kind: 'BOUNCE',
      reverses: 3,
    });
    expect(by.problems.length).toBeGreaterThan(0);
    expect(entriesOf(await books(id))).toHaveLength(3);
    await settle(id);
    expect((await books(id, someone)).settlements).toEqual([]);
    expect((await books(id, lead)).settlements).toHaveLength(1);
  });
});

const rounds = 20;
const isDone = ({ problems }: Answer) => problems.length === 0;

describe('two steps at the same time', () => {
  it('take a repayment back once', async () => {
    const id = await owing(300);
    for (let round = 0; round < rounds; round += 1) {
      await close(id, {});
      const number = entriesOf(await books(id)).length;
      const answers = await Promise.all([bounce(id, number), bounce(id, number)]);
      expect(answers.filter(isDone)).toHaveLength(1);
      const after = await books(id);
      expect(entriesOf(after)).toHaveLength(number + 1);
      expect(after).toMatchObject({
        recoveries: [{ due: 300, paid: 0 }],
        accounts: [{ recovered: 0 }],
      });
    }
  }, 120_000);

  it('record one of two repayments of all that is due', async () => {
    const id = await owing(300);
    for (let round = 0; round < rounds; round += 1) {
      const before = entriesOf(await books(id)).length;
      const answers = await Promise.all([close(id, {}), close(id, {})]);
      expect(answers.filter(isDone)).toHaveLength(1);
      const after = await books(id);
      expect(after).toMatchObject({
        recoveries: [{ due: 0, paid: 300 }],
        accounts: [{ recovered: 300 }],
      });
      expect(entriesOf(after)).toHaveLength(before + 1);
      await bounce(id, before + 1);
    }
  }, 120_000);

  it('close the books before a repayment bounces, which opens them, or not at all', async () => {
    const id = await owing(300);
    for (let round = 0; round < rounds; round += 1) {
      await close(id, {});
      const number = entriesOf(await books(id)).length;
      const [settled, bounced] = await Promise.all([settle(id), bounce(id, number)]);
      expect(bounced.problems).toEqual([]);
      const refused = settled.problems.map(({ rule, code }) => rule ?? code).join();
      expect(refused).toMatch(isDone(settled) ? /^$/u : /^(?:RECOVERED|STALE)$/u);
      const after = await books(id);
      expect([after.settledAt, after.recoveries[0]?.due]).toEqual([null, 300]);
      expect(after.settlements.every(({ openedAt }) => openedAt !== null)).toBe(true);
    }
  }, 120_000);
});
