/** A service on its way to selection: submitted, checked, judged, decided. */
import type { Viewer } from '#kit/viewer.ts';
import {
  editor,
  member,
  operator,
  owner,
  reviewer,
  secretariat,
  startMarketplace,
  stranger,
  type TestMarketplace,
} from './marketplace.ts';
import { someone, user } from '../service.ts';
import { comment, levels, second, stepsOf, third, type Review, type Steps } from './selection.ts';
import { tellFirms } from '../told.ts';

let { query, listed, drafted, uri, stop, heard } = {} as TestMarketplace;
let { run, outcome, submitted, step, judged } = {} as Steps;

const certificate = {
  scheme: 'CSAP',
  type: 'SAAS_STANDARD',
  grade: 'MID',
  validFrom: '2020-01-01',
  validTo: null,
};

beforeAll(async () => {
  ({ query, listed, drafted, uri, stop, heard } = await startMarketplace());
  ({ run, outcome, submitted, step, judged } = stepsOf({ query, listed }));
  await tellFirms(uri, { rival: { certificates: [certificate] }, third: {} });
  await heard();
});

afterAll(() => stop());

it('goes through both parts, and is found as selected', async () => {
  const first = await submitted({ providerId: 'third', name: { ko: '처음 서비스' } }, third);
  expect(first).toMatchObject({ status: 'SUBMITTED', targetDays: 25, exemptions: null });
  const checked = await step(secretariat, 'checkServiceReview', first, { complete: true });
  expect(checked).toMatchObject({
    status: 'ELIGIBILITY',
    exemptions: { eligibility: false, capability: false },
  });
  const eligible = await step(secretariat, 'decideServiceReview', await judged(checked), {
    verdict: 'PASS',
  });
  expect(eligible.status).toBe('CAPABILITY');
  const selected = await step(secretariat, 'decideServiceReview', await judged(eligible), {
    verdict: 'PASS',
  });
  expect(selected.status).toBe('SELECTED');
  const { services } = await query(
    someone,
    '{ services(filter: { selected: true }) { edges { node { name { ko } selectedAt } } } }',
  );
  expect(services).toEqual({
    edges: [{ node: { name: { ko: '처음 서비스' }, selectedAt: expect.any(String) } }],
  });

  // The firm has a selected service now: its next one is exempt from eligibility.
  const next = await submitted({ providerId: 'third' }, third);
  const exempt = await step(secretariat, 'checkServiceReview', next, { complete: true });
  expect(exempt).toMatchObject({
    status: 'CAPABILITY',
    targetDays: 15,
    exemptions: { eligibility: true, capability: false },
  });
});

it('with a CSAP certificate skips capability, and with a selected service too all but the check', async () => {
  const certified = { providerId: 'rival', certifications: [{ scheme: 'CSAP' }] };
  const first = await submitted(certified, stranger);
  const checked = await step(secretariat, 'checkServiceReview', first, { complete: true });
  expect(checked).toMatchObject({
    status: 'ELIGIBILITY',
    targetDays: 13,
    exemptions: { eligibility: false, capability: true },
  });
  const selected = await step(secretariat, 'decideServiceReview', await judged(checked), {
    verdict: 'PASS',
  });
  expect(selected.status).toBe('SELECTED');
  const next = await submitted(certified, stranger);
  const done = await step(secretariat, 'checkServiceReview', next, { complete: true });
  expect(done).toMatchObject({
    status: 'SELECTED',
    targetDays: 3,
    exemptions: { eligibility: true, capability: true },
  });
});

it('comes back when something is missing, and goes on when it is there', async () => {
  const review = await submitted();
  const silent = { id: review.id, revision: 1, complete: false };
  expect((await run(secretariat, 'checkServiceReview', silent)).problems).toEqual([
    { code: 'INVALID', path: ['note'], rule: null },
  ]);
  const note = '보상 기준이 빠졌습니다.';
  const returned = await step(secretariat, 'checkServiceReview', review, { complete: false, note });
  expect(returned.status).toBe('RETURNED');
  const again = await step(owner, 'completeServiceReview', returned, {
    levels: { ...levels, availability: 9999 },
  });
  const { serviceReview } = await query(
    member,
    `query ($id: ID!) { serviceReview(id: $id) { levels { availability } days isLate provider { id }
      steps { status note targetDays } } }`,
    { id: again.id },
  );
  expect(serviceReview).toMatchObject({
    levels: { availability: 9999 },
    isLate: false,
    provider: { id: 'firm' },
    steps: [
      { status: 'SUBMITTED', note: null, targetDays: 3 },
      { status: 'RETURNED', note, targetDays: null },
      { status: 'SUBMITTED', note: null, targetDays: 3 },
    ],
  });
});

