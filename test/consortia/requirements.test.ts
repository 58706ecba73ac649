/** Where requirements come from, and what becomes of them when technologies change. */
import {
  brief,
  editorOf,
  secretary,
  startAlliance,
  type Alliance,
  type SeenProblem,
} from './alliance.ts';
import { someone, user } from '../service.ts';

let alliance: Alliance;
beforeAll(async () => {
  alliance = await startAlliance();
  for (const technology of ['mesh', 'store', 'model', 'extra'])
    await alliance.tellTechnology(technology);
  await alliance.tellFirm('infra', { kinds: ['IAAS'] }, { mesh: 7 });
  await alliance.tellFirm('other');
});
afterAll(() => alliance.stop());

const lead = editorOf('infra');
const needs = (...technologies: string[]) =>
  technologies.map((technologyId) => ({ technologyId, leastLevel: 4, providers: 2 }));

interface SeenProject {
  id: string;
  revision: number;
  requirements: { id: string; technology: { id: string }; estimatedPrice: number | null }[];
  requirementsToDecide: {
    requirement: { id: string };
    kind: string;
    successors: { id: string }[];
  }[];
}

const fields = `id revision requirements { id technology { id } estimatedPrice leastLevel providers }
  requirementsToDecide { requirement { id } kind successors { id } }`;

async function draft(requirements: object[], more: object = {}, viewer = lead) {
  const { project, problems } = await alliance.change<{ project: SeenProject }>(
    viewer,
    'draftProject',
    {
      leadCompanyId: 'infra',
      title: { en: 'Project' },
      summary: {},
      sector: 'healthcare',
      requirements,
      ...more,
    },
    `project { ${fields} }`,
  );
  expect(problems).toEqual([]);
  return project;
}

async function read(id: string, viewer = lead): Promise<SeenProject> {
  const { project } = await alliance.data<{ project: SeenProject }>(
    viewer,
    `query ($id: ID!) { project(id: $id) { ${fields} } }`,
    { id },
  );
  return project;
}

const wanted = ({ requirements }: SeenProject) =>
  requirements.map(({ technology }) => technology.id);

const retell = (id: string, kind: 'RENAMED' | 'MERGED' | 'SPLIT' | 'RETIRED', ...to: string[]) =>
  alliance.tellTechnology(id, { current: false, succession: { kind, successorIds: to } });

const create = (viewer: typeof lead, more: object = {}) =>
  alliance.change<{ template: { id: string; revision: number } | null }>(
    viewer,
    'createRequirementTemplate',
    { name: { ko: '병원', en: 'Hospital' }, requirements: needs('mesh', 'store'), ...more },
    'template { id revision company { id } requirements { id } }',
  );
const copy = (project: SeenProject, more: object) =>
  alliance.change<{ project: SeenProject | null }>(
    lead,
    'copyRequirements',
    { projectId: project.id, revision: project.revision, ...more },
    `project { ${fields} }`,
  );

