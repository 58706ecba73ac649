import {
  editorOf,
  problemFields,
  secretary,
  startAlliance,
  type Alliance,
  type SeenProblem,
} from './consortia-alliance.ts';
import { someone, user } from './service.ts';

let alliance: Alliance;
beforeAll(async () => {
  alliance = await startAlliance();
  await alliance.tellTechnology('mesh');
  await alliance.tellFirm('infra', { kinds: ['IAAS'] }, { mesh: 7 });
  await alliance.tellFirm('barred', { restrictedUntil: new Date('2999-01-01') });
});
afterAll(() => alliance.stop());

const hour = 3_600_000;
const from = (millis: number) => new Date(Date.now() + millis).toISOString();
const rules = { validFrom: '2020-01-01' };

async function change<Payload>(
  viewer: typeof secretary,
  mutation: string,
  input: object,
  fields: string,
): Promise<Payload & { problems: SeenProblem[] }> {
  const name = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
  const result = await alliance.data<Record<string, Payload & { problems: SeenProblem[] }>>(
    viewer,
    `mutation ($input: ${name}!) { ${mutation}(input: $input) { ${fields} ${problemFields} } }`,
    { input },
  );
  const payload = result[mutation];
  if (!payload) throw new Error(`${mutation} gave nothing.`);
  return payload;
}

async function programme(more: object = {}) {
  const { programme: made } = await change<{ programme: { id: string } }>(
    secretary,
    'createProgramme',
    { kind: 'FLAGSHIP', name: { ko: '플래그십', en: 'Flagship' }, rules: [{ ...rules, ...more }] },
    'programme { id }',
  );
  return made.id;
}

const call = (programmeId: string, more: object = {}) => ({
  programmeId,
  title: { en: 'Call' },
  year: 2026,
  budget: 10_000_000_000,
  slots: 5,
  opensAt: from(-hour),
  closesAt: from(hour),
  ...more,
});

async function open(programmeId: string, more: object = {}) {
  return change<{ call: { id: string; status: string; closesOn: string } | null }>(
    secretary,
    'openCall',
    call(programmeId, more),
    'call { id status opensOn closesOn }',
  );
}

const brief = (problems: SeenProblem[]) =>
  problems.map(({ code, path, rule }) => [code, path.join('/'), rule]);

describe('programmes', () => {
  it('keep any kind as data, and show the rules in force on a day', async () => {
    const { programme: made } = await change<{ programme: Record<string, unknown> }>(
      secretary,
      'createProgramme',
      {
        kind: 'MOON_LANDING',
        name: { ko: '달 착륙' },
        rules: [
          { validFrom: '2026-01-01', minMembers: 3 },
          { validFrom: '2024-01-01', validTo: '2025-12-31', leadKinds: ['IAAS'] },
        ],
      },
      `programme {
        kind editions { validFrom }
        old: rules(on: "2025-06-01") { leadKinds minMembers maxMembers }
        new: rules(on: "2026-01-01") { leadKinds minMembers }
        none: rules(on: "2023-12-31") { minMembers }
      }`,
    );
    expect(made).toEqual({
      kind: 'MOON_LANDING',
      editions: [{ validFrom: '2024-01-01' }, { validFrom: '2026-01-01' }],
      old: { leadKinds: ['IAAS'], minMembers: 1, maxMembers: null },
      new: { leadKinds: [], minMembers: 3 },
      none: null,
    });
  });

  it('are refused with every fault of their rules at once', async () => {
    const { programme: made, problems } = await change<{ programme: null }>(
      secretary,
      'createProgramme',
      {
        kind: 'flagship',
        name: {},
        rules: [
          {
            validFrom: '2026-01-01',
            minMembers: 9,
            maxMembers: 3,
            stages: [{ code: 'x', name: { en: 'Plan' } }],
          },
          {
            validFrom: '2026-05-01',
            membersByKind: [
              { kind: 'SAAS', least: 2, most: 1 },
              { kind: 'SAAS', least: 0 },
            ],
          },
        ],
      },
      'programme { id }',
    );
    expect(made).toBeNull();
    expect(problems.map(({ path }) => path.join('/')).toSorted()).toEqual([
      'kind',
      'name',
      'rules/0/minMembers',
      'rules/0/stages/0/code',
      'rules/1/membersByKind/0/least',
      'rules/1/membersByKind/1/kind',
      'rules/1/validFrom',
    ]);
  });
});

