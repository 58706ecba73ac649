/** Handing in twice, and an award that meets an appeal: each pair has one defined outcome. */
import {
  brief,
  openCall,
  sealAlone,
  secretary,
  startAlliance,
  startProgramme,
  editorOf,
  type Alliance,
  type SeenProblem,
} from './alliance.ts';
import { user } from '../service.ts';

let alliance: Alliance;
let programme = '';
const lead = editorOf('infra');
const judge = user('judge', { roles: ['SECRETARIAT'] });
const rounds = 20;
const patience = 180_000;

beforeAll(async () => {
  alliance = await startAlliance();
  await alliance.tellTechnology('mesh');
  await alliance.tellFirm('helper');
  for (const firm of ['infra', 'other']) await alliance.tellFirm(firm, { kinds: ['IAAS'] });
  for (const name of ['ann', 'bob'])
    await alliance.change(secretary, 'registerReviewer', {
      userId: `user-${name}`,
      name: { en: name },
      technologyIds: ['mesh'],
      mostReviews: 100,
    });
  const rubric = [{ code: 'PLAN', name: { ko: '계획' }, points: 100 }];
  programme = await startProgramme(alliance, { rubric, appealDays: 10 });
});
afterAll(() => alliance.stop());

interface Payload {
  problems: SeenProblem[];
}
const isDone = ({ problems }: Payload) => problems.length === 0;
const stored = (collection: string) => alliance.connection.collection(collection);
const setCall = (callId: string, change: object) =>
  stored('calls').updateOne({ _id: callId } as object, { $set: change });
const statusOf = async (id: string) =>
  (await stored('projects').findOne({ _id: id } as object))?.['status'] as string;

/** A call with one slot that is ready to be decided: infra has more points than other. */
async function scored(): Promise<{ callId: string; first: string; second: string }> {
  const { call } = await openCall(alliance, programme, { slots: 1 });
  const callId = call?.id ?? '';
  const ids: string[] = [];
  for (const firm of ['infra', 'other']) {
    const { id, revision } = await sealAlone(alliance, firm, callId, { budget: 100 });
    await alliance.change(editorOf(firm), 'submitProject', { projectId: id, revision });
    ids.push(id);
  }
  await setCall(callId, { closesAt: new Date(Date.now() - 1) });
  const { reviews, problems } = await alliance.change<{
    reviews: {
      id: string;
      revision: number;
      project: { id: string };
      reviewer: { userId: string };
    }[];
  }>(
    secretary,
    'assignReviewers',
    { callId, revision: 1, perProject: 2 },
    'reviews { id revision project { id } reviewer { userId } }',
  );
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  for (const { id, revision, project, reviewer } of reviews)
    await alliance.change(user(reviewer.userId, { roles: ['REVIEWER'] }), 'scoreProject', {
      reviewId: id,
      revision,
      scores: [{ criterion: 'PLAN', points: project.id === ids[0] ? 90 : 40 }],
    });
  return { callId, first: ids[0] ?? '', second: ids[1] ?? '' };
}

const decideCall = (callId: string) =>
  alliance.change<object>(secretary, 'decideCall', { callId, revision: 2 });
const appeal = (projectId: string) =>
  alliance.change<{ appeal: { id: string; revision: number } | null }>(
    editorOf('other'),
    'fileProjectAppeal',
    { projectId, grounds: '심사 항목의 배점이 잘못 적용되었습니다.' },
    'appeal { id revision }',
  );

describe('handing in', () => {
  it(
    'happens once when it is asked for twice; numbers have no gap',
    async () => {
      const { call } = await openCall(alliance, programme, { slots: 1 });
      for (let round = 1; round <= rounds; round += 1) {
        const { id, revision } = await sealAlone(alliance, 'infra', call?.id ?? '', {
          budget: 100,
        });
        const submit = () =>
          alliance.change<{ submission: { number: number } | null }>(
            lead,
            'submitProject',
            { projectId: id, revision },
            'submission { number }',
          );
        const answers = await Promise.all([submit(), submit()]);
        const [refused] = answers.filter((each) => !isDone(each));
        expect(answers.filter(isDone)).toMatchObject([{ submission: { number: round } }]);
        expect(brief(refused?.problems ?? [])).toEqual([['WRONG_STATE', 'projectId', 'STATE']]);
        expect(await stored('submissions').countDocuments({ projectId: id })).toBe(1);
      }
    },
    patience,
  );
});

describe('an award', () => {
  it(
    'comes before an appeal against it, or the appeal is too early',
    async () => {
      for (let round = 0; round < rounds; round += 1) {
        const { callId, first, second } = await scored();
        const [decided, appealed] = await Promise.all([decideCall(callId), appeal(second)]);
        expect(decided.problems).toEqual([]);
        expect(brief(appealed.problems)).toEqual(
          isDone(appealed) ? [] : [['WRONG_STATE', 'projectId', 'STATE']],
        );
        expect([await statusOf(first), await statusOf(second)]).toEqual(['AWARDED', 'REJECTED']);
        expect(await stored('appeals').countDocuments({ callId })).toBe(isDone(appealed) ? 1 : 0);
      }
    },
    patience,
  );

  it(
    'begins once the last appeal is settled, or not yet, when the two meet',
    async () => {
      for (let round = 0; round < rounds; round += 1) {
        const { callId, first, second } = await scored();
        await decideCall(callId);
        const { appeal: filed } = await appeal(second);
        // The days of appeal are over.
        await setCall(callId, { decidedAt: new Date(Date.now() - 20 * 86_400_000) });
        const project = await stored('projects').findOne({ _id: first } as object);
        const [settled, begun] = await Promise.all([
          alliance.change<object>(judge, 'decideProjectAppeal', {
            appealId: filed?.id,
            revision: filed?.revision,
            outcome: 'REJECT',
            reason: '배점은 공고와 같습니다.',
          }),
          alliance.change<object>(secretary, 'startProject', {
            projectId: first,
            revision: project?.['revision'],
          }),
        ]);
        expect(settled.problems).toEqual([]);
        expect(brief(begun.problems)).toEqual(
          isDone(begun) ? [] : [['WRONG_STATE', 'projectId', 'APPEALS_OVER']],
        );
        expect(await statusOf(first)).toBe(isDone(begun) ? 'RUNNING' : 'AWARDED');
      }
    },
    patience,
  );
});
