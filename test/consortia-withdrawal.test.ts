/** A sealed project that its lead takes back for good. */
import { ownerOf, sealAlone, secretary } from './consortia-alliance.ts';
import { act, alliance, lead, startCourse } from './consortia-course.ts';
import { someone } from './service.ts';

beforeAll(startCourse);
afterAll(() => alliance.stop());

it('is seen by its own firms and the secretariat alone, as if it had never been public', async () => {
  const { id, revision, consortiumId } = await sealAlone(alliance, 'infra', null);
  const seen = (viewer: typeof lead) =>
    alliance.data<{ project: { status: string } | null; consortium: object | null }>(
      viewer,
      `query ($id: ID!, $of: ID!) {
        project(id: $id) { status } consortium(id: $of) { memberships { status } }
      }`,
      { id, of: consortiumId },
    );
  expect((await seen(someone)).project).toEqual({ status: 'SEALED' });
  const withdrawn = await act(lead, 'withdrawProject', 'project', {
    projectId: id,
    revision,
    reason: '그만두기로 했습니다.',
  });
  expect(withdrawn.project?.status).toBe('WITHDRAWN');
  expect(await seen(someone)).toEqual({ project: null, consortium: null });
  for (const viewer of [secretary, ownerOf('infra')])
    expect((await seen(viewer)).project).toEqual({ status: 'WITHDRAWN' });
});
