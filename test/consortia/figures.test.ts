import { fromNow, hour, secretary, startAlliance, type Alliance } from './alliance.ts';
import { someone } from '../service.ts';

let alliance: Alliance;

/** A project as the platform keeps it, with its team. */
async function keep(id: string, companyIds: string[], more: object = {}): Promise<void> {
  const begun = new Date(fromNow(-hour));
  await alliance.connection
    .collection<{ _id: string; [field: string]: unknown }>('projects')
    .insertOne({
      _id: id,
      callId: `call-${id}`,
      programmeId: 'flagship',
      title: { ko: '과제', en: null },
      summary: { ko: null, en: null },
      sector: 'healthcare',
      leadCompanyId: companyIds[0],
      status: 'RUNNING',
      requirements: [{ id: 'r', technologyId: 'mesh' }],
      consortiumId: `consortium-${id}`,
      audience: ['public'],
      grams: [],
      plan: companyIds.map((companyId) => ({ companyId, item: '클라우드', amount: 5_000_000_000 })),
      startedAt: begun,
      draftedAt: begun,
      revision: 1,
      ...more,
    });
  await alliance.connection
    .collection<{ _id: string; [field: string]: unknown }>('memberships')
    .insertMany(
      companyIds.map((companyId) => ({
        _id: `${id}-${companyId}`,
        consortiumId: `consortium-${id}`,
        projectId: id,
        companyId,
        standing: true,
      })),
    );
}

beforeAll(async () => {
  alliance = await startAlliance();
  await keep('1', ['alpha', 'beta']);
  await keep('2', ['alpha', 'gamma'], { sector: 'logistics', programmeId: 'xaas' });
  await keep('3', ['beta', 'delta'], { status: 'SUBMITTED' });
  await keep('4', ['delta'], { callId: null });
});
afterAll(() => alliance.stop());

const network = (filter: string) =>
  alliance.data<{ collaborationNetwork: { firms: object[]; links: object[]; leftOut: number } }>(
    someone,
    `{ collaborationNetwork${filter} {
      firms { company { id } projects partners } links { companies { id } projects } leftOut
    } }`,
  );
const duplicates = (args: string) =>
  alliance.data<{ fundingDuplicates: object[] }>(
    secretary,
    `{ fundingDuplicates${args} {
      company { id } projects { id } likeness amount items { item amount otherAmount }
    } }`,
  );

describe('the network of firms', () => {
  it('joins firms of awarded and begun projects', async () => {
    expect((await network('')).collaborationNetwork).toEqual({
      firms: [
        { company: { id: 'alpha' }, projects: 2, partners: 2 },
        { company: { id: 'beta' }, projects: 1, partners: 1 },
        { company: { id: 'gamma' }, projects: 1, partners: 1 },
        { company: { id: 'delta' }, projects: 1, partners: 0 },
      ],
      links: [
        { companies: [{ id: 'alpha' }, { id: 'beta' }], projects: 1 },
        { companies: [{ id: 'alpha' }, { id: 'gamma' }], projects: 1 },
      ],
      leftOut: 0,
    });
  });

  it('is narrowed by firm, programme and sector, and cut at a number of firms', async () => {
    const linksOf = async (filter: string) =>
      (await network(filter)).collaborationNetwork.links.length;
    expect(await linksOf('(companyId: "gamma")')).toBe(1);
    expect(await linksOf('(programmeId: "flagship")')).toBe(1);
    expect(await linksOf('(sector: "finance")')).toBe(0);
    expect((await network('(most: 1)')).collaborationNetwork).toMatchObject({
      links: [],
      leftOut: 3,
    });
    await expect(network('(most: 201)')).rejects.toThrow('This is from 1 to 200.');
  });
});

