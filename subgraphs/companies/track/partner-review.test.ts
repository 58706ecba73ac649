import type { Connection } from 'mongoose';

import { factsOf, publishFacts } from '#kit/facts.ts';
import { connect, prepare } from '#kit/mongo.ts';
import type { Viewer } from '#kit/viewer.ts';
import type { ProjectFact } from '#schema/facts.ts';
import {
  startCompanies,
  type CompaniesWorld,
  type Firm,
  type Payload,
} from '../../../test/companies/companies.ts';
import { someone } from '../../../test/service.ts';
import { readCompaniesConfig } from '../config.ts';
import { createContext, type Context } from '../context.ts';
import { revealedOf, reviewOrder } from './partner-review.ts';
import { countRevealed, uncounted } from './round.ts';
import { mutationText } from '../../../test/mutation.ts';

let world: CompaniesWorld;
let consortia: Connection;
let context: Context;
let one: Firm;
let two: Firm;
let projectId: string;
let projects = 0;
beforeAll(async () => {
  world = await startCompanies();
  consortia = await connect(world.uri, 'oca_consortia');
  await prepare([factsOf(consortia)]);
  context = createContext(world.connection, readCompaniesConfig({}), someone);
});
beforeEach(async () => {
  one = await world.firm();
  two = await world.firm();
  projectId = await finish({});
});
afterAll(async () => {
  await consortia.close();
  await world.stop();
});

/** Tells of a project of both firms that ended an hour ago. */
async function finish(
  rest: Partial<ProjectFact>,
  finished: Partial<NonNullable<ProjectFact['finished']>> = {},
): Promise<string> {
  projects += 1;
  const state: ProjectFact = {
    title: { ko: null, en: 'A project' },
    status: 'COMPLETED',
    sector: 'public',
    requirements: [],
    memberIds: [one.id, two.id],
    finished: { at: new Date(Date.now() - 3_600_000), onTime: true, pilotRating: 4, ...finished },
    ...rest,
  };
  const key = `project-${projects}`;
  await publishFacts(factsOf(consortia), [{ kind: 'project', key, state }]);
  await world.service.caughtUp();
  return key;
}

const ratings = { quality: 5, punctuality: 4, communication: 4, fairness: 3 };
function mutate(viewer: Viewer, name: string, input: object): Promise<Payload> {
  const source = mutationText(
    name,
    'review { id revision revealsAt ratings { quality } answer { text { en } } } problems { code path rule limit found }',
  );
  return world.ask(viewer, source, { input });
}
const write = (from: Firm, about: Firm, rest: object = {}) =>
  mutate(from.owner, 'writePartnerReview', {
    projectId,
    companyId: from.id,
    aboutId: about.id,
    ratings,
    text: { ko: '좋았습니다' },
    ...rest,
  });
const record = `query ($id: ID!) { company(id: $id) { partnerReviews { totalCount edges { node { from { id } text { ko } } } } trackRecord { projects onTime pilotRating reviews rating ratings { quality } } } }`;
const seen = (of: Firm, viewer: Viewer = someone) => world.ask(viewer, record, { id: of.id });

it('is blind until both wrote, then public on both sides', async () => {
  const first = await write(one, two);
  expect(first.problems).toEqual([]);
  for (const viewer of [someone, two.owner, world.secretariat])
    expect(await seen(two, viewer)).toMatchObject({
      partnerReviews: { totalCount: 0 },
      trackRecord: { reviews: 0, rating: null },
    });
  const written = `query ($companyId: ID!) { writtenReviews(companyId: $companyId) { totalCount edges { node { id } } } }`;
  expect(await world.ask(one.owner, written, { companyId: one.id })).toMatchObject({
    totalCount: 1,
  });
  expect(await world.codes(two.owner, written, { companyId: one.id })).toEqual(['FORBIDDEN']);
  await write(two, one);
  for (const firm of [one, two])
    expect(await seen(firm)).toMatchObject({
      partnerReviews: { totalCount: 1, edges: [{ node: { text: { ko: '좋았습니다' } } }] },
      trackRecord: {
        projects: 1,
        onTime: 10_000,
        pilotRating: 4,
        reviews: 1,
        rating: 4,
        ratings: { quality: 5 },
      },
    });
});

