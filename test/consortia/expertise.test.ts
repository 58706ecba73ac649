/** Reviewers stay expert in what technologies became, and stay in the pool when a newer map lacks one. */
import { user } from '../service.ts';
import {
  editorOf,
  openCall,
  sealAlone,
  secretary,
  startAlliance,
  startProgramme,
  type Alliance,
} from './alliance.ts';

let alliance: Alliance;
beforeAll(async () => {
  alliance = await startAlliance();
  for (const technology of ['ledger', 'mesh']) await alliance.tellTechnology(technology);
  await alliance.tellFirm('helper');
  await alliance.tellFirm('infra', { kinds: ['IAAS'] });
});
afterAll(() => alliance.stop());

async function register(name: string, technologyId: string): Promise<string> {
  const { reviewer } = await alliance.change<{ reviewer: { id: string } }>(
    secretary,
    'registerReviewer',
    { userId: name, name: { en: name }, technologyIds: [technologyId] },
    'reviewer { id }',
  );
  return reviewer.id;
}

const succeed = (id: string, kind: 'RENAMED' | 'SPLIT', successorIds: string[]) =>
  alliance.tellTechnology(id, { current: false, succession: { kind, successorIds } });

describe('a reviewer', () => {
  it('is expert in what a technology became since, and a project sealed before needs that too', async () => {
    const { call } = await openCall(alliance, await startProgramme(alliance, {}), {});
    const callId = call?.id ?? '';
    const { id, revision } = await sealAlone(alliance, 'infra', callId, {
      budget: 100,
      requirements: [{ technologyId: 'ledger', leastLevel: 1, mandatory: false }],
    });
    await alliance.change(editorOf('infra'), 'submitProject', { projectId: id, revision });
    const early = await register('early', 'ledger');
    await register('other', 'mesh');
    for (const technology of ['book', 'chain']) await alliance.tellTechnology(technology);
    await succeed('ledger', 'SPLIT', ['book', 'chain']);
    await register('late', 'chain');
    await alliance.connection
      .collection('calls')
      .updateOne({ _id: callId } as object, { $set: { closesAt: new Date(Date.now() - 1) } });
    const { reviews } = await alliance.change<{ reviews: { reviewer: { userId: string } }[] }>(
      secretary,
      'assignReviewers',
      { callId, revision: 1, perProject: 2 },
      'reviews { reviewer { userId } }',
    );
    expect(reviews.map(({ reviewer }) => reviewer.userId).toSorted()).toEqual(['early', 'late']);
    const revise = (input: object) =>
      alliance.change<{ reviewer: { isActive: boolean } | null }>(
        secretary,
        'reviseReviewer',
        { id: early, ...input },
        'reviewer { isActive }',
      );
    const left = await revise({ revision: 1, isActive: false });
    expect(left).toEqual({ reviewer: { isActive: false }, problems: [] });
    const kept = await revise({ revision: 2, technologyIds: ['ledger', 'book', 'nothing'] });
    expect(kept.problems.map(({ code, path }) => [code, path.join('/')])).toEqual([
      ['NOT_FOUND', 'technologyIds/2'],
    ]);
    const { reviewTasks } = await alliance.data<{ reviewTasks: { totalCount: number } }>(
      user('early', { roles: ['REVIEWER'] }),
      '{ reviewTasks { totalCount } }',
    );
    expect(reviewTasks.totalCount).toBe(1);
  });
});
