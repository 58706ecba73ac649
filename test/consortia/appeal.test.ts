/** Appeals against a call's decision: filed in time, decided by others, ranked again, published. */
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
const firms = ['alpha', 'beta', 'gamma'];
const people = ['ann', 'bob', 'cho', 'dan'];
const judge = user('judge', { roles: ['SECRETARIAT'] });
const grounds = '심사 항목의 배점이 잘못 적용되었습니다.';

beforeAll(async () => {
  alliance = await startAlliance();
  await alliance.tellTechnology('mesh');
  await alliance.tellFirm('helper');
  for (const firm of firms) await alliance.tellFirm(firm, { kinds: ['IAAS'] }, { mesh: 9 });
  for (const name of people)
    await alliance.change(secretary, 'registerReviewer', {
      userId: `user-${name}`,
      name: { en: name },
      technologyIds: ['mesh'],
      mostReviews: 100,
    });
});
afterAll(() => alliance.stop());

interface Review {
  id: string;
  revision: number;
  project: { id: string; leadCompany: { id: string } };
  reviewer: { userId: string };
}

interface Decided {
  callId: string;
  /** Project ids by lead firm. */
  projects: Record<string, string>;
  reviews: Review[];
}

function score({ id, revision, reviewer }: Review, points: number) {
  return alliance.change<object>(user(reviewer.userId, { roles: ['REVIEWER'] }), 'scoreProject', {
    reviewId: id,
    revision,
    scores: [{ criterion: 'PLAN', points }],
  });
}

/** A decided call with two slots at most: alpha 80 and 80, beta 60 and 60, gamma 10 and 90. */
async function decided({ slots = 1, appealDays = 10 } = {}): Promise<Decided> {
  const rubric = [{ code: 'PLAN', name: { ko: '계획' }, points: 100 }];
  const programme = await startProgramme(alliance, { rubric, appealDays });
  const { call } = await openCall(alliance, programme, { slots });
  const callId = call?.id ?? '';
  const projects: Record<string, string> = {};
  for (const firm of firms) {
    const { id, revision } = await sealAlone(alliance, firm, callId, { budget: 100 });
    projects[firm] = id;
    await alliance.change(editorOf(firm), 'submitProject', { projectId: id, revision });
  }
  await setCall(callId, { closesAt: new Date(Date.now() - 1) });
  const { reviews } = await alliance.change<{ reviews: Review[] }>(
    secretary,
    'assignReviewers',
    { callId, revision: 1, perProject: 2 },
    'reviews { id revision project { id leadCompany { id } } reviewer { userId } }',
  );
  const points: Record<string, number[]> = { alpha: [80, 80], beta: [60, 60], gamma: [10, 90] };
  for (const review of reviews)
    await score(review, points[review.project.leadCompany.id]?.pop() ?? 0);
  await alliance.change(secretary, 'decideCall', { callId, revision: 2 });
  return { callId, projects, reviews };
}

const setCall = (callId: string, change: object) =>
  alliance.connection.collection('calls').updateOne({ _id: callId } as object, { $set: change });

interface SeenAppeal {
  id: string;
  status: string;
  revision: number;
  rankBefore: number | null;
  rankAfter: number | null;
}

interface Answered {
  appeal: SeenAppeal | null;
  problems: SeenProblem[];
}

const select = 'appeal { id status revision rankBefore rankAfter }';

const file = (call: Decided, firm: string, given: object = {}): Promise<Answered> =>
  alliance.change(
    editorOf(firm),
    'fileProjectAppeal',
    { projectId: call.projects[firm], grounds, ...given },
    select,
  );

const decide = (
  appeal: SeenAppeal | null,
  outcome: string,
  more: object = {},
  viewer: Viewer = judge,
): Promise<Answered> =>
  alliance.change(
    viewer,
    'decideProjectAppeal',
    {
      appealId: appeal?.id,
      revision: appeal?.revision,
      outcome,
      reason: '점수가 크게 벗어납니다.',
      ...more,
    },
    select,
  );

