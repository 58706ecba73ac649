/** What a firm has done, through the gateway: told by consortia, reviewed blind by partners, found by the search. */
import { factsOf, publishFacts } from '#kit/facts.ts';
import { connect } from '#kit/mongo.ts';
import type { Viewer } from '#kit/viewer.ts';
import type { ProjectFact } from '#schema/facts.ts';
import type { Platform } from '../../infra/platform.ts';
import { answerOf, startTestPlatform } from '../platform.ts';
import { someone, user } from '../service.ts';
import { mutationText } from '../mutation.ts';

interface Answer {
  // oxlint-disable-next-line typescript/no-explicit-any -- tests read what they asked for.
  [field: string]: any;
}

let platform: Platform;
const operator = user('operator', { roles: ['OPERATOR'] });
const secretary = user('secretary', { roles: ['SECRETARIAT'] });

beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(() => platform.stop());

const ask = (viewer: Viewer, query: string, variables: object = {}) =>
  answerOf<Answer>(platform, viewer, query, variables);

function change(viewer: Viewer, name: string, selection: string, input: object): Promise<Answer> {
  const query = mutationText(name, `${selection} problems { code path }`);
  return ask(viewer, query, { input });
}

async function company(name: string): Promise<{ id: string; owner: Viewer }> {
  const email = `${name}@example.org`;
  const account = { name, email, password: 'correct horse battery' };
  const ownerId = (await change(operator, 'provisionUser', 'user { id }', account))['user'].id;
  const draft = { name: { en: name }, kinds: ['IAAS'], region: 'FR', size: 'SME' };
  const made = await change(user(ownerId), 'registerCompany', 'company { id revision }', draft);
  const { id, revision } = made['company'];
  await change(secretary, 'reviewCompany', 'company { id }', { id, revision, decision: 'APPROVE' });
  return { id, owner: user(ownerId, { companies: { [id]: 'OWNER' } }) };
}

it('follows from a finished project and what both partners say', async () => {
  const one = await company('One');
  const two = await company('Two');
  const state: ProjectFact = {
    title: { ko: null, en: 'A project' },
    status: 'COMPLETED',
    sector: 'public',
    requirements: [],
    memberIds: [one.id, two.id],
    finished: { at: new Date(), onTime: true, pilotRating: 4.5 },
  };
  const consortia = await connect(platform.mongoUri, 'oca_consortia');
  await publishFacts(factsOf(consortia), [{ kind: 'project', key: 'p', state }]);
  await consortia.close();
  await platform.caughtUp();

  const record = `query ($id: ID!) { company(id: $id) { trackRecord { projects onTime pilotRating reviews rating } partnerReviews { edges { node { from { name { en } } text { ko } } } } } }`;
  const ratings = { quality: 5, punctuality: 5, communication: 4, fairness: 4 };
  const write = (from: typeof one, about: typeof one) =>
    change(from.owner, 'writePartnerReview', 'review { id }', {
      projectId: 'p',
      companyId: from.id,
      aboutId: about.id,
      ratings,
      text: { ko: '좋은 협력사' },
    });
  await write(one, two);
  const told = { projects: 1, onTime: 10_000, pilotRating: 4.5 };
  expect(await ask(two.owner, record, { id: two.id })).toEqual({
    trackRecord: { ...told, reviews: 0, rating: null },
    partnerReviews: { edges: [] },
  });
  await write(two, one);
  expect(await ask(someone, record, { id: two.id })).toEqual({
    trackRecord: { ...told, reviews: 1, rating: 4.5 },
    partnerReviews: {
      edges: [{ node: { from: { name: { en: 'One' } }, text: { ko: '좋은 협력사' } } }],
    },
  });
  const search = `{ companies(filter: { trackRecord: { projects: 1, onTime: 9000 } }, order: TRACK_RECORD) { totalCount } }`;
  expect(await ask(someone, search)).toEqual({ totalCount: 2 });
});
