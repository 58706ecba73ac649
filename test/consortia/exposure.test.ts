/** Caps on one firm's part of a programme where a team is sealed and where a call is decided. */
import { newId } from '#kit/id.ts';
import {
  editorOf,
  fromNow,
  hour,
  openCall,
  secretary,
  startAlliance,
  startProgramme,
  type Alliance,
  type SeenProblem,
} from './alliance.ts';

let alliance: Alliance;
let programmeId: string;
let callId: string;
const lead = editorOf('infra');

beforeAll(async () => {
  alliance = await startAlliance();
  await alliance.tellTechnology('store');
  await alliance.tellFirm('infra', { kinds: ['IAAS'], size: 'LARGE' }, { store: 7 });
  await alliance.tellFirm('soft', {}, { store: 8 });
  await alliance.tellFirm('other', {}, { store: 7 });
  programmeId = await startProgramme(alliance, { maxRunningPerFirm: 1 });
  const { call } = await openCall(alliance, programmeId);
  callId = call?.id ?? '';
});
afterAll(() => alliance.stop());

/** A project of one firm as it lies in the database. */
async function keep(firm: string, status: string, call: string): Promise<string> {
  const id = newId();
  const project = { _id: id, programmeId, callId: call, status, consortiumId: id, bonuses: [] };
  await alliance.connection
    .collection<{ _id: string }>('projects')
    .insertOne(Object.assign(project, { requirements: [], audience: [], budget: 1 }));
  const consortium = { _id: id, projectId: id, memberIds: [firm] };
  await alliance.connection.collection<{ _id: string }>('consortia').insertOne(consortium);
  return id;
}

/** A review of a project that is in, as it lies in the database. */
async function review(projectId: string, call: string, total: number): Promise<void> {
  const _id = newId();
  const kept = { _id, callId: call, projectId, reviewerId: _id, userId: _id, scores: [], total };
  await alliance.connection
    .collection<{ _id: string }>('reviews')
    .insertOne(Object.assign(kept, { status: 'SUBMITTED', revision: 1 }));
}

interface Ranked {
  project: { id: string };
  isAwarded: boolean;
  breaches: SeenProblem[];
}

/** A call's ranking as the secretariat sees it. */
async function ranked(id: string): Promise<Ranked[]> {
  const { call } = await alliance.data<{ call: { ranking: Ranked[] } }>(
    secretary,
    `query ($id: ID!) {
      call(id: $id) { ranking { project { id } isAwarded breaches { code path rule limit found } } }
    }`,
    { id },
  );
  return call.ranking;
}

describe('caps on one firm', () => {
  it('are among the rules that a team breaks before it is sealed', async () => {
    const { project } = await alliance.change<{ project: { id: string; revision: number } }>(
      lead,
      'draftProject',
      {
        callId,
        leadCompanyId: 'infra',
        title: { en: 'Project' },
        summary: {},
        sector: 'healthcare',
        requirements: [{ technologyId: 'store', leastLevel: 5 }],
      },
      'project { id revision }',
    );
    const { problems } = await alliance.change<{ problems: SeenProblem[] }>(
      lead,
      'inviteCompany',
      {
        projectId: project.id,
        companyId: 'soft',
        role: 'PARTNER',
        requirementIds: [],
        deadline: fromNow(hour),
      },
      'membership { id }',
    );
    expect(problems).toEqual([]);
    const capsBroken = async () => {
      const shown = await alliance.data<{ project: { breaches: SeenProblem[] } }>(
        lead,
        'query ($id: ID!) { project(id: $id) { breaches { code path rule limit found } } }',
        { id: project.id },
      );
      return shown.project.breaches.filter(({ rule }) => rule?.startsWith('FIRM_'));
    };
    expect(await capsBroken()).toEqual([]);
    await keep('soft', 'RUNNING', callId);
    expect(await capsBroken()).toMatchObject([
      { code: 'INVALID', rule: 'FIRM_RUNNING_MOST', limit: '1', found: '1' },
    ]);
  });

  it('pass a project over where a call is ranked, by rule and firm', async () => {
    const { call } = await openCall(alliance, programmeId);
    const id = call?.id ?? '';
    const better = await keep('other', 'SUBMITTED', id);
    const worse = await keep('other', 'SUBMITTED', id);
    const last = await keep('infra', 'SUBMITTED', id);
    for (const [index, project] of [better, worse, last].entries())
      await review(project, id, 90 - index);
    const ranking = await ranked(id);
    expect(ranking.map(({ project, isAwarded }) => [project.id, isAwarded])).toEqual([
      [better, true],
      [worse, false],
      [last, true],
    ]);
    expect(ranking.map(({ breaches }) => breaches)).toMatchObject([
      [],
      [{ rule: 'FIRM_RUNNING_MOST', limit: '1', found: '1', path: ['members', 'other'] }],
      [],
    ]);
  });

  it('count what a firm has under records that became part of it', async () => {
    for (const firm of ['old', 'heir']) await alliance.tellFirm(firm);
    const { call } = await openCall(alliance, programmeId);
    const id = call?.id ?? '';
    await keep('old', 'RUNNING', callId);
    await review(await keep('heir', 'SUBMITTED', id), id, 90);
    const [before] = await ranked(id);
    expect(before).toMatchObject({ isAwarded: true, breaches: [] });
    await alliance.tellFirm('old', { status: 'MERGED', mergedIntoId: 'heir' });
    const [after] = await ranked(id);
    expect(after).toMatchObject({
      isAwarded: false,
      breaches: [{ rule: 'FIRM_RUNNING_MOST', found: '1', path: ['members', 'heir'] }],
    });
  });
});