/** Firms by rank with the state of their projects. */
async function ranking({ callId }: Decided, viewer: Viewer = someone): Promise<string[]> {
  const { call } = await alliance.data<{
    call: { ranking: { project: { status: string; leadCompany: { id: string } } }[] };
  }>(
    viewer,
    'query ($id: ID!) { call(id: $id) { ranking { project { status leadCompany { id } } } } }',
    { id: callId },
  );
  return call.ranking.map(({ project }) => `${project.leadCompany.id} ${project.status}`);
}

const reviewsOf = ({ reviews }: Decided, firm: string) =>
  reviews.filter(({ project }) => project.leadCompany.id === firm);

/** The review of gamma's that gave ten points. */
const lowOf = (call: Decided) => reviewsOf(call, 'gamma')[1]?.id;

async function start(call: Decided, firm: string): Promise<SeenProblem[]> {
  const projectId = call.projects[firm];
  const { project } = await alliance.data<{ project: { revision: number } }>(
    secretary,
    'query ($id: ID!) { project(id: $id) { revision } }',
    { id: projectId },
  );
  const input = { projectId, revision: project.revision };
  return (await alliance.change<object>(secretary, 'startProject', input)).problems;
}

describe('filing an appeal', () => {
  it('is for a project that was not chosen, once, by its lead, with grounds', async () => {
    const call = await decided();
    expect(brief((await file(call, 'alpha')).problems)).toEqual([
      ['WRONG_STATE', 'projectId', 'STATE'],
    ]);
    expect(brief((await file(call, 'beta', { grounds: '짧다' })).problems)).toEqual([
      ['INVALID', 'grounds', 'TEXT_LENGTH'],
    ]);
    const both = await Promise.all([file(call, 'beta'), file(call, 'beta')]);
    expect(both.flatMap(({ problems }) => brief(problems))).toEqual([
      ['TAKEN', 'projectId', 'APPEAL_ONCE'],
    ]);
    expect(both.find(({ appeal }) => appeal)?.appeal).toMatchObject({
      status: 'FILED',
      rankBefore: 2,
      rankAfter: null,
    });
  });

  it('ends with the days that the rules allow, and is not there where they allow none', async () => {
    const call = await decided({ appealDays: 1 });
    await setCall(call.callId, { decidedAt: new Date(Date.now() - 3 * 86_400_000) });
    expect(brief((await file(call, 'beta')).problems)).toEqual([
      ['EXPIRED', 'projectId', 'APPEALS_CLOSE'],
    ]);
    const none = await decided({ appealDays: 0 });
    expect((await file(none, 'beta')).problems).toMatchObject([
      { code: 'EXPIRED', rule: 'APPEALS_CLOSE', limit: 'none' },
    ]);
  });

  it('is taken back by its lead until it is decided', async () => {
    const call = await decided();
    const { appeal } = await file(call, 'beta');
    const withdraw = () =>
      alliance.change<Answered>(
        editorOf('beta'),
        'withdrawProjectAppeal',
        { projectId: call.projects['beta'], revision: appeal?.revision },
        select,
      );
    expect((await withdraw()).appeal?.status).toBe('WITHDRAWN');
    expect(brief((await withdraw()).problems)).toEqual([['WRONG_STATE', 'projectId', 'STATE']]);
    expect(brief((await decide(appeal, 'REJECT')).problems)).toEqual([
      ['WRONG_STATE', 'appealId', 'STATE'],
    ]);
  });
});