it('reveals both when both are handed in at once', async () => {
  for (let round = 0; round < 4; round += 1) {
    projectId = await finish({});
    const both = await Promise.all([write(one, two), write(two, one)]);
    expect(both.flatMap(({ problems }) => problems)).toEqual([]);
    const hidden = { projectId, revealsAt: { $gt: new Date() } };
    expect(await context.partnerReviews.countDocuments(hidden)).toBe(0);
  }
});

it('is written once a pair and project, however often at once', async () => {
  const tries = await Promise.all([1, 2, 3].map(() => write(one, two)));
  expect(tries.flatMap(({ problems }) => problems.map(({ code }) => code))).toEqual([
    'TAKEN',
    'TAKEN',
  ]);
  projectId = await finish({});
  expect((await write(one, two)).problems).toEqual([]);
});

const faults = async (...of: Parameters<typeof write>) =>
  (await write(...of)).problems.map(({ code, path, rule }) => [code, path[0], rule]);

it('is for firms of the finished project alone', async () => {
  const third = await world.firm();
  expect(await faults(third, one)).toEqual([['NOT_FOUND', 'projectId', null]]);
  expect(await faults(one, third)).toEqual([['NOT_FOUND', 'aboutId', null]]);
  expect(await faults(one, one)).toEqual([['INVALID', 'aboutId', 'ANOTHER_COMPANY']]);
  const running = await finish({ status: 'RUNNING', finished: null });
  expect(await faults(one, two, { projectId: running })).toEqual([
    ['WRONG_STATE', 'projectId', 'FINISHED'],
  ]);
  expect((await write(one, two, { projectId: running })).problems).toMatchObject([
    { limit: 'COMPLETED', found: 'RUNNING' },
  ]);
  const none = { ...ratings, quality: 6 };
  expect(await faults(one, two, { ratings: none })).toEqual([['INVALID', 'ratings', 'RATING']]);
  const viewer = await world.person(`v.${one.id}`, { companies: { [one.id]: 'VIEWER' } });
  const source = `mutation ($input: WritePartnerReviewInput!) { writePartnerReview(input: $input) { problems { code } } }`;
  const input = { projectId, companyId: one.id, aboutId: two.id, ratings };
  expect(await world.codes(viewer, source, { input })).toEqual(['FORBIDDEN']);
});

it('is revealed when the period is over though one wrote, and then nobody writes', async () => {
  await write(one, two);
  await context.reviewPairs.updateMany({}, { $set: { revealsAt: new Date(0) } });
  await context.partnerReviews.updateMany({}, { $set: { revealsAt: new Date(0) } });
  expect(await seen(two)).toMatchObject({ partnerReviews: { totalCount: 1 } });
  expect((await write(two, one)).problems).toMatchObject([
    {
      code: 'EXPIRED',
      path: ['projectId'],
      rule: 'REVIEW_DAYS',
      limit: '1970-01-01T00:00:00.000Z',
      found: expect.stringMatching(/^\d{4}-.*Z$/),
    },
  ]);
  expect((await write(one, two)).problems).toMatchObject([{ code: 'TAKEN' }]);
  projectId = await finish({}, { at: new Date('2020-01-01T00:00:00Z') });
  expect((await write(one, two)).problems).toMatchObject([{ code: 'EXPIRED' }]);
});

it('changes until it is revealed and never after, also when both meet', async () => {
  const { review } = await write(one, two);
  const change = (revision: number) =>
    mutate(one.owner, 'changePartnerReview', {
      id: review.id,
      revision,
      ratings: { ...ratings, quality: 1 },
    });
  expect((await change(review.revision))['review'].ratings).toEqual({ quality: 1 });
  const [changed] = await Promise.all([change(review.revision + 1), write(two, one)]);
  const codes = changed.problems.map(({ code }) => code);
  expect([[], ['WRONG_STATE']]).toContainEqual(codes);
  const after = await change(review.revision + (codes.length === 0 ? 2 : 1));
  expect(after.problems).toMatchObject([{ code: 'WRONG_STATE', path: ['id'], rule: 'REVEALED' }]);
});

