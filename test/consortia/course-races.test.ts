/** Two steps of a running project at the same moment: each pair has one defined outcome. */
import { brief, secretary } from './alliance.ts';
import {
  act,
  alliance,
  bring,
  day,
  finish,
  lead,
  owner,
  pilotUser,
  read,
  running,
  startCourse,
  type Answer,
} from './course.ts';

beforeAll(startCourse);
afterAll(() => alliance.stop());

const money = (viewer: typeof lead, id: string, input: object) =>
  act(viewer, 'recordMoney', 'entry', { projectId: id, companyId: 'infra', ...input });
const done = (answers: readonly Answer[]) =>
  answers.filter(({ problems }) => problems.length === 0).length;
const rulesOf = ({ problems }: Answer) => problems.map(({ rule }) => rule);

/** What the ledger of a project holds, and whether its money adds up. */
const books = async (id: string) =>
  (
    await alliance.data<{
      project: {
        status: string;
        settledAt: string | null;
        accounts: Record<
          'paid' | 'matched' | 'spent' | 'returned' | 'recovered' | 'left',
          number
        >[];
        ledger: { totalCount: number };
        recoveries: { id: string; status: string }[];
      };
    }>(
      secretary,
      `query ($id: ID!) { project(id: $id) {
        status settledAt accounts { paid matched spent returned recovered left }
        ledger { totalCount } recoveries { id status }
      } }`,
      { id },
    )
  ).project;

/** A project under a call that is ready to be completed. */
async function ready(): Promise<string> {
  const id = await running(true);
  await bring(id, 0, secretary, ['REPORT']);
  await bring(id, 1, secretary);
  return id;
}

/** A completed project under a call, that was paid 100 and spent it. */
async function spent(): Promise<string> {
  const id = await ready();
  await money(secretary, id, { kind: 'PAY', amount: 100 });
  await money(lead, id, { kind: 'SPEND', item: 'people', amount: 100 });
  await finish(id);
  return id;
}

describe('a completion', () => {
  it('happens once when two ask for it', async () => {
    const id = await ready();
    const answers = await Promise.all([finish(id), finish(id)]);
    expect(done(answers)).toBe(1);
  });

  it('either comes before a payment, which is refused, or finds its money and is refused', async () => {
    const id = await ready();
    const [completed, paid] = await Promise.all([
      finish(id),
      money(secretary, id, { kind: 'PAY', amount: 10 }),
    ]);
    expect(done([completed, paid])).toBe(1);
    const isFirst = completed.problems.length === 0;
    expect(rulesOf(isFirst ? paid : completed)).toEqual([isFirst ? 'STATE' : 'SETTLED']);
    expect(await books(id)).toMatchObject({
      status: isFirst ? 'COMPLETED' : 'RUNNING',
      accounts: [{ left: isFirst ? 0 : 10 }],
    });
  });

  it('counts feedback that it meets, or the feedback is too late', async () => {
    const id = await ready();
    const { pilot } = await act(lead, 'enrolPilot', 'pilot', {
      projectId: id,
      companyId: 'hospital',
      from: day(0),
      subject: { ko: '판독' },
    });
    const [completed, said] = await Promise.all([
      finish(id),
      act(pilotUser, 'givePilotFeedback', 'pilot', {
        pilotId: pilot?.id,
        revision: pilot?.revision,
        rating: 5,
        words: { ko: '좋습니다.' },
      }),
    ]);
    expect(completed.problems).toEqual([]);
    expect((await read(lead, id)).pilotRating).toBe(said.problems.length === 0 ? 5 : null);
  });
});