it('is refused with a reason, and may be submitted anew', async () => {
  const review = await submitted();
  const checked = await step(secretariat, 'checkServiceReview', review, { complete: true });
  const few = await run(secretariat, 'decideServiceReview', {
    id: checked.id,
    revision: checked.revision,
    verdict: 'PASS',
  });
  expect(few.problems).toEqual([{ code: 'WRONG_STATE', path: ['id'], rule: 'FEWEST_OPINIONS' }]);
  const heardOut = await judged(checked);
  const refused = { id: heardOut.id, revision: heardOut.revision, verdict: 'FAIL' };
  expect((await run(secretariat, 'decideServiceReview', refused)).problems[0]?.path).toEqual([
    'note',
  ]);
  const note = '대상이 아닙니다.';
  expect(await outcome(secretariat, 'decideServiceReview', { ...refused, note })).toBe('REJECTED');
  const { serviceReview } = await query(
    owner,
    `query ($id: ID!) { serviceReview(id: $id) { service { id } opinions { reviewer { id } verdict comment } } }`,
    { id: review.id },
  );
  const { service, opinions } = serviceReview as { service: { id: string }; opinions: object[] };
  // The provider reads what was said once it is decided, not who said it.
  expect(opinions).toEqual([
    { reviewer: null, verdict: 'PASS', comment },
    { reviewer: null, verdict: 'PASS', comment },
  ]);
  expect(await outcome(owner, 'submitService', { serviceId: service.id, levels })).toBe(
    'SUBMITTED',
  );
});

it('has one opinion a reviewer and part, and none of a reviewer of the firm', async () => {
  const review = await submitted();
  const checked = await step(secretariat, 'checkServiceReview', review, { complete: true });
  const once = await step(reviewer, 'giveServiceOpinion', checked, { verdict: 'PASS', comment });
  const other = await step(reviewer, 'giveServiceOpinion', once, { verdict: 'FAIL', comment });
  const source = `query ($id: ID!) { serviceReview(id: $id) { opinions { reviewer { id } part verdict } } }`;
  expect(await query(secretariat, source, { id: review.id })).toEqual({
    serviceReview: {
      opinions: [{ reviewer: { id: 'reviewer' }, part: 'ELIGIBILITY', verdict: 'FAIL' }],
    },
  });
  expect(await query(owner, source, { id: review.id })).toEqual({
    serviceReview: { opinions: [] },
  });
  const own = user('own', { roles: ['REVIEWER'], companies: { firm: 'VIEWER' } });
  const opinion = { id: other.id, revision: other.revision, verdict: 'PASS', comment };
  expect(await outcome(own, 'giveServiceOpinion', opinion)).toMatch('belong to');
  const short = { ...opinion, comment: '좋음' };
  expect((await run(second, 'giveServiceOpinion', short)).problems[0]?.path).toEqual(['comment']);
});

it('names every fault of a submission, and is under way once', async () => {
  const bare = await drafted({ summary: null, models: [] });
  const faults = await run(owner, 'submitService', {
    serviceId: bare.id,
    levels: { ...levels, availability: 10, responseHours: 0 },
  });
  expect(faults.problems.map(({ path }) => path.join('.'))).toEqual([
    'serviceId.summary',
    'serviceId.models',
    'levels.availability',
    'levels.responseHours',
  ]);
  const { id } = await listed();
  const both = await Promise.all(
    [owner, editor].map((viewer) => outcome(viewer, 'submitService', { serviceId: id, levels })),
  );
  expect(both.toSorted()).toEqual(['SUBMITTED', 'TAKEN']);
});

it('is taken back by its provider, and then no further', async () => {
  const review = await submitted();
  expect(await outcome(owner, 'withdrawServiceReview', { id: review.id, revision: 9 })).toBe(
    'STALE',
  );
  const gone = await step(owner, 'withdrawServiceReview', review, {});
  expect(gone.status).toBe('WITHDRAWN');
  const input = { id: gone.id, revision: gone.revision };
  for (const [viewer, name, more] of [
    [secretariat, 'checkServiceReview', { complete: true }],
    [secretariat, 'decideServiceReview', { verdict: 'PASS' }],
    [owner, 'completeServiceReview', {}],
    [owner, 'withdrawServiceReview', {}],
    [reviewer, 'giveServiceOpinion', { verdict: 'PASS', comment }],
  ] as const)
    expect([name, await outcome(viewer, name, { ...input, ...more })]).toEqual([
      name,
      'WRONG_STATE',
    ]);
});