it('is answered once, by whom it is about, once it is revealed', async () => {
  const { review } = await write(one, two);
  const answer = (viewer: Viewer, revision = review.revision) =>
    mutate(viewer, 'answerPartnerReview', { id: review.id, revision, text: { en: 'Thanks.' } });
  expect((await answer(two.owner)).problems).toMatchObject([{ code: 'NOT_FOUND', path: ['id'] }]);
  await write(two, one);
  const source = `mutation ($input: AnswerPartnerReviewInput!) { answerPartnerReview(input: $input) { problems { code } } }`;
  const input = { id: review.id, revision: review.revision, text: { en: 'Mine.' } };
  expect(await world.codes(one.owner, source, { input })).toEqual(['FORBIDDEN']);
  expect((await answer(two.owner))['review'].answer).toEqual({ text: { en: 'Thanks.' } });
  expect((await answer(two.owner, review.revision + 1)).problems).toMatchObject([
    { code: 'TAKEN' },
  ]);
});

it('goes over to the firm that one became part of', async () => {
  const third = await world.firm();
  await write(one, two);
  await write(two, one);
  const merge = `mutation ($input: MergeCompaniesInput!) { mergeCompanies(input: $input) { problems { code } } }`;
  const { id, revision } = two;
  const input = { id, revision, intoId: third.id, intoRevision: third.revision };
  await world.ask(world.secretariat, merge, { input });
  expect(await seen(third)).toMatchObject({
    partnerReviews: { totalCount: 1 },
    trackRecord: { projects: 1, reviews: 1 },
  });
});

it('counts no more once the two are one firm', async () => {
  await write(one, two);
  await write(two, one);
  const merge = `mutation ($input: MergeCompaniesInput!) { mergeCompanies(input: $input) { problems { code } } }`;
  const { id, revision } = two;
  const input = { id, revision, intoId: one.id, intoRevision: one.revision };
  expect((await world.ask(world.secretariat, merge, { input })).problems).toEqual([]);
  expect(await seen(one)).toMatchObject({
    partnerReviews: { totalCount: 0 },
    trackRecord: { projects: 1, reviews: 0 },
  });
});

describe('the search', () => {
  const find = `query ($filter: CompanyFilter) { companies(filter: $filter, order: TRACK_RECORD) { edges { node { id } } } }`;
  async function found(trackRecord: object): Promise<string[]> {
    const { edges } = await world.ask<{ edges: { node: { id: string } }[] }>(someone, find, {
      filter: { trackRecord },
    });
    return edges.map(({ node }) => node.id).filter((id) => id === one.id || id === two.id);
  }

  it('filters and sorts by what firms have done, once reviews are revealed', async () => {
    await finish({ memberIds: [one.id] }, { onTime: false });
    expect(await found({})).toEqual([one.id, two.id]);
    expect(await found({ projects: 2 })).toEqual([one.id]);
    expect(await found({ onTime: 9_000 })).toEqual([two.id]);
    await write(one, two);
    await write(two, one, { ratings: { ...ratings, quality: 1 } });
    const [first, second] = await Promise.all([
      countRevealed(context, new Date()),
      countRevealed(context, new Date()),
    ]);
    expect(first + second).toBeGreaterThanOrEqual(2);
    expect(await countRevealed(context, new Date())).toBe(0);
    expect(await found({ rating: 4 })).toEqual([two.id]);
    expect(await found({ rating: 3 })).toEqual([one.id, two.id]);
  });

  it('puts the more punctual one of equals first', async () => {
    await finish({ memberIds: [one.id] }, { onTime: false });
    await finish({ memberIds: [two.id] }, { onTime: true });
    expect(await found({ projects: 2 })).toEqual([two.id, one.id]);
  });
});

it('is read by its indexes', async () => {
  const order = Object.fromEntries(reviewOrder);
  const plans = [
    await context.partnerReviews
      .find(revealedOf(['a'], new Date()))
      .sort(order)
      .explain('queryPlanner'),
    await context.partnerReviews.find({ fromId: 'a' }).explain('queryPlanner'),
    await context.partnerReviews.find(uncounted(new Date())).explain('queryPlanner'),
    await context.toldProjects.find({ memberIds: { $in: ['a'] } }).explain('queryPlanner'),
    await context.entries
      .find({ status: 'APPROVED' })
      .sort({ completed: -1, onTime: -1, rating: -1, _id: -1 })
      .explain('queryPlanner'),
  ];
  expect(plans.map((plan) => /"indexName":"([^"]+)"/u.exec(JSON.stringify(plan))?.[1])).toEqual([
    'aboutId_1_revealsAt_-1__id_-1',
    'fromId_1_writtenAt_-1__id_-1',
    'counted_1_revealsAt_1',
    'memberIds_1_status_1',
    'status_1_completed_-1_onTime_-1_rating_-1__id_-1',
  ]);
});
