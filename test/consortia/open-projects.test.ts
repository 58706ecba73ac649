/** What is told of projects before everybody may see them: what they require, so that a new version can list it. */
import { factsOf } from '#kit/facts.ts';
import { editorOf, startAlliance, type Alliance } from './alliance.ts';
import { draftProject, type Draft } from './draft.ts';
import { consortia } from '../../subgraphs/consortia/subgraph.ts';
import { startTestService } from '../service.ts';

let alliance: Alliance;
beforeAll(async () => {
  alliance = await startAlliance();
  for (const technology of ['mesh', 'store', 'grid']) await alliance.tellTechnology(technology);
  await alliance.tellFirm('infra', { kinds: ['IAAS'] }, { mesh: 7 });
});
afterAll(() => alliance.stop());

const lead = editorOf('infra');
const needs = (...technologies: string[]) =>
  technologies.map((technologyId) => ({ technologyId, leastLevel: 4, providers: 2 }));

const draft = (...technologies: string[]) =>
  draftProject(alliance, 'infra', needs(...technologies));

async function told(kind: string, id: string): Promise<unknown> {
  const fact = await factsOf(alliance.connection).findById(`${kind}:${id}`).lean();
  return fact ? fact.state : undefined;
}

describe('an open project', () => {
  it('is told by what it requires alone, through every change, and gone once it is taken back', async () => {
    const project = await draft('mesh', 'store');
    expect(await told('openProject', project.id)).toEqual({
      requirements: [
        { technologyId: 'mesh', level: 4 },
        { technologyId: 'store', level: 4 },
      ],
    });
    expect(await told('project', project.id)).toBeUndefined();
    await alliance.tellTechnology('store', {
      current: false,
      succession: { kind: 'RENAMED', successorIds: ['grid'] },
    });
    const { project: seen } = await alliance.data<{ project: Draft }>(
      lead,
      'query ($id: ID!) { project(id: $id) { id revision } }',
      { id: project.id },
    );
    expect(await told('openProject', project.id)).toMatchObject({
      requirements: [{ technologyId: 'mesh' }, { technologyId: 'grid' }],
    });
    const { problems } = await alliance.change(lead, 'withdrawProject', {
      projectId: project.id,
      revision: seen.revision,
      reason: '그만두기로 했습니다.',
    });
    expect(problems).toEqual([]);
    expect(await told('openProject', project.id)).toBeNull();
    expect(await told('project', project.id)).toBeUndefined();
  });

  it('is told at the first start of a version that tells of it, where it was there before', async () => {
    const project = await draft('mesh');
    const facts = factsOf(alliance.connection);
    await facts.deleteMany({ kind: 'openProject' });
    const again = async () => {
      const service = await startTestService(consortia, alliance.uri);
      await service.stop();
    };
    await again();
    expect(await told('openProject', project.id)).toBeUndefined();
    await alliance.connection.collection('upgrades').deleteMany({});
    await again();
    expect(await told('openProject', project.id)).toEqual({
      requirements: [{ technologyId: 'mesh', level: 4 }],
    });
    expect(await facts.countDocuments({ kind: 'openProject' })).toBe(1);
  });
});
