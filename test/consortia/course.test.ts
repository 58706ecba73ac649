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
  type Revised,
} from './course.ts';
import { someone } from '../service.ts';

beforeAll(startCourse);
afterAll(() => alliance.stop());

describe('milestones', () => {
  it('are delivered with their files, accepted, and needed to finish', async () => {
    const id = await running(false);
    const early = await finish(id, lead);
    expect(brief(early.problems)).toEqual([
      ['INVALID', 'projectId', 'MILESTONES_ACCEPTED'],
      ['INVALID', 'projectId', 'MILESTONES_ACCEPTED'],
    ]);
    expect(brief((await bring(id, 0, owner)).problems)).toEqual([
      ['INVALID', 'milestoneId', 'DELIVERABLES'],
    ]);
    expect((await bring(id, 0, owner, ['REPORT'])).milestone?.status).toBe('ACCEPTED');
    const again = await act(lead, 'deliverMilestone', 'milestone', {
      milestoneId: (await read(lead, id)).milestones[0]?.id,
      revision: 1,
    });
    expect(brief(again.problems)).toEqual([['WRONG_STATE', 'milestoneId', 'STATE']]);
    await bring(id, 1, owner);
    expect((await finish(id, lead)).project).toMatchObject({ status: 'COMPLETED', isOnTime: true });
  });

  it('are returned with a reason, and decided by those who look after the project alone', async () => {
    const id = await running(true);
    const [, second] = (await read(lead, id)).milestones;
    const delivered = await act(lead, 'deliverMilestone', 'milestone', {
      milestoneId: second?.id,
      revision: second?.revision,
      note: '다 했습니다.',
    });
    const decide = { milestoneId: second?.id, revision: delivered.milestone?.revision };
    const { errors } = await alliance.ask(
      owner,
      'mutation ($input: DecideMilestoneInput!) { decideMilestone(input: $input) { problems { code } } }',
      { input: { ...decide, accept: true } },
    );
    expect(errors?.[0]?.extensions['code']).toBe('FORBIDDEN');
    const bare = await act(secretary, 'decideMilestone', 'milestone', { ...decide, accept: false });
    expect(brief(bare.problems)).toEqual([['INVALID', 'verdict', 'TEXT_LENGTH']]);
    const returned = await act(secretary, 'decideMilestone', 'milestone', {
      ...decide,
      accept: false,
      verdict: '시험 결과가 없습니다.',
    });
    expect(returned.milestone?.status).toBe('RETURNED');
    const stale = await act(lead, 'deliverMilestone', 'milestone', {
      milestoneId: second?.id,
      revision: second?.revision,
    });
    expect(brief(stale.problems)).toEqual([['STALE', 'revision', null]]);
  });

  it('are seen late by the secretariat, by an index, and by nobody outside', async () => {
    const id = await running(false, day(-2));
    const { lateMilestones } = await alliance.data<{
      lateMilestones: { edges: { node: { daysLate: number; project: { id: string } } }[] };
    }>(secretary, '{ lateMilestones { edges { node { daysLate project { id } } } } }');
    expect(lateMilestones.edges.map(({ node }) => node)).toEqual([
      { daysLate: 2, project: { id } },
    ]);
    const soon = await alliance.data<{ lateMilestones: { totalCount: number } }>(
      secretary,
      '{ lateMilestones(withinDays: 3) { totalCount } }',
    );
    expect(soon.lateMilestones.totalCount).toBeGreaterThan(1);
    const plan = await alliance.connection
      .collection('milestones')
      .find({ awaited: true, dueOn: { $lt: day(0) } })
      .sort({ dueOn: 1, _id: 1 })
      .explain('queryPlanner');
    expect(JSON.stringify(plan)).toContain('awaited_1_dueOn_1__id_1');
    expect((await read(someone, id)).milestones).toEqual([]);
  });
});