describe('spending', () => {
  it('is planned when a change of plan takes the item away at the same moment, or one of them is refused', async () => {
    const id = await running(true);
    await money(secretary, id, { kind: 'PAY', amount: 100 });
    const { change } = await act(lead, 'proposePlanChange', 'change', {
      projectId: id,
      reason: '항목을 바꿉니다.',
      items: [{ companyId: 'infra', item: 'cloud', amount: 1_000 }],
    });
    const [approved, used] = await Promise.all([
      act(secretary, 'decidePlanChange', 'change', {
        changeId: change?.id,
        revision: 1,
        approve: true,
      }),
      money(lead, id, { kind: 'SPEND', item: 'people', amount: 100 }),
    ]);
    expect([...rulesOf(approved), ...rulesOf(used)]).toEqual([
      used.problems.length === 0 ? 'PLAN_SPENT' : 'PLANNED',
    ]);
  });

  it('is entered once under one key, however often it is asked for at once', async () => {
    const id = await running(true);
    const pay = { kind: 'PAY', amount: 40, idempotencyKey: `pay-once-${id}` };
    const answers = await Promise.all([1, 2, 3].map(() => money(secretary, id, pay)));
    expect(answers.map(({ entry }) => entry?.number)).toEqual([1, 1, 1]);
    const other = await money(secretary, id, { ...pay, amount: 41 });
    expect(brief(other.problems)).toEqual([['TAKEN', 'idempotencyKey', 'KEY_ONCE']]);
    expect(await books(id)).toMatchObject({ accounts: [{ paid: 40 }], ledger: { totalCount: 1 } });
  });

  it('is taken back once when two take it back', async () => {
    const id = await running(true);
    await money(secretary, id, { kind: 'PAY', amount: 40 });
    const reverse = () =>
      act(secretary, 'recordMoney', 'entry', { projectId: id, kind: 'REVERSE', reverses: 1 });
    const answers = await Promise.all([reverse(), reverse()]);
    expect(done(answers)).toBe(1);
    expect(answers.flatMap(rulesOf)).toEqual(['REVERSIBLE']);
    expect(await books(id)).toMatchObject({ accounts: [{ paid: 0, left: 0 }] });
  });
});

const demand = (id: string, amount: number) =>
  act(secretary, 'demandRecovery', 'recovery', {
    projectId: id,
    companyId: 'infra',
    amount,
    reason: '증빙이 없습니다.',
    dueOn: day(9),
  });
const close = (recoveryId: string | undefined, isPaid: boolean) =>
  act(secretary, 'closeRecovery', 'recovery', {
    recoveryId,
    revision: 1,
    isPaid,
    note: '확인했습니다.',
  });

describe('money demanded back', () => {
  it('is never more than was paid, when two demand it at once', async () => {
    const id = await spent();
    const answers = await Promise.all([demand(id, 60), demand(id, 60)]);
    expect(answers.flatMap(rulesOf)).toEqual(['RECOVERABLE']);
    expect((await books(id)).recoveries).toHaveLength(1);
  });

  it('is either paid or waived, and entered once', async () => {
    const id = await spent();
    const { recovery } = await demand(id, 60);
    const answers = await Promise.all([
      close(recovery?.id, true),
      close(recovery?.id, true),
      close(recovery?.id, false),
    ]);
    expect(done(answers)).toBe(1);
    const { recoveries, accounts } = await books(id);
    const isPaid = recoveries[0]?.status === 'PAID';
    expect(accounts[0]?.recovered).toBe(isPaid ? 60 : 0);
  });

  it('keeps the books open when it meets their closing, or comes too late', async () => {
    const id = await spent();
    const { revision } = await read(lead, id);
    const [settled, demanded] = await Promise.all([
      act(secretary, 'settleProject', 'project', { projectId: id, revision }),
      demand(id, 60),
    ]);
    expect([...rulesOf(settled), ...rulesOf(demanded)]).toEqual([
      demanded.problems.length === 0 ? 'RECOVERED' : 'SETTLED',
    ]);
    const { settledAt, recoveries } = await books(id);
    expect(settledAt === null).toBe(recoveries.length === 1);
  });
});

describe('a service that came out of a project', () => {
  it('is handed over once when two ask for it', async () => {
    const id = await ready();
    const { outcome } = await act(lead, 'registerOutcome', 'outcome', {
      projectId: id,
      name: { ko: '판독 서비스' },
      model: 'SAAS',
    });
    await finish(id);
    const handOver = () =>
      act(lead, 'handOverOutcome', 'outcome', { outcomeId: outcome?.id, revision: 1 });
    expect(done(await Promise.all([handOver(), handOver()]))).toBe(1);
    const facts = alliance.connection.collection('facts');
    expect(await facts.countDocuments({ kind: 'outcome', key: outcome?.id ?? '' })).toBe(1);
  });
});

describe('a milestone', () => {
  it('is delivered with what it has, or returned to whoever meets the decision', async () => {
    const id = await running(false);
    const [, second] = (await read(lead, id)).milestones;
    const given = { milestoneId: second?.id, revision: second?.revision };
    const delivered = await act(lead, 'deliverMilestone', 'milestone', given);
    const decide = { milestoneId: second?.id, revision: delivered.milestone?.revision };
    const answers = await Promise.all([
      act(owner, 'decideMilestone', 'milestone', { ...decide, accept: true }),
      act(owner, 'decideMilestone', 'milestone', { ...decide, accept: false, verdict: '부족함' }),
      act(lead, 'deliverMilestone', 'milestone', decide),
    ]);
    expect(done(answers)).toBe(1);
    const [, after] = (await read(lead, id)).milestones;
    expect(['ACCEPTED', 'RETURNED']).toContain(after?.status);
  });
});