describe('who may', () => {
  const everybody: [string, Viewer][] = [
    ['visitor', someone],
    ['owner', owner],
    ['editor', editor],
    ['member', member],
    ['stranger', stranger],
    ['reviewer', reviewer],
    ['operator', operator],
    ['secretariat', secretariat],
  ];

  it.each([
    ['submitService', ['owner', 'editor']],
    ['withdrawServiceReview', ['owner', 'editor']],
    ['checkServiceReview', ['secretariat']],
    ['giveServiceOpinion', ['reviewer']],
    ['decideServiceReview', ['secretariat']],
    ['completeServiceReview', ['owner', 'editor']],
  ])('%s', async (name, allowed) => {
    const did: string[] = [];
    for (const [role, viewer] of everybody) {
      const review = name === 'submitService' ? null : await ready(name);
      const input = review
        ? { id: review.id, revision: review.revision, ...inputs[name] }
        : { serviceId: (await listed()).id, levels };
      try {
        const { review: after } = await run(viewer, name, input);
        if (after) did.push(role);
      } catch {
        continue;
      }
    }
    expect(did.toSorted()).toEqual(allowed.toSorted());
  });

  it('see a review: its provider, reviewers and the secretariat', async () => {
    const { id } = await submitted();
    const seen: string[] = [];
    for (const [role, viewer] of everybody) {
      const data = await query(viewer, 'query ($id: ID!) { serviceReview(id: $id) { id } }', {
        id,
      });
      if (data['serviceReview'] !== null) seen.push(role);
    }
    expect(seen).toEqual(['owner', 'editor', 'member', 'reviewer', 'secretariat']);
  });

  it('list reviews: reviewers and the secretariat, the one submitted first comes first', async () => {
    const listing: string[] = [];
    for (const [role, viewer] of everybody) {
      const times = await submittedTimes(viewer);
      if (times === null) continue;
      expect(times.length).toBeGreaterThan(1);
      expect(times).toEqual(times.toSorted());
      listing.push(role);
    }
    expect(listing).toEqual(['reviewer', 'secretariat']);
  });
});

const inputs: Record<string, object> = {
  checkServiceReview: { complete: true },
  giveServiceOpinion: { verdict: 'PASS', comment },
  decideServiceReview: { verdict: 'PASS' },
};

/** When the reviews that wait were submitted, as they are listed; null for who may not list them. */
async function submittedTimes(viewer: Viewer): Promise<string[] | null> {
  const source =
    '{ serviceReviews(statuses: [SUBMITTED], first: 100) { edges { node { submittedAt } } } }';
  const data = await query(viewer, source).catch(() => null);
  const page = data?.['serviceReviews'] as
    { edges: { node: { submittedAt: string } }[] } | undefined;
  return page?.edges.map(({ node }) => node.submittedAt) ?? null;
}

/** A review in the state in which a mutation is next. */
async function ready(name: string): Promise<Review> {
  const review = await submitted();
  if (name === 'checkServiceReview' || name === 'withdrawServiceReview') return review;
  if (name === 'completeServiceReview')
    return step(secretariat, 'checkServiceReview', review, { complete: false, note: '부족' });
  const checked = await step(secretariat, 'checkServiceReview', review, { complete: true });
  return name === 'decideServiceReview' ? judged(checked) : checked;
}

function change(viewer: Viewer, input: object) {
  return query(
    viewer,
    `mutation ($input: ChangeSelectionTermsInput!) { changeSelectionTerms(input: $input) {
      terms { completenessDays fewestOpinions revision } problems { code path } } }`,
    { input },
  );
}

it('keeps its terms as data: what is submitted later goes by the new ones', async () => {
  const before = await submitted();
  await expect(change(owner, { revision: 1 })).rejects.toThrow('roles');
  expect(await change(secretariat, { revision: 1, eligibilityDays: 0 })).toEqual({
    changeSelectionTerms: {
      terms: null,
      problems: [{ code: 'INVALID', path: ['eligibilityDays'] }],
    },
  });
  expect(await change(secretariat, { revision: 1, completenessDays: 5 })).toEqual({
    changeSelectionTerms: {
      terms: { completenessDays: 5, fewestOpinions: 2, revision: 2 },
      problems: [],
    },
  });
  expect(await change(secretariat, { revision: 1, completenessDays: 6 })).toMatchObject({
    changeSelectionTerms: { problems: [{ code: 'STALE', path: ['revision'] }] },
  });
  const after = await submitted();
  expect([before.targetDays, after.targetDays]).toEqual([25, 27]);
});

it('is counted by year', async () => {
  const year = Number(
    new Intl.DateTimeFormat('en', { year: 'numeric', timeZone: 'Asia/Seoul' }).format(new Date()),
  );
  const source = `query ($from: Int!, $to: Int!) { selectionFigures(from: $from, to: $to) {
    year selected rejected exemptFromBoth meanDays inTime } }`;
  const { selectionFigures } = await query(someone, source, { from: year - 1, to: year });
  expect(selectionFigures).toEqual([
    { year: year - 1, selected: 0, rejected: 0, exemptFromBoth: 0, meanDays: null, inTime: 0 },
    { year, selected: 3, rejected: 1, exemptFromBoth: 1, meanDays: 0, inTime: 4 },
  ]);
  await expect(query(someone, source, { from: year, to: year - 1 })).rejects.toThrow(
    'BAD_USER_INPUT',
  );
});
