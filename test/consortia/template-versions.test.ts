/** Requirement templates keep what they were, and projects know which version they began with. */
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
const technologies = ['mesh', 'store', 'model'];
beforeAll(async () => {
  alliance = await startAlliance();
  for (const technology of technologies) await alliance.tellTechnology(technology);
  for (const firm of ['infra', 'other']) await alliance.tellFirm(firm);
});
afterAll(() => alliance.stop());

const lead = editorOf('infra');
const needs = (...of: string[]) => of.map((technologyId) => ({ technologyId, leastLevel: 5 }));
type Need = { technology: { id: string } };

interface Template {
  id: string;
  revision: number;
  versions: {
    totalCount: number;
    edges: {
      node: { version: number; keptBy: string | null; requirements: Need[]; name: { en: string } };
    }[];
  };
}
interface Project {
  id: string;
  revision: number;
  requirements: Need[];
  requirementSources: {
    version: { version: number; requirements: Need[] } | null;
    project: { id: string } | null;
    copiedAt: string;
  }[];
}
const templateFields = `id revision versions {
  totalCount edges { node { version keptBy name { en } requirements { technology { id } } } }
}`;
const projectFields = `id revision requirements { technology { id } } requirementSources {
  copiedAt project { id } version { version requirements { technology { id } } }
}`;

async function create(viewer: typeof lead, companyId: string | null): Promise<Template> {
  const { template, problems } = await alliance.change<{ template: Template | null }>(
    viewer,
    'createRequirementTemplate',
    { name: { en: 'Hospital' }, requirements: needs('mesh'), companyId },
    `template { ${templateFields} }`,
  );
  if (!template) throw new Error(JSON.stringify(problems));
  return template;
}
const revise = (viewer: typeof lead, { id, revision }: Template, more: object) =>
  alliance.change<{ template: Template | null; problems: SeenProblem[] }>(
    viewer,
    'reviseRequirementTemplate',
    { id, revision, ...more },
    `template { ${templateFields} }`,
  );
async function draft(more: object = {}): Promise<Project> {
  const { project, problems } = await alliance.change<{ project: Project | null }>(
    lead,
    'draftProject',
    {
      leadCompanyId: 'infra',
      title: { en: 'From a template' },
      summary: {},
      sector: 'healthcare',
      ...more,
    },
    `project { ${projectFields} }`,
  );
  if (!project) throw new Error(JSON.stringify(problems));
  return project;
}
async function copy({ id, revision }: Project, more: object): Promise<Project> {
  const { project, problems } = await alliance.change<{ project: Project | null }>(
    lead,
    'copyRequirements',
    { projectId: id, revision, ...more },
    `project { ${projectFields} }`,
  );
  if (!project) throw new Error(JSON.stringify(problems));
  return project;
}
const read = async (viewer: typeof lead, id: string) =>
  (
    await alliance.data<{ project: Project | null }>(
      viewer,
      `query ($id: ID!) { project(id: $id) { ${projectFields} } }`,
      { id },
    )
  ).project;
const wanted = (of: Need[] | undefined) => of?.map(({ technology }) => technology.id);
const nodes = ({ versions }: Template) => versions.edges.map(({ node }) => node);

