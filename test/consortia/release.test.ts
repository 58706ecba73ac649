/** Reviews that are given back unscored: by whom, and that a call does not wait for them. */
import type { Viewer } from '#kit/viewer.ts';
import {
  brief,
  editorOf,
  openCall,
  sealAlone,
  secretary,
  startAlliance,
  startProgramme,
  type Alliance,
  type SeenProblem,
} from './alliance.ts';
import { someone, user } from '../service.ts';

let alliance: Alliance;
const reviewer = (userId: string) => user(userId, { roles: ['REVIEWER'] });
const judge = user('judge', { roles: ['SECRETARIAT'] });

beforeAll(async () => {
  alliance = await startAlliance();
  await alliance.tellTechnology('mesh');
  for (const firm of ['helper', 'alpha']) await alliance.tellFirm(firm, {}, { mesh: 9 });
  for (const name of ['ann', 'bob', 'cho'])
    await alliance.change(secretary, 'registerReviewer', {
      userId: `user-${name}`,
      name: { en: name },
      technologyIds: ['mesh'],
    });
});
afterAll(() => alliance.stop());

interface Review {
  id: string;
  revision: number;
  status: string;
  reviewer: { userId: string };
}

/** A closed call with one submitted project and one review of it. */
async function reviewed(): Promise<{ callId: string; projectId: string; review: Review }> {
  const rubric = [{ code: 'PLAN', name: { ko: '계획' }, points: 100 }];
  const programmeId = await startProgramme(alliance, { rubric, appealDays: 10 });
  const { call } = await openCall(alliance, programmeId, { slots: 1, budget: 100 });
  const callId = call?.id ?? '';
  const { id, revision } = await sealAlone(alliance, 'alpha', callId, { budget: 101 });
  await alliance.change(editorOf('alpha'), 'submitProject', { projectId: id, revision });
  await alliance.connection
    .collection('calls')
    .updateOne({ _id: callId } as object, { $set: { closesAt: new Date(Date.now() - 1) } });
  const [review] = await assign(callId, 1);
  if (!review) throw new Error('There is no review.');
  return { callId, projectId: id, review };
}

async function assign(callId: string, revision: number): Promise<Review[]> {
  const { reviews, problems } = await alliance.change<{ reviews: Review[] | null }>(
    secretary,
    'assignReviewers',
    { callId, revision, perProject: 1 },
    'reviews { id revision status reviewer { userId } }',
  );
  expect(problems).toEqual([]);
  return reviews ?? [];
}

interface Released {
  review: { status: string; releasedAt: string | null; releaseReason: string | null } | null;
  problems: SeenProblem[];
}

const release = (review: Review, viewer: Viewer, reason = '맡을 수 없습니다.') =>
  alliance.change<Released>(
    viewer,
    'releaseReview',
    { reviewId: review.id, revision: review.revision, reason },
    'review { status releasedAt releaseReason }',
  );

const score = (review: Review, points = 50) =>
  alliance.change<object>(reviewer(review.reviewer.userId), 'scoreProject', {
    reviewId: review.id,
    revision: review.revision,
    scores: [{ criterion: 'PLAN', points }],
  });

const decide = (callId: string, revision: number) =>
  alliance.change<object>(secretary, 'decideCall', { callId, revision });