describe('requirement templates', () => {
  it('are kept by the secretariat for everybody and by a firm for itself', async () => {
    const common = await create(secretary);
    const own = await create(lead, { companyId: 'infra' });
    const seen = async (viewer: typeof lead) => {
      const { requirementTemplates } = await alliance.data<{
        requirementTemplates: { edges: { node: { id: string } }[] };
      }>(viewer, '{ requirementTemplates { edges { node { id } } totalCount } }');
      return requirementTemplates.edges.map(({ node }) => node.id);
    };
    expect(await seen(lead)).toEqual([own.template?.id, common.template?.id]);
    expect(await seen(editorOf('other'))).toEqual([common.template?.id]);
    const one = await alliance.data<{ requirementTemplate: object | null }>(
      editorOf('other'),
      'query ($id: ID!) { requirementTemplate(id: $id) { id } }',
      { id: own.template?.id },
    );
    expect(one.requirementTemplate).toBeNull();
    for (const [viewer, input, code] of [
      [lead, {}, 'FORBIDDEN'],
      [user('v', { companies: { infra: 'VIEWER' } }), { companyId: 'infra' }, 'FORBIDDEN'],
      [editorOf('other'), { companyId: 'infra' }, 'FORBIDDEN'],
      [someone, {}, 'UNAUTHENTICATED'],
    ] as const) {
      const { errors } = await alliance.ask(
        viewer,
        'mutation ($input: CreateRequirementTemplateInput!) { createRequirementTemplate(input: $input) { problems { code } } }',
        { input: { name: { en: 'Mine' }, requirements: needs('mesh'), ...input } },
      );
      expect(errors?.[0]?.extensions['code']).toBe(code);
    }
  });

  it('change by revision, and go', async () => {
    const { template } = await create(lead, { companyId: 'infra' });
    const revise = (revision: number) =>
      alliance.change<{ template: { revision: number; requirements: object[] } | null }>(
        lead,
        'reviseRequirementTemplate',
        { id: template?.id, revision, requirements: needs('model') },
        'template { revision requirements { technology { id } } }',
      );
    expect((await revise(1)).template).toEqual({
      revision: 2,
      requirements: [{ technology: { id: 'model' } }],
    });
    expect(brief((await revise(1)).problems)).toEqual([['STALE', 'revision', null]]);
    const remove = (viewer: typeof lead, revision: number) =>
      alliance.change(viewer, 'removeRequirementTemplate', { id: template?.id, revision });
    expect(brief((await remove(editorOf('other'), 2)).problems)).toEqual([
      ['NOT_FOUND', 'id', null],
    ]);
    expect(brief((await remove(lead, 1)).problems)).toEqual([['STALE', 'revision', null]]);
    expect((await remove(lead, 2)).problems).toEqual([]);
  });

  it('are refused with every fault, its rule, limit and finding', async () => {
    const { problems } = await create(lead, {
      companyId: 'infra',
      name: { en: 'x' },
      requirements: [
        { technologyId: 'none', leastLevel: 10, providers: 0, weight: 0, estimatedPrice: 5 },
      ],
    });
    expect(
      problems.map(({ path, rule, limit, found }: SeenProblem) => [
        path.join('/'),
        rule,
        limit,
        found,
      ]),
    ).toEqual([
      ['name/en', 'TEXT_LENGTH', '2-200', '1'],
      ['requirements/0/leastLevel', 'LEVEL_RANGE', '1-9', '10'],
      ['requirements/0/providers', 'PROVIDERS_RANGE', '1-20', '0'],
      ['requirements/0/weight', 'WEIGHT_RANGE', '1-1000', '0'],
      ['requirements/0/estimatedPrice', 'PRICE_OF_PROJECT', 'none', '5'],
      ['requirements/0/technologyId', null, null, null],
    ]);
    expect(brief((await create(secretary, { requirements: [] })).problems)).toEqual([
      ['INVALID', 'requirements', 'REQUIREMENTS_LEAST'],
    ]);
  });

  it('and earlier projects give their requirements to a project, without prices', async () => {
    const { template } = await create(secretary);
    const earlier = await draft(needs('model').map((need) => ({ ...need, estimatedPrice: 99 })));
    const project = await draft(needs('extra'));
    const first = await copy(project, { templateId: template?.id });
    expect(first.problems).toEqual([]);
    expect(first.project && wanted(first.project)).toEqual(['mesh', 'store']);
    const second = await copy(first.project ?? project, {
      fromProjectId: earlier.id,
      append: true,
    });
    const after = second.project ?? project;
    expect(wanted(after)).toEqual(['mesh', 'store', 'model']);
    expect(after.requirements.map(({ estimatedPrice }) => estimatedPrice)).toEqual([
      null,
      null,
      null,
    ]);
    expect(after.requirements.slice(0, 2)).toEqual(first.project?.requirements);
    const ids = [...after.requirements, ...earlier.requirements].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);

    expect(brief((await copy(project, { templateId: template?.id })).problems)).toEqual([
      ['STALE', 'revision', null],
    ]);
    for (const more of [{}, { templateId: template?.id, fromProjectId: earlier.id }])
      expect(brief((await copy(after, more)).problems)).toEqual([
        ['INVALID', 'templateId', 'SOURCE_ONE'],
      ]);
    expect(brief((await copy(after, { fromProjectId: 'none' })).problems)).toEqual([
      ['NOT_FOUND', 'fromProjectId', null],
    ]);
    expect(await read(after.id)).toEqual(after);
  });
});