describe('deciding an appeal', () => {
  it('is for somebody else than who decided the call, and nobody begins before', async () => {
    const call = await decided();
    const { appeal } = await file(call, 'beta');
    expect(brief((await decide(appeal, 'REJECT', {}, secretary)).problems)).toEqual([
      ['WRONG_STATE', 'appealId', 'OTHER_PERSON'],
    ]);
    const scorer = user(reviewsOf(call, 'beta')[0]?.reviewer.userId ?? '', {
      roles: ['SECRETARIAT'],
    });
    expect(brief((await decide(appeal, 'REJECT', {}, scorer)).problems)).toEqual([
      ['WRONG_STATE', 'appealId', 'OTHER_PERSON'],
    ]);
    expect((await start(call, 'alpha')).map(({ rule }) => rule)).toEqual(['APPEALS_OVER']);
    await setCall(call.callId, { decidedAt: new Date(Date.now() - 30 * 86_400_000) });
    expect(await start(call, 'alpha')).toMatchObject([{ rule: 'APPEALS_OVER', found: '1' }]);
    const rejected = await decide(appeal, 'REJECT');
    expect(rejected.appeal).toMatchObject({ status: 'REJECTED', rankAfter: null });
    expect(await ranking(call)).toEqual(['alpha AWARDED', 'beta REJECTED', 'gamma REJECTED']);
    expect(await start(call, 'alpha')).toEqual([]);
  });

  it('ranks again without the reviews that are set aside, within slots and budget, and publishes it', async () => {
    const call = await decided();
    const { appeal } = await file(call, 'gamma');
    expect(brief((await decide(appeal, 'RERANK')).problems)).toEqual([
      ['INVALID', 'setAside', 'SET_ASIDE'],
    ]);
    const low = lowOf(call);
    const upheld = await decide(appeal, 'RERANK', { setAside: [low] });
    expect(upheld.appeal).toMatchObject({ status: 'UPHELD', rankBefore: 3, rankAfter: 1 });
    expect(await ranking(call)).toEqual(['gamma AWARDED', 'alpha REJECTED', 'beta REJECTED']);
    const seen = (viewer: Viewer) =>
      alliance.data<{ call: { rankedAgainAt: string; appeals: object[] } }>(
        viewer,
        'query ($id: ID!) { call(id: $id) { rankedAgainAt appeals { status reason grounds } } }',
        { id: call.callId },
      );
    const reason = '점수가 크게 벗어납니다.';
    const open = (await seen(someone)).call;
    expect(open.rankedAgainAt).not.toBeNull();
    expect(open.appeals).toEqual([{ status: 'UPHELD', reason, grounds: null }]);
    expect((await seen(editorOf('gamma'))).call.appeals).toEqual([
      { status: 'UPHELD', reason, grounds },
    ]);
    // The one that lost its award by it may appeal in its turn.
    expect((await file(call, 'alpha')).appeal?.status).toBe('FILED');
  });

  it('leaves the award of whoever has begun', async () => {
    const call = await decided();
    const { appeal } = await file(call, 'gamma');
    await alliance.connection
      .collection('projects')
      .updateOne({ _id: call.projects['alpha'] } as object, { $set: { status: 'RUNNING' } });
    await decide(appeal, 'RERANK', { setAside: [lowOf(call)] });
    expect(await ranking(call)).toEqual(['gamma REJECTED', 'alpha RUNNING', 'beta REJECTED']);
  });

  it('has a project scored anew by reviewers who have not had it, and then ranks again', async () => {
    const call = await decided();
    const { appeal } = await file(call, 'beta');
    const rescoring = await decide(appeal, 'RESCORE');
    expect(rescoring.appeal?.status).toBe('RESCORING');
    const { call: seen } = await alliance.data<{
      call: { reviews: (Review & { isSetAside: boolean })[] };
    }>(
      judge,
      `query ($id: ID!) { call(id: $id) { reviews {
        id revision isSetAside project { id leadCompany { id } } reviewer { userId }
      } } }`,
      { id: call.callId },
    );
    const own = seen.reviews.filter(({ project }) => project.leadCompany.id === 'beta');
    const anew = own.filter(({ isSetAside }) => !isSetAside);
    const users = (list: Review[]) => list.map(({ reviewer }) => reviewer.userId);
    expect([own.length, anew.length]).toEqual([4, 2]);
    expect(users(anew).filter((id) => users(reviewsOf(call, 'beta')).includes(id))).toEqual([]);
    const settle = () =>
      alliance.change<Answered>(
        judge,
        'settleProjectAppeal',
        { appealId: appeal?.id, revision: rescoring.appeal?.revision },
        select,
      );
    expect((await settle()).problems).toMatchObject([
      { rule: 'REVIEWS_IN', limit: '2', found: '0' },
    ]);
    const [stale] = reviewsOf(call, 'beta');
    if (!stale) throw new Error('There is no review.');
    expect(brief((await score({ ...stale, revision: 4 }, 100)).problems)).toEqual([
      ['WRONG_STATE', 'reviewId', 'CALL_OPEN_TO_SCORES'],
    ]);
    for (const review of anew) expect((await score(review, 95)).problems).toEqual([]);
    expect((await settle()).appeal).toMatchObject({
      status: 'UPHELD',
      rankBefore: 2,
      rankAfter: 1,
    });
    expect(await ranking(call)).toEqual(['beta AWARDED', 'alpha REJECTED', 'gamma REJECTED']);
    expect(brief((await settle()).problems)).toEqual([['WRONG_STATE', 'appealId', 'STATE']]);
  });

  it('counts both of two appeals that are decided at the same time', async () => {
    const call = await decided({ slots: 1 });
    const [beta, gamma] = [await file(call, 'beta'), await file(call, 'gamma')];
    const [betaReview] = reviewsOf(call, 'beta');
    const answers = await Promise.all([
      decide(beta.appeal, 'RERANK', { setAside: [betaReview?.id] }),
      decide(gamma.appeal, 'RERANK', { setAside: [lowOf(call)] }),
    ]);
    expect(answers.flatMap(({ problems }) => problems)).toEqual([]);
    expect(await ranking(call)).toEqual(['gamma AWARDED', 'alpha REJECTED', 'beta REJECTED']);
  });

  it('is made once when two decide at the same time', async () => {
    const call = await decided();
    const { appeal } = await file(call, 'gamma');
    const answers = await Promise.all([
      decide(appeal, 'REJECT'),
      decide(
        appeal,
        'RERANK',
        { setAside: [lowOf(call)] },
        user('other', { roles: ['SECRETARIAT'] }),
      ),
    ]);
    expect(answers.flatMap(({ problems }) => brief(problems))).toEqual([
      ['WRONG_STATE', 'appealId', 'STATE'],
    ]);
    const isUpheld = answers[1].problems.length === 0;
    expect((await ranking(call))[0]).toBe(isUpheld ? 'gamma AWARDED' : 'alpha AWARDED');
  });
});

describe('an interest that comes up after the assignment', () => {
  it('keeps a reviewer from scoring, whether declared or known to the platform', async () => {
    const call = await decided();
    const { appeal } = await file(call, 'beta');
    await decide(appeal, 'RESCORE');
    const { call: seen } = await alliance.data<{ call: { reviews: Review[] } }>(
      judge,
      `query ($id: ID!) { call(id: $id) { reviews {
        id revision project { id leadCompany { id } } reviewer { userId }
      } } }`,
      { id: call.callId },
    );
    const review = seen.reviews.findLast(({ project }) => project.leadCompany.id === 'beta');
    const joined = user(review?.reviewer.userId ?? '', {
      roles: ['REVIEWER'],
      companies: { beta: 'VIEWER' },
    });
    const { problems } = await alliance.change<object>(joined, 'scoreProject', {
      reviewId: review?.id,
      revision: review?.revision,
      scores: [{ criterion: 'PLAN', points: 100 }],
    });
    expect(brief(problems)).toEqual([['WRONG_STATE', 'reviewId', 'CONFLICT']]);
  });
});