describe('money that may be granted twice', () => {
  const pair = {
    company: { id: 'alpha' },
    projects: [{ id: '1' }, { id: '2' }],
    likeness: 1,
    amount: 5_000_000_000,
    items: [{ item: '클라우드', amount: 5_000_000_000, otherAmount: 5_000_000_000 }],
  };

  it('is found in projects that are funded, over programmes', async () => {
    expect((await duplicates('')).fundingDuplicates).toEqual([pair]);
    expect((await duplicates('(companyId: "beta")')).fundingDuplicates).toEqual([]);
    expect((await duplicates('(companyId: "alpha")')).fundingDuplicates).toEqual([pair]);
  });

  it('is found for a project that waits for its decision', async () => {
    const { fundingDuplicates } = await duplicates('(projectId: "3")');
    expect(fundingDuplicates).toMatchObject([
      { company: { id: 'beta' }, projects: [{ id: '1' }, { id: '3' }] },
    ]);
    expect((await duplicates('(projectId: "none")')).fundingDuplicates).toEqual([]);
    await expect(duplicates('(leastLikeness: 2)')).rejects.toThrow('This is from 0 to 1.');
  });

  it('is shown to the secretariat beside the ranking that it decides by, and to nobody else', async () => {
    const figures = { mean: 1, spread: 0, bonus: 0, total: 1, reviews: 1, isAwarded: true };
    await alliance.connection
      .collection<{ _id: string; opensAt: Date; ranking: object[] }>('calls')
      .insertOne({
        _id: 'call-3',
        opensAt: new Date(fromNow(-hour)),
        ranking: [{ projectId: '3', rank: 1, ...figures }],
      });
    const ranked = (viewer: typeof secretary) =>
      alliance.data<{ call: { ranking: object[] } }>(
        viewer,
        '{ call(id: "call-3") { ranking { fundingDuplicates { company { id } projects { id } } } } }',
      );
    expect((await ranked(secretary)).call.ranking).toEqual([
      { fundingDuplicates: [{ company: { id: 'beta' }, projects: [{ id: '1' }, { id: '3' }] }] },
    ]);
    expect((await ranked(someone)).call.ranking).toEqual([{ fundingDuplicates: [] }]);
  });

  it('is found between projects that wait for the same decision', async () => {
    await keep('5', ['delta'], { status: 'SUBMITTED', callId: 'call-3' });
    const { fundingDuplicates } = await duplicates('(projectId: "5")');
    expect(fundingDuplicates).toMatchObject([
      { company: { id: 'delta' }, projects: [{ id: '3' }, { id: '5' }] },
    ]);
  });

  it('reads the projects of a firm by an index', async () => {
    const plan = await alliance.connection
      .collection('projects')
      .find({ 'plan.companyId': 'alpha', status: { $in: ['RUNNING'] } })
      .explain('queryPlanner');
    expect(JSON.stringify(plan)).toContain('plan.companyId_1_status_1');
  });
});

describe('the pipeline', () => {
  it('counts projects by programme, sector, state and stage, with their budgets', async () => {
    const running = { programmeId: 'staged', sector: 'education', stage: 'PLAN', budget: 3 };
    await keep('planning', ['epsilon'], running);
    await keep('planning-too', ['epsilon'], { ...running, budget: 5_000_000_000 });
    await keep('building', ['epsilon'], { ...running, stage: 'DEVELOPMENT', budget: null });
    await keep('over', ['epsilon'], { ...running, stage: 'PLAN', status: 'TERMINATED' });
    await keep('waiting', ['epsilon'], { ...running, stage: null, status: 'AWARDED' });
    const { projectPipeline } = await alliance.data<{ projectPipeline: object[] }>(
      secretary,
      '{ projectPipeline(sector: "education") { sector { code } status stage projects budget } }',
    );
    const sector = { code: 'education' };
    expect(projectPipeline).toEqual([
      { sector, status: 'AWARDED', stage: null, projects: 1, budget: 3 },
      { sector, status: 'RUNNING', stage: 'DEVELOPMENT', projects: 1, budget: 0 },
      { sector, status: 'RUNNING', stage: 'PLAN', projects: 2, budget: 5_000_000_003 },
      { sector, status: 'TERMINATED', stage: 'PLAN', projects: 1, budget: 3 },
    ]);
    await alliance.connection.collection('projects').deleteMany({ programmeId: 'staged' });
  });
});

const years = (from: number, to: number) =>
  alliance.data<{ awardConcentrationByYear: object[] }>(
    someone,
    `query ($from: Int!, $to: Int!) { awardConcentrationByYear(from: $from, to: $to) {
      year awards { projects budget byFirm { index parts { key amount } } }
    } }`,
    { from, to },
  );