/** A project that needs a technology that was split, one that was retired, and one that is still there. */
async function torn() {
  for (const id of ['s1', 's2', 's3', 'gone']) await alliance.tellTechnology(id);
  const { id } = await draft(needs('s1', 'gone', 'mesh'));
  await retell('s1', 'SPLIT', 's2', 's3');
  await retell('gone', 'RETIRED');
  const waiting = await read(id);
  const [split, retired] = waiting.requirements;
  return { waiting, split: split?.id, retired: retired?.id };
}

const decide = (
  { id: projectId, revision }: SeenProject,
  requirementId: string | undefined,
  technologyIds: readonly string[],
  viewer = lead,
) =>
  alliance.change<{ project: SeenProject | null }>(
    viewer,
    'decideRequirement',
    { projectId, revision, requirementId, technologyIds },
    `project { ${fields} }`,
  );

describe('requirements', () => {
  it('follow technologies that were renamed and merged, over several steps, while the project is open', async () => {
    for (const id of ['r1', 'r2', 'r3', 'm1']) await alliance.tellTechnology(id);
    const project = await draft(needs('r1', 'mesh', 'm1'));
    await retell('r1', 'RENAMED', 'r2');
    expect(wanted(await read(project.id))).toEqual(['r2', 'mesh', 'm1']);
    await retell('r2', 'RENAMED', 'r3');
    await retell('m1', 'MERGED', 'r3');
    const after = await read(project.id);
    expect(wanted(after)).toEqual(['r3', 'mesh', 'r3']);
    expect(after.requirements.map(({ id }) => id)).toEqual(
      project.requirements.map(({ id }) => id),
    );
    expect(after.requirementsToDecide).toEqual([]);
    expect(after.revision).toBeGreaterThan(project.revision);
    // Told again, nothing changes.
    await retell('m1', 'MERGED', 'r3');
    expect(await read(project.id)).toEqual(after);
  });

  it('of a copy are for what the technologies became', async () => {
    for (const id of ['c1', 'c2']) await alliance.tellTechnology(id);
    const source = await draft(needs('c1'));
    await alliance.connection
      .collection<{ _id: string }>('projects')
      .updateOne({ _id: source.id }, { $set: { status: 'COMPLETED' } });
    await retell('c1', 'RENAMED', 'c2');
    expect(wanted(await read(source.id))).toEqual(['c1']);
    expect(wanted(await draft([], { copyFrom: source.id }))).toEqual(['c2']);
    await retell('c2', 'RETIRED');
    const project = await draft(needs('mesh'));
    const { problems } = await alliance.change(lead, 'copyRequirements', {
      projectId: project.id,
      revision: project.revision,
      fromProjectId: source.id,
    });
    expect(problems).toMatchObject([
      { code: 'WRONG_STATE', path: ['fromProjectId'], rule: 'TECHNOLOGY_CURRENT', found: 'c2' },
    ]);
  });

  it('wait for the lead where a technology was split or retired', async () => {
    const { waiting, split, retired } = await torn();
    expect(wanted(waiting)).toEqual(['s1', 'gone', 'mesh']);
    expect(waiting.requirementsToDecide).toEqual([
      { requirement: { id: split }, kind: 'SPLIT', successors: [{ id: 's2' }, { id: 's3' }] },
      { requirement: { id: retired }, kind: 'RETIRED', successors: [] },
    ]);
    const parted = await decide(waiting, split, ['s2', 's3']);
    expect(parted.problems).toEqual([]);
    const after = parted.project ?? waiting;
    expect(wanted(after)).toEqual(['s2', 's3', 'gone', 'mesh']);
    expect(after.requirements[0]?.id).toBe(split);
    expect(brief((await decide(waiting, retired, [])).problems)).toEqual([
      ['STALE', 'revision', null],
    ]);
    const dropped = (await decide(after, retired, [])).project ?? after;
    expect(wanted(dropped)).toEqual(['s2', 's3', 'mesh']);
    expect(dropped.requirementsToDecide).toEqual([]);
  });

  it('are not decided by what did not follow, by others, or twice', async () => {
    const { waiting, split, retired } = await torn();
    expect((await decide(waiting, split, ['mesh', 's2', 's2'])).problems).toMatchObject([
      { code: 'INVALID', path: ['technologyIds', '0'], rule: 'SUCCESSOR', found: 'mesh' },
      { code: 'INVALID', path: ['technologyIds', '2'] },
    ]);
    const cases = [
      [waiting.requirements[2]?.id, ['store'], lead, ['WRONG_STATE', 'requirementId', 'TO_DECIDE']],
      ['none', [], lead, ['NOT_FOUND', 'requirementId', null]],
      [retired, ['gone'], lead, ['NOT_FOUND', 'technologyIds/0', null]],
      [split, ['s2'], editorOf('other'), ['NOT_FOUND', 'projectId', null]],
    ] as const;
    for (const [id, technologies, viewer, expected] of cases)
      expect(brief((await decide(waiting, id, technologies, viewer)).problems)).toEqual([expected]);
    expect(await read(waiting.id)).toEqual(waiting);
  });

  it('follow also when the lead edits at the same moment, and one of both is told', async () => {
    for (const id of ['e1', 'e2']) await alliance.tellTechnology(id);
    const project = await draft(needs('e1'));
    const edits = Array.from({ length: 5 }, (_, index) =>
      alliance.change(lead, 'updateProject', {
        id: project.id,
        revision: project.revision,
        title: { en: `Edit ${index}` },
      }),
    );
    const [answers] = await Promise.all([Promise.all(edits), retell('e1', 'RENAMED', 'e2')]);
    for (const { problems } of answers)
      expect([[], [['STALE', 'revision', null]]]).toContainEqual(brief(problems));
    expect(wanted(await read(project.id))).toEqual(['e2']);
  });
});