describe('a change of plan', () => {
  it('is needed once a project under a call runs, and takes effect when it is approved', async () => {
    const id = await running(true);
    const items = [{ companyId: 'infra', item: 'cloud', amount: 1_000 }];
    const { revision } = await read(lead, id);
    const direct = await act(lead, 'planBudget', 'project', { projectId: id, revision, items });
    expect(brief(direct.problems)).toEqual([['WRONG_STATE', 'projectId', 'CHANGE_APPROVED']]);
    const propose = { projectId: id, reason: '시장이 달라졌습니다.', items };
    const { change } = await act(lead, 'proposePlanChange', 'change', propose);
    expect(brief((await act(lead, 'proposePlanChange', 'change', propose)).problems)).toEqual([
      ['TAKEN', 'projectId', 'CHANGE_ONE'],
    ]);
    const approved = await act(secretary, 'decidePlanChange', 'change', {
      changeId: change?.id,
      revision: change?.revision,
      approve: true,
    });
    expect(approved.change?.status).toBe('APPROVED');
    const { entry } = await act(secretary, 'recordMoney', 'entry', {
      projectId: id,
      kind: 'PAY',
      companyId: 'infra',
      amount: 10,
    });
    expect(entry?.number).toBe(1);
    const spent = await act(lead, 'recordMoney', 'entry', {
      projectId: id,
      kind: 'SPEND',
      companyId: 'infra',
      item: 'cloud',
      amount: 10,
    });
    expect(spent.problems).toEqual([]);
  });

  it('is looked at again when it is approved: what was spent since is not planned away', async () => {
    const id = await running(true);
    const { change } = await act(lead, 'proposePlanChange', 'change', {
      projectId: id,
      reason: '항목을 바꿉니다.',
      items: [{ companyId: 'infra', item: 'cloud', amount: 1_000 }],
      milestones: [{ name: { ko: '하나로' }, dueOn: day(60) }],
    });
    const pay = { projectId: id, kind: 'PAY', companyId: 'infra', amount: 10 };
    await act(secretary, 'recordMoney', 'entry', pay);
    await act(lead, 'recordMoney', 'entry', { ...pay, kind: 'SPEND', item: 'people' });
    const decide = { changeId: change?.id, revision: change?.revision };
    const approved = await act(secretary, 'decidePlanChange', 'change', {
      ...decide,
      approve: true,
    });
    expect(brief(approved.problems)).toEqual([['INVALID', 'items', 'PLAN_SPENT']]);
    expect((await read(lead, id)).milestones).toHaveLength(2);
    const withdrawn = await act(lead, 'withdrawPlanChange', 'change', decide);
    expect(withdrawn.change?.status).toBe('WITHDRAWN');
  });

  it('has one outcome when an approval meets a withdrawal', async () => {
    const id = await running(true);
    const { change } = await act(lead, 'proposePlanChange', 'change', {
      projectId: id,
      reason: '일정을 바꿉니다.',
      milestones: [{ name: { ko: '하나로' }, dueOn: day(60) }],
    });
    const decide = { changeId: change?.id, revision: change?.revision };
    const [approval, withdrawal] = await Promise.all([
      act(secretary, 'decidePlanChange', 'change', { ...decide, approve: true }),
      act(lead, 'withdrawPlanChange', 'change', decide),
    ]);
    const { planChanges, milestones: now } = await read(lead, id);
    const isApproved = planChanges[0]?.status === 'APPROVED';
    expect([approval, withdrawal].filter(({ problems }) => problems.length === 0)).toHaveLength(1);
    expect(now).toHaveLength(isApproved ? 1 : 2);
  });
});

const record = (visit: Revised | null | undefined) =>
  act(secretary, 'recordSiteVisit', 'visit', {
    visitId: visit?.id,
    revision: visit?.revision,
    findings: { ko: '계획대로입니다.' },
    isSatisfactory: true,
  });

describe('reports and visits', () => {
  it('are numbered without a gap, however they race, and decided once', async () => {
    const id = await running(true);
    const submit = () =>
      act(lead, 'submitProgressReport', 'report', {
        projectId: id,
        from: day(-7),
        to: day(-1),
        done: 2_500,
        summary: { ko: '설계를 마쳤습니다.' },
      });
    const answers = await Promise.all([submit(), submit(), submit()]);
    const numbers = answers.map((answer) => answer.report?.number ?? 0);
    expect(numbers.toSorted((a, b) => a - b)).toEqual([1, 2, 3]);
    const decide = { reportId: answers[0]?.report?.id, revision: 1, accept: true };
    const accepted = await act(secretary, 'decideProgressReport', 'report', decide);
    expect(accepted.report?.status).toBe('ACCEPTED');
    const again = await act(secretary, 'decideProgressReport', 'report', decide);
    expect(brief(again.problems)).toEqual([['WRONG_STATE', 'reportId', 'STATE']]);
    const future = await act(lead, 'submitProgressReport', 'report', {
      projectId: id,
      from: day(2),
      to: day(1),
      done: 0,
      summary: {},
    });
    expect(brief(future.problems)).toEqual([
      ['INVALID', 'to', 'PERIOD_ORDER'],
      ['INVALID', 'to', 'DAY_PAST'],
      ['INVALID', 'summary', 'LANGUAGES_LEAST'],
    ]);
  });

  it('record what was found on the day of a visit or later', async () => {
    const id = await running(true);
    const plan = (on: string) =>
      act(secretary, 'planSiteVisit', 'visit', {
        projectId: id,
        place: { ko: '대전 병원' },
        on,
        visitors: '김주무관',
      });
    expect(brief((await plan(day(-1))).problems)).toEqual([['INVALID', 'on', 'DAY_AHEAD']]);
    const [today, later] = [await plan(day(0)), await plan(day(5))];
    expect(brief((await record(later.visit)).problems)).toEqual([
      ['INVALID', 'visitId', 'VISIT_DAY'],
    ]);
    expect((await record(today.visit)).visit?.status).toBe('DONE');
    const cancelled = await act(secretary, 'cancelSiteVisit', 'visit', {
      visitId: later.visit?.id,
      revision: later.visit?.revision,
    });
    expect(cancelled.visit?.status).toBe('CANCELLED');
    expect((await read(lead, id)).siteVisits).toEqual([
      { on: day(5), status: 'CANCELLED', isSatisfactory: null },
      { on: day(0), status: 'DONE', isSatisfactory: true },
    ]);
  });
});