describe('a requirement template', () => {
  it('keeps every version: what it was, whose change, newest first', async () => {
    const first = await create(lead, 'infra');
    expect(nodes(first)).toMatchObject([{ version: 1, keptBy: lead.userId }]);
    const second = (await revise(lead, first, { requirements: needs('store') })).template;
    const colleague = user('colleague', { companies: { infra: 'EDITOR' } });
    const third = second && (await revise(colleague, second, { name: { en: 'Clinic' } })).template;
    const all = third ? nodes(third) : [];
    expect(
      all.map(({ version, keptBy, name, requirements }) => [
        version,
        keptBy,
        name.en,
        wanted(requirements),
      ]),
    ).toEqual([
      [3, 'colleague', 'Clinic', ['store']],
      [2, lead.userId, 'Hospital', ['store']],
      [1, lead.userId, 'Hospital', ['mesh']],
    ]);
    expect(brief((await revise(lead, first, { requirements: needs('model') })).problems)).toEqual([
      ['STALE', 'revision', null],
    ]);
    const kept = alliance.connection.collection('requirementTemplateVersions');
    expect(await kept.countDocuments({ templateId: first.id })).toBe(3);
  });

  it('keeps one version of two changes at once', async () => {
    for (let round = 0; round < 20; round += 1) {
      const first = await create(lead, 'infra');
      const answers = await Promise.all(
        ['store', 'model'].map((need) => revise(lead, first, { requirements: needs(need) })),
      );
      const done = answers.flatMap(({ template }) => template ?? []);
      expect(done).toHaveLength(1);
      expect(done.flatMap(nodes).map(({ version }) => version)).toEqual([2, 1]);
      await alliance.change(lead, 'removeRequirementTemplate', { id: first.id, revision: 2 });
    }
  }, 60_000);

  it('says to those alone who may change it who did', async () => {
    const template = await create(secretary, null);
    const { requirementTemplate } = await alliance.data<{ requirementTemplate: Template }>(
      lead,
      `query ($id: ID!) { requirementTemplate(id: $id) { ${templateFields} } }`,
      { id: template.id },
    );
    expect(nodes(requirementTemplate)).toMatchObject([{ version: 1, keptBy: null }]);
    expect(nodes(template)).toMatchObject([{ keptBy: secretary.userId }]);
  });

  it('of an older installation keeps what it was as its first change comes', async () => {
    const template = await create(lead, 'infra');
    const kept = alliance.connection.collection('requirementTemplateVersions');
    await kept.deleteMany({ templateId: template.id });
    const changed = (await revise(lead, template, { requirements: needs('store') })).template;
    expect(changed && nodes(changed)).toMatchObject([
      { version: 2, keptBy: lead.userId, requirements: [{ technology: { id: 'store' } }] },
      { version: 1, keptBy: null, requirements: [{ technology: { id: 'mesh' } }] },
    ]);
  });
});

describe('a project', () => {
  it('says from which version its requirements were taken, whatever becomes of the template', async () => {
    const template = await create(lead, 'infra');
    await revise(lead, template, { requirements: needs('store') });
    const begun = await copy(await draft(), { templateId: template.id });
    expect(wanted(begun.requirements)).toEqual(['store']);
    expect(begun.requirementSources).toMatchObject([{ version: { version: 2 }, project: null }]);
    await revise(lead, { ...template, revision: 2 }, { requirements: needs('model') });
    await alliance.change(lead, 'removeRequirementTemplate', { id: template.id, revision: 3 });
    const later = await read(lead, begun.id);
    expect(wanted(later?.requirements)).toEqual(['store']);
    expect(wanted(later?.requirementSources[0]?.version?.requirements)).toEqual(['store']);
  });

  it('names all that was added, and begins anew with what replaces it', async () => {
    const template = await create(secretary, null);
    const earlier = await draft({ requirements: needs('model') });
    const copied = await draft({ copyFrom: earlier.id });
    expect(copied.requirementSources).toMatchObject([
      { project: { id: earlier.id }, version: null },
    ]);
    const both = await copy(copied, { templateId: template.id, append: true });
    expect(wanted(both.requirements)).toEqual(['model', 'mesh']);
    expect(both.requirementSources).toMatchObject([
      { project: { id: earlier.id } },
      { version: { version: 1 } },
    ]);
    const anew = await copy(both, { fromProjectId: earlier.id });
    expect(anew.requirementSources).toMatchObject([{ project: { id: earlier.id } }]);
    expect(
      (await draft({ copyFrom: earlier.id, requirements: needs('mesh') })).requirementSources,
    ).toEqual([]);
  });

  it('tells its sources to its lead and the secretariat alone', async () => {
    const template = await create(lead, 'infra');
    const { id } = await copy(await draft(), { templateId: template.id });
    const projects = alliance.connection.collection('projects');
    await projects.updateOne({ _id: id } as object, { $set: { audience: ['infra', 'public'] } });
    expect((await read(secretary, id))?.requirementSources).toHaveLength(1);
    for (const viewer of [someone, editorOf('other')])
      expect((await read(viewer, id))?.requirementSources).toEqual([]);
  });
});