const csap = (validTo: string | null) => [
  { scheme: 'CSAP', type: null, grade: null, validFrom: '2020-01-01', validTo },
];

describe('the supply of a requirement', () => {
  it('names the first firms that could meet it, the highest levels first, and nobody who may not', async () => {
    await alliance.tellTechnology('cloud');
    await alliance.tellFirm('low', { certificates: csap(null) }, { cloud: 5 });
    await alliance.tellFirm('high', {}, { cloud: [5, 9] });
    await alliance.tellFirm('mid', { certificates: csap('2021-01-01') }, { cloud: 7 });
    await alliance.tellFirm('also', {}, { cloud: 7 });
    await alliance.tellFirm('below', {}, { cloud: 3, mesh: 9 });
    await alliance.tellFirm('full', { capacity: 0 }, { cloud: 9 });
    await alliance.tellFirm('pending', { status: 'PENDING' }, { cloud: 9 });
    await alliance.tellFirm('barred', { restrictedUntil: new Date('2999-01-01') }, { cloud: 9 });
    const [need] = needs('cloud');
    const project = await draft(
      [need, { ...need, certificateScheme: 'CSAP' }].map((each) => ({ ...each, providers: 1 })),
    );
    const named = async (first: number) =>
      alliance.ask(
        lead,
        `query ($id: ID!, $first: Int!) { project(id: $id) {
          requirements { supply { firms companies(first: $first) { id } } }
        } }`,
        { id: project.id, first },
      );
    expect(JSON.parse(JSON.stringify((await named(3)).data))).toEqual({
      project: {
        requirements: [
          { supply: { firms: 4, companies: [{ id: 'high' }, { id: 'also' }, { id: 'mid' }] } },
          { supply: { firms: 1, companies: [{ id: 'low' }] } },
        ],
      },
    });
    for (const first of [0, 101])
      expect((await named(first)).errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT');
  });
});
