/** A kind of programme that no code knows, from its rules to an award. */
import { brief, editorOf, openCall, sealAlone, secretary, type Alliance } from './alliance.ts';
import { user } from '../service.ts';

/** An award, and how it came about. */
export interface Award {
  id: string;
  /** What somebody of the lead's firm is told who decides the call for the secretariat. */
  biased: ReturnType<typeof brief>;
  ranking: object[];
}

/**
 * Leads a project of a new kind of programme from the call to the award; gives it.
 *
 * @param more rules besides those that every such project here lives by
 */
export async function awardNewKind(alliance: Alliance, more: object = {}): Promise<Award> {
  const lead = editorOf('infra');
  const { programme } = await alliance.change<{ programme: { id: string } }>(
    secretary,
    'createProgramme',
    {
      kind: 'QUANTUM_MOON_2027',
      name: { ko: '양자 달 탐사', en: 'Quantum moon' },
      rules: [
        {
          validFrom: '2020-01-01',
          leadKinds: ['IAAS'],
          maxMembers: 1,
          budgetCap: 1_000,
          matchingRatio: 2_000,
          stages: [
            { code: 'LAUNCH', name: { ko: '발사' }, budgetCap: 600 },
            { code: 'LANDING', name: { ko: '착륙' } },
          ],
          documents: [{ code: 'MAP', name: { ko: '달 지도' } }],
          rubric: [{ code: 'COURAGE', name: { ko: '용기' }, points: 100 }],
          bonuses: [{ code: 'FLAG', name: { ko: '깃발' }, points: 5 }],
          ...more,
        },
      ],
    },
    'programme { id }',
  );
  const { call } = await openCall(alliance, programme.id, { slots: 1, budget: 1_000 });
  const callId = call?.id ?? '';
  const { id, revision } = await sealAlone(alliance, 'infra', callId, {
    stages: [
      { stage: 'LAUNCH', amount: 600 },
      { stage: 'LANDING', amount: 200 },
    ],
    matching: 200,
    bonuses: ['FLAG'],
  });
  await alliance.change(lead, 'uploadDocument', {
    projectId: id,
    code: 'MAP',
    fileName: 'moon.pdf',
    content: 'JVBERi0xLjQK',
  });
  const { problems } = await alliance.change(lead, 'submitProject', { projectId: id, revision });
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  await alliance.connection
    .collection('calls')
    .updateOne({ _id: callId } as object, { $set: { closesAt: new Date(Date.now() - 1) } });
  const judge = user('judge', { roles: ['REVIEWER'] });
  await alliance.change(secretary, 'registerReviewer', {
    userId: 'judge',
    name: { ko: '심사위원' },
    technologyIds: ['mesh'],
  });
  const { reviews } = await alliance.change<{ reviews: { id: string }[] }>(
    secretary,
    'assignReviewers',
    { callId: callId, revision: 1, perProject: 1 },
    'reviews { id }',
  );
  await alliance.change(judge, 'scoreProject', {
    reviewId: reviews[0]?.id,
    revision: 1,
    scores: [{ criterion: 'COURAGE', points: 90 }],
  });
  const insider = user('insider', { roles: ['SECRETARIAT'], companies: { infra: 'VIEWER' } });
  const biased = await alliance.change(insider, 'decideCall', { callId, revision: 2 });
  const decided = await alliance.change<{ call: { ranking: object[] } }>(
    secretary,
    'decideCall',
    { callId: callId, revision: 2 },
    'call { ranking { rank total isAwarded } }',
  );
  return { id, biased: brief(biased.problems), ranking: decided.call.ranking };
}