describe('awards over the years', () => {
  it('are counted by budget year, and no sum is too large to be seen', async () => {
    const calls = alliance.connection.collection<{ _id: string; year: number }>('calls');
    await calls.insertMany([
      { _id: 'call-1', year: 2025 },
      { _id: 'call-2', year: 2026 },
    ]);
    const projects = alliance.connection.collection<{ _id: string }>('projects');
    await projects.updateMany({}, { $set: { budget: Number.MAX_SAFE_INTEGER } });
    const empty = { index: 0, parts: [] };
    expect((await years(2024, 2025)).awardConcentrationByYear).toMatchObject([
      { year: 2024, awards: { projects: 0, budget: 0, byFirm: empty } },
      { year: 2025, awards: { projects: 1, budget: Number.MAX_SAFE_INTEGER } },
    ]);
    const { awardConcentration } = await alliance.data<{ awardConcentration: object }>(
      someone,
      '{ awardConcentration { projects budget } }',
    );
    expect(awardConcentration).toEqual({ projects: 2, budget: Number.MAX_SAFE_INTEGER });
    const { projectPipeline } = await alliance.data<{ projectPipeline: object[] }>(
      secretary,
      '{ projectPipeline { projects budget } }',
    );
    expect(projectPipeline).not.toHaveLength(0);
    await expect(years(2025, 2024)).rejects.toThrow('This is from 2025 to 2044.');
    await expect(years(1999, 2001)).rejects.toThrow('This is from 2000 to 2100.');
    await expect(years(2000, 2020)).rejects.toThrow('This is from 2000 to 2019.');
  });
});

it.each([
  ['fundingDuplicates(most: 101) { amount }', ['most']],
  ['fundingDuplicates(leastLikeness: -0.1) { amount }', ['leastLikeness']],
  ['collaborationNetwork(most: 0) { leftOut }', ['most']],
  ['awardConcentrationByYear(from: 2010, to: 2030) { year }', ['to']],
  ['lateMilestones(withinDays: 367) { totalCount }', ['withinDays']],
])('tells a number that is asked for out of bounds as bad input: %s', async (field, path) => {
  const { errors } = await alliance.ask(secretary, `{ ${field} }`);
  expect(errors?.map(({ extensions }) => extensions)).toEqual([{ code: 'BAD_USER_INPUT', path }]);
});

/** Puts two projects that wait into another state. */
const stand = (status: string) =>
  alliance.connection
    .collection('projects')
    .updateMany({ _id: { $in: ['3', '5'] } } as object, { $set: { status } });

it('joins and finds firms that became one as one, under any of their ids', async () => {
  for (const id of ['gamma', 'delta', 'heir']) await alliance.tellFirm(id);
  for (const id of ['gamma', 'delta'])
    await alliance.tellFirm(id, { status: 'MERGED', mergedIntoId: 'heir' });
  const shown = {
    firms: expect.arrayContaining([{ company: { id: 'heir' }, projects: 2, partners: 1 }]),
    links: [{ companies: [{ id: 'alpha' }, { id: 'heir' }], projects: 1 }],
  };
  expect((await network('(companyId: "gamma")')).collaborationNetwork).toMatchObject(shown);
  expect((await network('(companyId: "heir")')).collaborationNetwork).toMatchObject(shown);
  // Each plans for the same purpose in another project, under another programme.
  await stand('RUNNING');
  const found = [
    { company: { id: 'heir' }, projects: [{ id: '2' }, { id: '3' }] },
    { company: { id: 'heir' }, projects: [{ id: '2' }, { id: '5' }] },
    { company: { id: 'heir' }, projects: [{ id: '3' }, { id: '5' }] },
  ];
  for (const id of ['heir', 'gamma', 'delta'])
    expect((await duplicates(`(companyId: "${id}")`)).fundingDuplicates).toMatchObject(found);
  const { fundingDuplicates } = await duplicates('(projectId: "2")');
  expect(fundingDuplicates).toMatchObject([
    { company: { id: 'alpha' }, projects: [{ id: '1' }, { id: '2' }] },
    ...found.slice(0, 2),
  ]);
  await stand('SUBMITTED');
});

it('counts the awards of firms that became one as those of one', async () => {
  await alliance.connection
    .collection('memberships')
    .updateMany({}, { $set: { share: 5_000, status: 'ACCEPTED', role: 'PARTNER' } });
  for (const id of ['alpha', 'beta', 'gamma', 'heir', 'last']) await alliance.tellFirm(id);
  await alliance.tellFirm('beta', { status: 'MERGED', mergedIntoId: 'heir' });
  await alliance.tellFirm('gamma', { status: 'MERGED', mergedIntoId: 'last' });
  await alliance.tellFirm('heir', { status: 'MERGED', mergedIntoId: 'last' });
  await alliance.connection
    .collection('projects')
    .updateMany({}, { $set: { budget: 5_000_000_001 } });
  const { awardConcentration } = await alliance.data<{ awardConcentration: object }>(
    someone,
    '{ awardConcentration { byFirm { parts { key amount } } } }',
  );
  expect(awardConcentration).toEqual({
    byFirm: {
      parts: [
        { key: 'alpha', amount: 5_000_000_002 },
        { key: 'last', amount: 5_000_000_000 },
      ],
    },
  });
});