describe('calls', () => {
  it('stand where the clock says, and show their days in Asia/Seoul', async () => {
    const id = await programme();
    const late = await open(id, { closesAt: '2099-12-31T16:00:00Z' });
    expect(late.call).toMatchObject({ status: 'OPEN', closesOn: '2100-01-01' });
    const past = await open(id, { opensAt: from(-2 * hour), closesAt: from(-hour) });
    expect(past.call?.status).toBe('CLOSED');
    const next = await open(id, { opensAt: from(hour), closesAt: from(2 * hour) });
    expect(next.call?.status).toBe('SCHEDULED');
    const seenBy = async (viewer: typeof secretary, status: string | null) =>
      (
        await alliance.data<{ calls: { totalCount: number } }>(
          viewer,
          'query ($filter: CallFilter!) { calls(filter: $filter) { totalCount } }',
          { filter: { programmeId: id, status } },
        )
      ).calls.totalCount;
    expect(await seenBy(someone, null)).toBe(2);
    expect(await seenBy(user('anyone'), null)).toBe(3);
    expect(await seenBy(user('anyone'), 'SCHEDULED')).toBe(1);
    expect(await seenBy(someone, 'OPEN')).toBe(1);
    expect(await seenBy(someone, 'CLOSED')).toBe(1);
  });

  it('keep to the years and sectors of the rules, and to the sectors of one year together', async () => {
    const id = await programme({
      years: [2025, 2026],
      sectors: ['healthcare', 'finance', 'education'],
      maxSectorsPerYear: 2,
    });
    const wrong = await open(id, { year: 2027, sectors: ['healthcare', 'defence'] });
    expect(brief(wrong.problems)).toEqual([
      ['INVALID', 'year', 'YEAR'],
      ['INVALID', 'sectors/1', 'SECTOR'],
    ]);
    expect((await open(id, { sectors: ['healthcare', 'finance'] })).problems).toEqual([]);
    const third = await open(id, { sectors: ['education'] });
    expect(third.problems).toMatchObject([
      { code: 'LIMIT_REACHED', rule: 'SECTORS_A_YEAR', limit: '2', found: '3' },
    ]);
    expect((await open(id, { year: 2025, sectors: ['education'] })).problems).toEqual([]);
  });

  it('never open two times what one year allows, however many openings race', async () => {
    const id = await programme({ maxSectorsPerYear: 1 });
    const answers = await Promise.all(
      ['healthcare', 'finance', 'education'].map((sector) => open(id, { sectors: [sector] })),
    );
    expect(answers.filter(({ problems }) => problems.length === 0)).toHaveLength(1);
  });
});

describe('a project under a call', () => {
  const lead = editorOf('infra');
  const draft = (callId: string | null, more: object = {}) =>
    change<{ project: { id: string; status: string; revision: number } | null }>(
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
    const id = await programme({
      budgetCap: 1_000,
      stages: [{ code: 'PLANNING', name: { en: 'Planning' }, budgetCap: 400 }],
    });
    const { call: opened } = await open(id, { sectors: ['finance'] });
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

  it('is drafted only while the call is open', async () => {
    const id = await programme();
    const closed = await open(id, { opensAt: from(-2 * hour), closesAt: from(-hour) });
    const soon = await open(id, { opensAt: from(hour), closesAt: from(2 * hour) });
    expect(brief((await draft(closed.call?.id ?? '')).problems)).toEqual([
      ['EXPIRED', 'callId', null],
    ]);
    expect(brief((await draft(soon.call?.id ?? '')).problems)).toEqual([
      ['WRONG_STATE', 'callId', null],
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
      ['INVALID', 'requirements/0/leastLevel', null],
      ['INVALID', 'requirements/1/leastLevel', null],
      ['INVALID', 'requirements/1/wishedProviders', null],
      ['NOT_FOUND', 'requirements/1/technologyId', null],
    ]);
  });

  it('is not led by a firm that is restricted', async () => {
    const { problems } = await change<object>(
      editorOf('barred'),
      'draftProject',
      { leadCompanyId: 'barred', title: { en: 'No' }, summary: {}, sector: 'healthcare' },
      'project { id }',
    );
    expect(brief(problems)).toEqual([['WRONG_STATE', 'leadCompanyId', null]]);
  });

  it('is changed by whoever read it last, and by nobody else', async () => {
    const { project } = await draft(null);
    const edit = (revision: number | undefined, title: string) =>
      change<{ project: { revision: number } | null }>(
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

const row = (externalId: string, more: object = {}) => ({
  externalId,
  kind: 'XAAS',
  name: { en: `Programme ${externalId}` },
  rules: [rules],
  calls: [
    {
      externalId: `${externalId}-2026`,
      title: { en: 'Call' },
      year: 2026,
      budget: 1,
      slots: 1,
      opensAt: '2026-01-01T00:00:00Z',
      closesAt: '2027-01-01T00:00:00Z',
    },
  ],
  ...more,
});
const bring = (rows: object[], dryRun = false) =>
  change<{ created: number; updated: number; unchanged: number }>(
    secretary,
    'importProgrammes',
    { source: 'seed', dryRun, rows },
    'created updated unchanged',
  );

describe('importing programmes', () => {
  it('creates, updates, leaves alone, and reports the rows that fail while the others go through', async () => {
    expect(await bring([row('a')], true)).toMatchObject({ created: 2, problems: [] });
    expect(await bring([row('a'), row('b')])).toMatchObject({ created: 4, updated: 0 });
    const again = await bring([
      row('a'),
      row('b', { name: { en: 'Another name' } }),
      row('c', { kind: '?' }),
      row('d', { calls: [] }),
    ]);
    expect(again).toMatchObject({ created: 1, updated: 1, unchanged: 3 });
    expect(brief(again.problems)).toEqual([['INVALID', 'rows/2/kind', null]]);
  });
});
