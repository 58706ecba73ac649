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
const firms = ['alpha', 'beta', 'gamma'];
const reviewer = (name: string) => user(`user-${name}`, { roles: ['REVIEWER'] });

beforeAll(async () => {
  alliance = await startAlliance();
  for (const technology of ['mesh', 'store']) await alliance.tellTechnology(technology);
  await alliance.tellFirm('helper');
  for (const firm of firms) await alliance.tellFirm(firm, { kinds: ['IAAS'] }, { mesh: 9 });
  await register('ann', ['mesh'], [{ companyId: 'alpha' }]);
  await register('bob', ['mesh', 'store'], []);
  await register('cho', ['store'], [{ companyId: 'beta', until: '2001-01-01' }]);
});
afterAll(() => alliance.stop());

const register = (name: string, technologyIds: string[], affiliations: object[]) =>
  alliance.change(
    secretary,
    'registerReviewer',
    { userId: `user-${name}`, name: { en: name }, technologyIds, affiliations },
    'reviewer { id }',
  );

const rubric = [
  { code: 'PLAN', name: { ko: '계획' }, points: 60 },
  { code: 'TEAM', name: { ko: '수행 역량' }, points: 40 },
];

interface SeenReview {
  id: string;
  revision: number;
  project: { id: string; leadCompany: { id: string } };
  reviewer: { userId: string };
}

/** A closed call with one submitted project of each firm. */
async function closedCall(more: object = {}) {
  const { call } = await openCall(alliance, await startProgramme(alliance, { rubric }), more);
  const projects: Record<string, string> = {};
  for (const firm of firms) {
    const project = await sealAlone(alliance, firm, call?.id ?? '', { budget: 100 });
    projects[firm] = project.id;
    await alliance.change(editorOf(firm), 'submitProject', {
      projectId: project.id,
      revision: project.revision,
    });
  }
  await alliance.connection
    .collection('calls')
    .updateOne({ _id: call?.id } as object, { $set: { closesAt: new Date(Date.now() - 1) } });
  return { id: call?.id ?? '', projects };
}

const assign = (callId: string, perProject = 2, revision = 1) =>
  alliance.change<{ call: { revision: number } | null; reviews: SeenReview[] | null }>(
    secretary,
    'assignReviewers',
    { callId, revision, perProject },
    'call { revision } reviews { id revision project { id leadCompany { id } } reviewer { userId } }',
  );

const score = (review: SeenReview, plan: number, team: number) =>
  alliance.change<{ review: { total: number; revision: number } | null; problems: SeenProblem[] }>(
    user(review.reviewer.userId, { roles: ['REVIEWER'] }),
    'scoreProject',
    {
      reviewId: review.id,
      revision: review.revision,
      scores: [
        { criterion: 'PLAN', points: plan },
        { criterion: 'TEAM', points: team, comment: '경험이 많습니다.' },
      ],
    },
    'review { total revision }',
  );

const decide = (callId: string, revision: number) =>
  alliance.change<{ call: { ranking: { rank: number; isAwarded: boolean }[] } | null }>(
    secretary,
    'decideCall',
    { callId, revision },
    'call { decidedAt ranking { rank isAwarded total project { leadCompany { id } } } }',
  );

const place = (rank: number, firm: string, isAwarded: boolean) => ({
  rank,
  isAwarded,
  project: { leadCompany: { id: firm }, status: isAwarded ? 'AWARDED' : 'REJECTED' },
});

