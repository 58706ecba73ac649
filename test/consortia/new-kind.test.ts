/** A programme that is data alone, carried out to its last won: what a firm of a running project goes through. */
import { editorOf, secretary } from './alliance.ts';
import {
  act,
  alliance,
  bring,
  day,
  finish,
  lead,
  pilotUser,
  read,
  startCourse,
  type Revised,
} from './course.ts';
import { awardNewKind } from './new-kind.ts';
import { someone } from '../service.ts';

beforeAll(startCourse);
afterAll(() => alliance.stop());

const revision = async (id: string) => (await read(lead, id)).revision;
const money = async (viewer: typeof lead, id: string, input: object) =>
  act(viewer, 'recordMoney', 'entry', { projectId: id, companyId: 'infra', ...input });

interface Seen {
  project: {
    status: string;
    settledAt: string | null;
    reportDueOn: string | null;
    warnings: { kind: string; days: number; subject: string; amount: number | null }[];
    accounts: object[];
    recoveries: { status: string }[];
    outcomes: { status: string }[];
  };
}
const seenBy = async (viewer: typeof lead, id: string) =>
  (
    await alliance.data<Seen>(
      viewer,
      `query ($id: ID!) { project(id: $id) {
        status settledAt reportDueOn warnings { kind days subject amount }
        accounts { paid matched spent returned recovered left }
        recoveries { status } outcomes { status }
      } }`,
      { id },
    )
  ).project;

/** Lets a project have begun so many days ago. */
const beganAgo = (id: string, days: number) =>
  alliance.connection.collection('projects').updateOne({ _id: id } as object, {
    $set: { startedAt: new Date(Date.now() - days * 86_400_000) },
  });

