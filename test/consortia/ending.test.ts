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
} from './course.ts';
import { someone } from '../service.ts';

beforeAll(startCourse);
afterAll(() => alliance.stop());

describe('pilot users and outcomes', () => {
  it('judge what they did not make, and count when the project ends', async () => {
    const id = await running(false);
    const enrol = (companyId: string) =>
      act(lead, 'enrolPilot', 'pilot', {
        projectId: id,
        companyId,
        from: day(0),
        subject: { ko: '의료 영상 판독' },
      });
    expect(brief((await enrol('infra')).problems)).toEqual([
      ['INVALID', 'companyId', 'INDEPENDENT'],
    ]);
    expect(brief((await enrol('nobody')).problems)).toEqual([
      ['NOT_FOUND', 'companyId', 'COMPANY_IS_KNOWN'],
    ]);
    const { pilot } = await enrol('hospital');
    expect(brief((await enrol('hospital')).problems)).toEqual([
      ['TAKEN', 'companyId', 'PILOT_ONCE'],
    ]);
    const feedback = (rating: number, revision = 1) =>
      act(pilotUser, 'givePilotFeedback', 'pilot', {
        pilotId: pilot?.id,
        revision,
        rating,
        words: { ko: '빠릅니다.' },
      });
    expect(brief((await feedback(6)).problems)).toEqual([['INVALID', 'rating', 'RATING']]);
    expect((await feedback(4)).problems).toEqual([]);
    await bring(id, 0, owner, ['REPORT']);
    await bring(id, 1, owner);
    await finish(id, lead);
    expect(brief((await feedback(1, 2)).problems)).toEqual([['WRONG_STATE', 'pilotId', 'STATE']]);
    expect(await read(someone, id)).toMatchObject({ pilotRating: 4, isOnTime: true, pilots: [] });
    expect((await read(pilotUser, id)).pilots).toEqual([
      { company: { id: 'hospital' }, feedback: { rating: 4, words: { ko: '빠릅니다.' } } },
    ]);
    const fact = await alliance.connection
      .collection('facts')
      .findOne({ _id: `project:${id}` } as object);
    expect(fact).toMatchObject({ state: { finished: { onTime: true, pilotRating: 4 } } });
  });

  it('hand a service over once, with its suppliers, when the project is completed', async () => {
    const id = await running(false);
    const { outcome } = await act(lead, 'registerOutcome', 'outcome', {
      projectId: id,
      name: { ko: '판독 서비스' },
      model: 'SAAS',
    });
    const handOver = () =>
      act(lead, 'handOverOutcome', 'outcome', { outcomeId: outcome?.id, revision: 1 });
    expect(brief((await handOver()).problems)).toEqual([['WRONG_STATE', 'outcomeId', 'STATE']]);
    expect((await read(someone, id)).outcomes).toEqual([]);
    await bring(id, 0, owner, ['REPORT']);
    await bring(id, 1, owner);
    await finish(id, lead);
    const answers = await Promise.all([handOver(), handOver()]);
    expect(answers.filter(({ problems }) => problems.length === 0)).toHaveLength(1);
    expect((await read(someone, id)).outcomes).toEqual([
      {
        name: { ko: '판독 서비스' },
        status: 'HANDED_OVER',
        suppliers: [{ company: { id: 'infra' }, share: 10_000 }],
      },
    ]);
    const fact = await alliance.connection
      .collection('facts')
      .findOne({ _id: `outcome:${outcome?.id}` } as object);
    expect(fact).toMatchObject({
      state: { projectId: id, model: 'SAAS', suppliers: [{ companyId: 'infra', share: 10_000 }] },
    });
  });
});

describe('the end of the money', () => {
  it('is settled once all demands are closed, and nothing moves afterwards', async () => {
    const id = await running(false);
    const pay = { projectId: id, kind: 'PAY', companyId: 'infra', amount: 1_000 };
    await act(lead, 'recordMoney', 'entry', pay);
    await act(lead, 'recordMoney', 'entry', { ...pay, kind: 'SPEND', item: 'people' });
    await bring(id, 0, owner, ['REPORT']);
    await bring(id, 1, owner);
    await finish(id, lead);
    const demand = (amount: number) =>
      act(secretary, 'demandRecovery', 'recovery', {
        projectId: id,
        companyId: 'infra',
        amount,
        reason: '영수증이 없습니다.',
        dueOn: day(14),
      });
    expect(brief((await demand(1_001)).problems)).toEqual([['INVALID', 'amount', 'RECOVERABLE']]);
    const { recovery } = await demand(300);
    expect(brief((await demand(701)).problems)).toEqual([['INVALID', 'amount', 'RECOVERABLE']]);
    const settle = async () =>
      act(owner, 'settleProject', 'project', {
        projectId: id,
        revision: (await read(lead, id)).revision,
      });
    expect(brief((await settle()).problems)).toEqual([['INVALID', 'projectId', 'RECOVERED']]);
    const close = () =>
      act(secretary, 'closeRecovery', 'recovery', {
        recoveryId: recovery?.id,
        revision: 1,
        isPaid: true,
      });
    const closed = await Promise.all([close(), close()]);
    expect(closed.filter(({ problems }) => problems.length === 0)).toHaveLength(1);
    const { project } = await alliance.data<{ project: { accounts: object[] } }>(
      lead,
      'query ($id: ID!) { project(id: $id) { accounts { paid spent returned recovered left } } }',
      { id },
    );
    expect(project.accounts).toEqual([
      { paid: 1_000, spent: 1_000, returned: 0, recovered: 300, left: 0 },
    ]);
    expect((await settle()).project?.settledAt).not.toBeNull();
    expect(brief((await demand(1)).problems)).toEqual([['WRONG_STATE', 'projectId', 'SETTLED']]);
    expect(brief((await settle()).problems)).toEqual([['WRONG_STATE', 'projectId', 'SETTLED']]);
  });

  it('takes no recovery by hand', async () => {
    const id = await running(false);
    const by = await act(lead, 'recordMoney', 'entry', {
      projectId: id,
      kind: 'RECOVER',
      companyId: 'infra',
      amount: 1,
    });
    expect(brief(by.problems)).toEqual([['INVALID', 'kind', 'MOVEMENT_FORM']]);
  });
});