describe('reviewing a call', () => {
  it('gives each project its reviewers, none of whom belongs to a firm in it', async () => {
    const call = await closedCall();
    const { reviews, problems } = await assign(call.id);
    expect(problems).toEqual([]);
    const whose = (firm: string) =>
      (reviews ?? [])
        .filter(({ project }) => project.leadCompany.id === firm)
        .map(({ reviewer: { userId } }) => userId)
        .toSorted();
    expect(whose('alpha')).toEqual(['user-bob', 'user-cho']);
    // Who left a firm more than two years ago may review it again.
    expect(reviews).toHaveLength(6);
    expect((await assign(call.id, 2, 2)).reviews).toEqual([]);
  });

  it('says which projects cannot be given enough reviewers, and gives none', async () => {
    const call = await closedCall();
    const { reviews, problems } = await assign(call.id, 3);
    expect(reviews).toBeNull();
    expect(problems).toMatchObject([
      { code: 'LIMIT_REACHED', rule: 'REVIEWERS', limit: '3', found: '2' },
    ]);
  });

  it('begins when the call is closed', async () => {
    const { call } = await openCall(alliance, await startProgramme(alliance));
    expect(brief((await assign(call?.id ?? '')).problems)).toEqual([
      ['WRONG_STATE', 'callId', 'STATE'],
    ]);
  });

  it('scores every criterion once and within its points', async () => {
    const call = await closedCall();
    const [review] = (await assign(call.id, 1)).reviews ?? [];
    if (!review) throw new Error('There is no review.');
    const { problems } = await alliance.change(
      user(review.reviewer.userId, { roles: ['REVIEWER'] }),
      'scoreProject',
      {
        reviewId: review.id,
        revision: 1,
        scores: [
          { criterion: 'PLAN', points: 61 },
          { criterion: 'PLAN', points: -1 },
          { criterion: 'LOOKS', points: 1 },
        ],
      },
    );
    expect(problems.map(({ rule, path }) => [rule, path.join('/')])).toEqual([
      ['CRITERION_MISSING', 'scores'],
      ['POINTS', 'scores/0/points'],
      ['POINTS', 'scores/1/points'],
      ['CRITERION_ONCE', 'scores/1/criterion'],
      ['CRITERION', 'scores/2/criterion'],
    ]);
    const other = await alliance.change(reviewer('nobody'), 'scoreProject', {
      reviewId: review.id,
      revision: 1,
      scores: [],
    });
    expect(brief(other.problems)).toEqual([['NOT_FOUND', 'reviewId', null]]);
  });

  it('decides by rank within slots and budget once every review is in, and publishes it', async () => {
    const call = await closedCall({ slots: 2, budget: 200 });
    const { reviews } = await assign(call.id, 2);
    const points: Record<string, number> = { alpha: 10, beta: 50, gamma: 30 };
    const early = await decide(call.id, 2);
    expect(early.problems.map(({ rule, limit, found }) => [rule, limit, found])).toEqual([
      ['REVIEWS_IN', '2', '0'],
      ['REVIEWS_IN', '2', '0'],
      ['REVIEWS_IN', '2', '0'],
    ]);
    for (const review of reviews ?? [])
      await score(review, points[review.project.leadCompany.id] ?? 0, 20);
    const seen = async (viewer: typeof someone) =>
      (
        await alliance.data<{
          call: { ranking: object[]; reviews: object[]; calibration: object[] };
        }>(
          viewer,
          `query ($id: ID!) { call(id: $id) {
            ranking { rank isAwarded project { leadCompany { id } status } }
            reviews { total } calibration { reviews leaning }
          } }`,
          { id: call.id },
        )
      ).call;
    expect(await seen(someone)).toEqual({ ranking: [], reviews: [], calibration: [] });
    const inside = await seen(secretary);
    expect([inside.ranking.length, inside.reviews.length, inside.calibration.length]).toEqual([
      3, 6, 3,
    ]);
    const decided = await decide(call.id, 2);
    expect(decided.problems).toEqual([]);
    expect((await seen(someone)).ranking).toEqual([
      place(1, 'beta', true),
      place(2, 'gamma', true),
      place(3, 'alpha', false),
    ]);
    const [first] = reviews ?? [];
    if (!first) throw new Error('There is no review.');
    expect(brief((await score({ ...first, revision: 3 }, 60, 40)).problems)).toEqual([
      ['WRONG_STATE', 'reviewId', 'CALL_OPEN_TO_SCORES'],
    ]);
    expect(brief((await decide(call.id, 3)).problems)).toEqual([
      ['WRONG_STATE', 'callId', 'STATE'],
    ]);
  });

  it('counts where projects stand, and how concentrated the awards are', async () => {
    const { awardConcentration: found } = await alliance.data<{ awardConcentration: object }>(
      someone,
      `{ awardConcentration(year: 2026) {
        projects budget
        byFirm { index parts { key amount share } } bySector { index } byRegion { index }
      } }`,
    );
    expect(found).toEqual({
      projects: 2,
      budget: 200,
      byFirm: {
        index: 0.5,
        parts: [
          { key: 'beta', amount: 100, share: 0.5 },
          { key: 'gamma', amount: 100, share: 0.5 },
        ],
      },
      bySector: { index: 1 },
      byRegion: { index: 1 },
    });
    const { awardConcentration: none } = await alliance.data<{ awardConcentration: object }>(
      someone,
      '{ awardConcentration(year: 1999) { projects byFirm { index } } }',
    );
    expect(none).toEqual({ projects: 0, byFirm: { index: 0 } });
    const { projectPipeline } = await alliance.data<{
      projectPipeline: { status: string; projects: number; budget: number }[];
    }>(
      secretary,
      '{ projectPipeline(sector: "healthcare") { programme { kind } sector { code } status projects budget } }',
    );
    const total = (status: string) =>
      projectPipeline
        .filter((step) => step.status === status)
        .reduce((sum, { projects }) => sum + projects, 0);
    expect([total('AWARDED'), total('REJECTED'), total('DRAFT')]).toEqual([2, 1, 0]);
  });

  it('shows a reviewer the own tasks and the documents, and nobody else', async () => {
    const { reviewTasks } = await alliance.data<{ reviewTasks: { totalCount: number } }>(
      reviewer('bob'),
      '{ reviewTasks { totalCount edges { node { project { documents { code } } } } } }',
    );
    expect(reviewTasks.totalCount).toBeGreaterThan(0);
    const { reviewTasks: none } = await alliance.data<{ reviewTasks: { totalCount: number } }>(
      user('somebody'),
      '{ reviewTasks { totalCount } }',
    );
    expect(none.totalCount).toBe(0);
  });

  it('keeps one reviewer a user, expert in technologies that are there', async () => {
    expect(brief((await register('bob', ['mesh'], [])).problems)).toEqual([
      ['TAKEN', 'userId', 'REVIEWER_ONCE'],
    ]);
    expect(brief((await register('new', ['mesh', 'nothing'], [])).problems)).toEqual([
      ['NOT_FOUND', 'technologyIds/1', null],
    ]);
  });
});
