/** Somebody of the secretariat who belongs to a firm decides nothing of its projects. */
import { brief, secretary } from './alliance.ts';
import { act, alliance, day, lead, read, running, startCourse } from './course.ts';
import { user } from '../service.ts';
import { tellAccess } from '../told.ts';

beforeAll(startCourse);
afterAll(() => alliance.stop());

const companies = { infra: 'VIEWER' } as const;
const insider = user('insider', { roles: ['SECRETARIAT'], companies });
const outsider = user('outsider', { roles: ['SECRETARIAT'], companies: { hospital: 'OWNER' } });
const conflict = (path: string) => [['WRONG_STATE', path, 'CONFLICT']];

describe('somebody of the secretariat with a firm in the project', () => {
  it('neither pays, takes back, demands, visits, decides nor ends it', async () => {
    const id = await running(true);
    const { revision, milestones } = await read(lead, id);
    const pay = { projectId: id, kind: 'PAY', companyId: 'infra', amount: 10 };
    const [, second] = milestones;
    const delivered = await act(lead, 'deliverMilestone', 'milestone', {
      milestoneId: second?.id,
      revision: second?.revision,
    });
    const proposed = await act(lead, 'proposePlanChange', 'change', {
      projectId: id,
      reason: '항목을 바꿉니다.',
      items: [{ companyId: 'infra', item: 'cloud', amount: 1_000 }],
    });
    const { report } = await act(lead, 'submitProgressReport', 'report', {
      projectId: id,
      from: day(-1),
      to: day(0),
      done: 100,
      summary: { ko: '시작했습니다.' },
    });
    const wishes = [
      ['recordMoney', 'entry', pay, 'projectId'],
      ['recordMoney', 'entry', { projectId: id, kind: 'REVERSE', reverses: 1 }, 'projectId'],
      [
        'demandRecovery',
        'recovery',
        { projectId: id, companyId: 'infra', amount: 1, reason: '돌려주세요.', dueOn: day(9) },
        'projectId',
      ],
      [
        'planSiteVisit',
        'visit',
        { projectId: id, place: { ko: '서울' }, on: day(3), visitors: '김주무관' },
        'projectId',
      ],
      [
        'decideMilestone',
        'milestone',
        { milestoneId: second?.id, revision: delivered.milestone?.revision, accept: true },
        'milestoneId',
      ],
      [
        'decidePlanChange',
        'change',
        { changeId: proposed.change?.id, revision: 1, approve: true },
        'changeId',
      ],
      [
        'decideProgressReport',
        'report',
        { reportId: report?.id, revision: 1, accept: true },
        'reportId',
      ],
      ['approveGate', 'project', { projectId: id, revision }, 'projectId'],
      ['completeProject', 'project', { projectId: id, revision }, 'projectId'],
      [
        'terminateProject',
        'project',
        { projectId: id, revision, reason: '그만둡니다.' },
        'projectId',
      ],
    ] as const;
    for (const [mutation, field, input, path] of wishes) {
      const { problems } = await act(insider, mutation, field, input);
      expect([mutation, brief(problems)]).toEqual([mutation, conflict(path)]);
    }
    expect(await read(secretary, id)).toMatchObject({ status: 'RUNNING', revision });
    expect((await act(outsider, 'recordMoney', 'entry', pay)).entry?.number).toBe(1);
  });
});

describe('somebody of the secretariat who left a firm in the project', () => {
  it('decides nothing of it for two years, whatever the firm became meanwhile', async () => {
    const id = await running(true);
    const year = 365 * 86_400_000;
    const left = (companyId: string, years: number) => ({
      left: [{ companyId, at: new Date(Date.now() - years * year) }],
    });
    await tellAccess(alliance.uri, {
      lately: left('infra', 1.9),
      'long-ago': left('infra', 2.1),
      heir: left('grand', 0),
      other: left('helper', 0),
    });
    await alliance.tellFirm('grand');
    const payAs = async (name: string) => {
      const leaver = user(name, { roles: ['SECRETARIAT'] });
      const pay = { projectId: id, kind: 'PAY', companyId: 'infra', amount: 10 };
      return (await act(leaver, 'recordMoney', 'entry', pay)).problems;
    };
    expect(await payAs('lately')).toMatchObject([
      { code: 'WRONG_STATE', path: ['projectId'], rule: 'CONFLICT', found: 'infra' },
    ]);
    expect(await payAs('heir')).toEqual([]);
    expect(await payAs('long-ago')).toEqual([]);
    await alliance.tellFirm('infra', { status: 'MERGED', mergedIntoId: 'grand' });
    expect(brief(await payAs('heir'))).toEqual(conflict('projectId'));
    expect(brief(await payAs('lately'))).toEqual(conflict('projectId'));
    expect(await payAs('other')).toEqual([]);
  });
});