// Each fact takes the project on from where the one before left it.
describe('a project under a new kind of programme', () => {
  let id: string;

  it('begins with a plan and milestones, and is paid', async () => {
    ({ id } = await awardNewKind(alliance, { reportEveryMonths: 1 }));
    await act(lead, 'planBudget', 'project', {
      projectId: id,
      revision: await revision(id),
      items: [
        { companyId: 'infra', item: 'people', amount: 700 },
        { companyId: 'infra', item: 'cloud', amount: 300 },
      ],
    });
    await act(lead, 'setMilestones', 'project', {
      projectId: id,
      revision: await revision(id),
      milestones: [
        {
          stage: 'LAUNCH',
          name: { ko: '발사' },
          dueOn: day(-2),
          deliverables: [{ code: 'REPORT', name: { ko: '보고서' } }],
        },
        { stage: 'LANDING', name: { ko: '착륙' }, dueOn: day(30) },
      ],
    });
    const started = await act(secretary, 'startProject', 'project', {
      projectId: id,
      revision: await revision(id),
    });
    expect(started.project?.status).toBe('RUNNING');
    await money(secretary, id, { kind: 'PAY', amount: 600 });
    await money(lead, id, { kind: 'MATCH', amount: 200 });
  });

  it('shows what is late in it, until it is reported', async () => {
    await beganAgo(id, 40);
    const late = await seenBy(secretary, id);
    expect(late.warnings.map(({ kind, amount }) => [kind, amount])).toEqual([
      ['MILESTONE', null],
      ['REPORT', null],
      ['UNSPENT', 800],
    ]);
    expect((late.reportDueOn ?? '') < day(0)).toBe(true);
    expect(await seenBy(someone, id)).toMatchObject({ warnings: [], reportDueOn: null });
    const told = await act(lead, 'submitProgressReport', 'report', {
      projectId: id,
      from: day(-40),
      to: day(-1),
      done: 5_000,
      summary: { ko: '쏘아 올렸습니다.' },
    });
    await act(secretary, 'decideProgressReport', 'report', {
      reportId: told.report?.id,
      revision: 1,
      accept: true,
    });
    expect((await seenBy(lead, id)).warnings.map(({ kind }) => kind)).toEqual([
      'MILESTONE',
      'UNSPENT',
    ]);
  });

  it('is changed by approval, and visited', async () => {
    const { change } = await act(lead, 'proposePlanChange', 'change', {
      projectId: id,
      reason: '구름보다 사람이 더 듭니다.',
      items: [
        { companyId: 'infra', item: 'people', amount: 900 },
        { companyId: 'infra', item: 'cloud', amount: 100 },
      ],
    });
    const approved = await act(secretary, 'decidePlanChange', 'change', {
      changeId: change?.id,
      revision: 1,
      approve: true,
    });
    expect(approved.change?.status).toBe('APPROVED');
    const visit = await act(secretary, 'planSiteVisit', 'visit', {
      projectId: id,
      place: { ko: '고흥 우주센터' },
      on: day(0),
      visitors: '김주무관',
    });
    const visited = await act(secretary, 'recordSiteVisit', 'visit', {
      visitId: visit.visit?.id,
      revision: 1,
      findings: { ko: '계획대로입니다.' },
      isSatisfactory: true,
    });
    expect(visited.visit?.status).toBe('DONE');
  });

  it('passes its gate, is tried, and ends with a service', async () => {
    expect((await bring(id, 0, secretary, ['REPORT'])).milestone?.status).toBe('ACCEPTED');
    const gate = await act(secretary, 'approveGate', 'project', {
      projectId: id,
      revision: await revision(id),
    });
    expect(gate.problems).toEqual([]);
    await money(secretary, id, { kind: 'PAY', amount: 200 });
    await money(lead, id, { kind: 'SPEND', item: 'people', amount: 900 });
    await money(lead, id, { kind: 'SPEND', item: 'cloud', amount: 50 });
    await money(lead, id, { kind: 'RETURN', amount: 50 });
    const pilot = await act(lead, 'enrolPilot', 'pilot', {
      projectId: id,
      companyId: 'hospital',
      from: day(-5),
      subject: { ko: '달 탐사 자료' },
    });
    await act(pilotUser, 'givePilotFeedback', 'pilot', {
      pilotId: pilot.pilot?.id,
      revision: pilot.pilot?.revision,
      rating: 4,
      words: { ko: '쓸 만합니다.' },
    });
    const later = await act(lead, 'enrolPilot', 'pilot', {
      projectId: id,
      companyId: 'helper',
      from: day(2),
      subject: { ko: '달 탐사 자료' },
    });
    const early = await act(editorOf('helper'), 'givePilotFeedback', 'pilot', {
      pilotId: later.pilot?.id,
      revision: 1,
      rating: 1,
      words: { ko: '아직 써 보지 않았습니다.' },
    });
    expect(early.problems.map(({ rule, limit }) => [rule, limit])).toEqual([
      ['PILOT_BEGUN', day(2)],
    ]);
    const registered = await act(lead, 'registerOutcome', 'outcome', {
      projectId: id,
      name: { ko: '달 지도 서비스' },
      model: 'SAAS',
    });
    await bring(id, 1, secretary);
    expect((await finish(id)).project).toMatchObject({ status: 'COMPLETED', isOnTime: false });
    expect(registered.outcome?.status).toBe('DRAFT');
  });

  it('is settled once what was demanded back is paid, and hands its service over', async () => {
    const demanded = await act(secretary, 'demandRecovery', 'recovery', {
      projectId: id,
      companyId: 'infra',
      amount: 30,
      reason: '증빙이 없는 지출입니다.',
      dueOn: day(10),
    });
    const settle = async () =>
      act(secretary, 'settleProject', 'project', { projectId: id, revision: await revision(id) });
    expect((await settle()).problems.map(({ rule }) => rule)).toEqual(['RECOVERED']);
    await act(secretary, 'closeRecovery', 'recovery', {
      recoveryId: demanded.recovery?.id,
      revision: 1,
      isPaid: true,
    });
    expect((await settle()).problems).toEqual([]);
    const { project } = await alliance.data<{ project: { outcomes: Revised[] } }>(
      lead,
      'query ($id: ID!) { project(id: $id) { outcomes { id revision status } } }',
      { id },
    );
    const [outcome] = project.outcomes;
    const handed = await act(lead, 'handOverOutcome', 'outcome', {
      outcomeId: outcome?.id,
      revision: outcome?.revision,
    });
    expect(handed.outcome?.status).toBe('HANDED_OVER');
    expect(await seenBy(lead, id)).toMatchObject({
      status: 'COMPLETED',
      warnings: [],
      reportDueOn: null,
      accounts: [{ paid: 800, matched: 200, spent: 950, returned: 50, recovered: 30, left: 0 }],
      recoveries: [{ status: 'PAID' }],
      outcomes: [{ status: 'HANDED_OVER' }],
    });
    expect(await read(lead, id)).toMatchObject({ pilotRating: 4, isOnTime: false });
  });
});
