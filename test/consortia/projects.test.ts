import {
  brief,
  editorOf,
  fromNow,
  hour,
  openCall,
  startAlliance,
  startProgramme,
  type Alliance,
} from './alliance.ts';
import { someone } from '../service.ts';

let alliance: Alliance;
beforeAll(async () => {
  alliance = await startAlliance();
  await alliance.tellTechnology('mesh');
  await alliance.tellFirm('infra', { kinds: ['IAAS'] }, { mesh: 7 });
  await alliance.tellFirm('pending', { status: 'PENDING' });
  await alliance.tellFirm('barred', { restrictedUntil: new Date('2999-01-01') });
});
afterAll(() => alliance.stop());

describe('a project under a call', () => {
  const lead = editorOf('infra');
  const draft = (callId: string | null, more: object = {}) =>
    alliance.change<{ project: { id: string; status: string; revision: number } | null }>(
      lead,
      'draftProject',
      {
        callId,
        leadCompanyId: 'infra',
        title: { en: 'Project' },
        summary: {},
        sector: 'healthcare',
        ...more,
      },
      'project { id status revision }',
    );

  it('breaks the rules of its call all at once, each with its limit and what was found', async () => {
    const id = await startProgramme(alliance, {
      budgetCap: 1_000,
      stages: [{ code: 'PLANNING', name: { en: 'Planning' }, budgetCap: 400 }],
    });
    const { call: opened } = await openCall(alliance, id, { sectors: ['finance'] });
    const { problems } = await draft(opened?.id ?? '', {
      stages: [
        { stage: 'PLANNING', amount: 900 },
        { stage: 'DREAMING', amount: 200 },
      ],
    });
    expect(
      problems.map(({ rule, limit, found, path }) => [rule, limit, found, path.join('/')]),
    ).toEqual([
      ['SECTOR', 'finance', 'healthcare', 'sector'],
      ['BUDGET_CAP', '1000', '1100', 'budget'],
      ['STAGE_CAP', '400', '900', 'stages/0/amount'],
      ['STAGE', 'PLANNING', 'DREAMING', 'stages/1/stage'],
    ]);
  });

  it('bears its own part of the whole cost, to the won', async () => {
    const { call: opened } = await openCall(
      alliance,
      await startProgramme(alliance, { matchingRatio: 2_500 }),
    );
    const id = opened?.id ?? '';
    expect((await draft(id, { budget: 750, matching: 250 })).problems).toEqual([]);
    expect((await draft(id, { budget: 750, matching: 249 })).problems).toMatchObject([
      { rule: 'MATCHING', limit: '2500', found: '2492', path: ['matching'] },
    ]);
  });

  it('claims only bonuses that the call has', async () => {
    const { call: opened } = await openCall(
      alliance,
      await startProgramme(alliance, {
        bonuses: [{ code: 'BORN_TO_SAAS', name: { en: 'Born' }, points: 3 }],
      }),
    );
    const { problems } = await draft(opened?.id ?? '', { bonuses: ['BORN_TO_SAAS', 'OLD'] });
    expect(problems).toMatchObject([
      { rule: 'BONUS', limit: 'BORN_TO_SAAS', found: 'OLD', path: ['bonuses', '1'] },
    ]);
  });

  it('takes over the requirements of an earlier project, with ids of its own and without prices', async () => {
    const fields = `project {
      id copiedFrom { id } requirements { id technology { id } leastLevel estimatedPrice }
    }`;
    interface Copy {
      project: {
        id: string;
        copiedFrom: { id: string } | null;
        requirements: { id: string; leastLevel: number; estimatedPrice: number | null }[];
      } | null;
    }
    const base = { leadCompanyId: 'infra', title: { en: 'Copy' }, summary: {}, sector: 'finance' };
    const first = await alliance.change<Copy>(
      lead,
      'draftProject',
      { ...base, requirements: [{ technologyId: 'mesh', leastLevel: 6, estimatedPrice: 9 }] },
      fields,
    );
    const second = await alliance.change<Copy>(
      lead,
      'draftProject',
      { ...base, copyFrom: first.project?.id },
      fields,
    );
    expect(second.project?.copiedFrom).toEqual({ id: first.project?.id });
    expect(second.project?.requirements).toMatchObject([{ leastLevel: 6, estimatedPrice: null }]);
    expect(second.project?.requirements[0]?.id).not.toBe(first.project?.requirements[0]?.id);
    const stolen = await alliance.change<Copy>(
      editorOf('barred'),
      'draftProject',
      { ...base, leadCompanyId: 'barred', copyFrom: first.project?.id },
      fields,
    );
    expect(brief(stolen.problems)).toContainEqual(['NOT_FOUND', 'copyFrom', null]);
  });

  it('keeps what a change leaves out', async () => {
    const { project } = await draft(null, {
      budget: 10,
      matching: 5,
      sites: [{ name: { ko: '부산 공장' }, region: 'KR-26' }],
      demandCompanyIds: ['barred'],
    });
    const { project: after } = await alliance.change<{ project: object }>(
      lead,
      'updateProject',
      { id: project?.id, revision: 1, title: { ko: '새 이름' }, matching: 0 },
      'project { title { ko en } budget matching sites { name { ko } region } demandCompanies { id } }',
    );
    expect(after).toEqual({
      title: { ko: '새 이름', en: null },
      budget: 10,
      matching: 0,
      sites: [{ name: { ko: '부산 공장' }, region: 'KR-26' }],
      demandCompanies: [{ id: 'barred' }],
    });
  });

  it('is for firms that are known and approved, when drafted and when changed', async () => {
    const demandCompanyIds = ['nope', 'barred', 'pending'];
    const unknown = [
      { code: 'NOT_FOUND', rule: 'COMPANY_IS_KNOWN', path: ['demandCompanyIds', '0'] },
      { code: 'NOT_FOUND', rule: 'COMPANY_IS_KNOWN', path: ['demandCompanyIds', '2'] },
    ];
    const refused = await draft(null, { demandCompanyIds });
    expect(refused.project).toBeNull();
    expect(refused.problems).toMatchObject(unknown);
    const { project } = await draft(null, { demandCompanyIds: ['barred'] });
    const { problems } = await alliance.change<object>(lead, 'updateProject', {
      id: project?.id,
      revision: project?.revision,
      demandCompanyIds,
    });
    expect(problems).toMatchObject(unknown);
  });

  it('is drafted only while the call is open', async () => {
    const id = await startProgramme(alliance);
    const closed = await openCall(alliance, id, {
      opensAt: fromNow(-2 * hour),
      closesAt: fromNow(-hour),
    });
    const soon = await openCall(alliance, id, {
      opensAt: fromNow(hour),
      closesAt: fromNow(2 * hour),
    });
    expect(brief((await draft(closed.call?.id ?? '')).problems)).toEqual([
      ['EXPIRED', 'callId', 'CLOSES'],
    ]);
    expect(brief((await draft(soon.call?.id ?? '')).problems)).toEqual([
      ['WRONG_STATE', 'callId', 'OPENS'],
    ]);
    expect(brief((await draft('nothing')).problems)).toEqual([['NOT_FOUND', 'callId', null]]);
  });

  it('is refused with a level outside 1 to 9 and an unknown technology, and nothing is kept', async () => {
    const { project, problems } = await draft(null, {
      requirements: [
        { technologyId: 'mesh', leastLevel: 10 },
        { technologyId: 'nowhere', leastLevel: 0, wishedProviders: 30 },
      ],
    });
    expect(project).toBeNull();
    expect(brief(problems)).toEqual([
      ['INVALID', 'requirements/0/leastLevel', 'LEVEL_RANGE'],
      ['INVALID', 'requirements/1/leastLevel', 'LEVEL_RANGE'],
      ['INVALID', 'requirements/1/wishedProviders', 'WISHED_RANGE'],
      ['NOT_FOUND', 'requirements/1/technologyId', null],
    ]);
  });

  it('is not led by a firm that is restricted', async () => {
    const { problems } = await alliance.change<object>(
      editorOf('barred'),
      'draftProject',
      { leadCompanyId: 'barred', title: { en: 'No' }, summary: {}, sector: 'healthcare' },
      'project { id }',
    );
    expect(brief(problems)).toEqual([['WRONG_STATE', 'leadCompanyId', 'LEAD_FIT']]);
  });

  it('is changed by whoever read it last, and by nobody else', async () => {
    const { project } = await draft(null);
    const edit = (revision: number | undefined, title: string) =>
      alliance.change<{ project: { revision: number } | null }>(
        lead,
        'updateProject',
        { id: project?.id, revision, title: { en: title } },
        'project { revision }',
      );
    const answers = await Promise.all([
      edit(project?.revision, 'First'),
      edit(project?.revision, 'Second'),
    ]);
    expect(answers.flatMap(({ problems }) => brief(problems))).toEqual([
      ['STALE', 'revision', null],
    ]);
  });

  it('is found by words in Korean and English, only by those who may see it', async () => {
    await draft(null, { title: { ko: '병원 데이터 연계', en: 'Linking hospital data' } });
    const find = async (viewer: typeof lead, text: string) =>
      (
        await alliance.data<{ projects: { totalCount: number } }>(
          viewer,
          'query ($text: String) { projects(filter: { text: $text }) { totalCount } }',
          { text },
        )
      ).projects.totalCount;
    expect(await find(lead, '병원 데이터')).toBe(1);
    expect(await find(lead, 'HOSPITAL')).toBe(1);
    expect(await find(lead, 'airport')).toBe(0);
    expect(await find(someone, 'hospital')).toBe(0);
    const { errors } = await alliance.ask(
      lead,
      '{ projects(filter: { text: "a" }) { totalCount } }',
    );
    expect(errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT');
  });
});