describe('a review that was not scored', () => {
  it('is given back by its reviewer with a reason, and goes to another', async () => {
    const { callId, projectId, review } = await reviewed();
    expect(brief((await release(review, reviewer('user-of-none'))).problems)).toEqual([
      ['NOT_FOUND', 'reviewId', null],
    ]);
    const own = reviewer(review.reviewer.userId);
    expect(brief((await release(review, own, '')).problems)).toEqual([
      ['INVALID', 'reason', 'TEXT_LENGTH'],
    ]);
    const { review: released } = await release(review, own);
    expect(released).toMatchObject({ status: 'RELEASED', releaseReason: '맡을 수 없습니다.' });
    expect(released?.releasedAt).not.toBeNull();
    expect(brief((await score({ ...review, revision: 2 })).problems)).toEqual([
      ['WRONG_STATE', 'reviewId', 'STATE'],
    ]);
    // Nothing is decided without a review.
    expect((await decide(callId, 2)).problems).toMatchObject([{ rule: 'REVIEWS_IN', found: '0' }]);
    const [next, ...more] = await assign(callId, 2);
    expect(more).toEqual([]);
    expect(next?.reviewer.userId).not.toBe(review.reviewer.userId);
    const mayRead = async (viewer: Viewer) =>
      (
        await alliance.data<{ project: { documents: object[] | null; submission: object | null } }>(
          viewer,
          'query ($id: ID!) { project(id: $id) { submission { number } documents { code } } }',
          { id: projectId },
        )
      ).project;
    expect(await mayRead(own)).toEqual(await mayRead(someone));
    if (next) await score(next);
    expect((await decide(callId, 3)).problems).toEqual([]);
  });

  it('is given back by the secretariat, but by nobody with a firm in the project, and by nobody once it is scored', async () => {
    const { review } = await reviewed();
    const insider = user('insider', { roles: ['SECRETARIAT'], companies: { alpha: 'VIEWER' } });
    expect(brief((await release(review, insider)).problems)).toEqual([
      ['WRONG_STATE', 'reviewId', 'CONFLICT'],
    ]);
    expect((await release(review, judge)).review?.status).toBe('RELEASED');
    const scored = (await reviewed()).review;
    await score(scored);
    expect(brief((await release({ ...scored, revision: 2 }, judge)).problems)).toEqual([
      ['WRONG_STATE', 'reviewId', 'STATE'],
    ]);
  });

  it('is either scored or given back where both come at the same time', async () => {
    const { review } = await reviewed();
    const both = await Promise.all([
      score(review),
      release(review, reviewer(review.reviewer.userId)),
    ]);
    const [late, ...others] = both.flatMap(({ problems }) => brief(problems));
    expect(others).toEqual([]);
    expect([
      ['STALE', 'revision', null],
      ['WRONG_STATE', 'reviewId', 'STATE'],
    ]).toContainEqual(late);
  });

  it('goes to another at once where an appeal asked for it, or stays where there is no other', async () => {
    const { callId, projectId, review } = await reviewed();
    await score(review);
    expect((await decide(callId, 2)).problems).toEqual([]);
    const { appeal } = await alliance.change<{ appeal: { id: string } }>(
      editorOf('alpha'),
      'fileProjectAppeal',
      { projectId, grounds: '심사 항목의 배점이 잘못 적용되었습니다.' },
      'appeal { id }',
    );
    await alliance.change(judge, 'decideProjectAppeal', {
      appealId: appeal.id,
      revision: 1,
      outcome: 'RESCORE',
      reason: '다시 심사합니다.',
      setAside: [],
    });
    const reviews = async () => {
      const { call } = await alliance.data<{ call: { reviews: (Review & object)[] } }>(
        judge,
        'query ($id: ID!) { call(id: $id) { reviews { id revision status reviewer { userId } } } }',
        { id: callId },
      );
      return call.reviews;
    };
    const asked = (await reviews()).find(({ status }) => status === 'ASSIGNED');
    if (!asked) throw new Error('Nobody was asked.');
    expect((await release(asked, reviewer(asked.reviewer.userId))).problems).toEqual([]);
    const last = (await reviews()).find(({ status }) => status === 'ASSIGNED');
    if (!last) throw new Error('Nobody was asked instead.');
    expect(last.reviewer.userId).not.toBe(asked.reviewer.userId);
    expect((await release(last, reviewer(last.reviewer.userId))).problems).toMatchObject([
      { code: 'LIMIT_REACHED', path: ['reviewId'], rule: 'REVIEWERS', limit: '1', found: '0' },
    ]);
    expect((await reviews()).filter(({ status }) => status === 'ASSIGNED')).toHaveLength(1);
  });
});

it('a decided call is not revised', async () => {
  const { callId, review } = await reviewed();
  await score(review);
  await decide(callId, 2);
  const { problems } = await alliance.change<object>(secretary, 'reviseCall', {
    id: callId,
    revision: 3,
    budget: 1_000,
  });
  expect(problems).toMatchObject([
    { code: 'WRONG_STATE', path: ['id'], rule: 'STATE', found: 'DECIDED' },
  ]);
});
