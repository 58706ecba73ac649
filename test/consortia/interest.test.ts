/** Whose projects a reviewer never has: firms that the reviewer belongs to, belonged to, or shares running work with. */
import { editorOf, openCall, sealAlone, secretary } from './alliance.ts';
import { tellAccess } from '../told.ts';
import { agree, startAlliance, startProgramme, type Alliance } from './alliance.ts';
import { lead, signingOn, tellFirms } from './agreements.ts';

let alliance: Alliance;
beforeAll(async () => {
  alliance = await startAlliance();
  await tellFirms(alliance);
  for (const firm of ['helper', 'hospital', 'stranger']) await alliance.tellFirm(firm);
});
afterAll(() => alliance.stop());

const { form, seal, projectOf } = signingOn(() => alliance);

/** A day so many years and days before today, in Asia/Seoul as the reviews count it. */
function ago(years: number, days: number): string {
  const today = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Seoul' }).format(new Date());
  const day = new Date(`${today}T00:00:00Z`);
  day.setUTCFullYear(day.getUTCFullYear() - years);
  day.setUTCDate(day.getUTCDate() - days);
  return day.toISOString().slice(0, 10);
}

async function register(name: string, affiliations: object[]): Promise<void> {
  await alliance.change(secretary, 'registerReviewer', {
    userId: `user-${name}`,
    name: { en: name },
    technologyIds: ['mesh'],
    affiliations,
  });
}

const assign = (callId: string, perProject: number) =>
  alliance.change<{ reviews: { reviewer: { userId: string } }[] | null }>(
    secretary,
    'assignReviewers',
    { callId, revision: 1, perProject },
    'reviews { reviewer { userId } }',
  );

/** Tells of places that nobody declared, and of firms that became others. */
async function told(): Promise<void> {
  const places = [{ companyId: 'infra', role: 'VIEWER' as const }];
  await tellAccess(alliance.uri, {
    'user-hidden': { companies: places },
    'user-left': { left: [{ companyId: 'infra', at: new Date() }] },
  });
  for (const name of ['hidden', 'left']) await register(name, []);
  for (const [firm, heir] of [
    ['old-infra', 'infra'],
    ['old-soft', 'soft'],
    ['older-user', 'old-user'],
    ['old-user', 'hospital'],
  ] as const) {
    await register(`of-${firm}`, [{ companyId: firm }]);
    await alliance.tellFirm(firm, { status: 'MERGED', mergedIntoId: heir });
  }
}

it('gives a project to nobody of its firms, of the last two years, of its users, or of shared running work', async () => {
  // The firm that shares running work with the lead.
  const shared = await form('soft');
  await agree(alliance, lead, shared.id);
  expect(await seal(shared.id)).toEqual([]);
  const { revision: sealed } = await projectOf(shared.projectId);
  const started = await alliance.change<object>(lead, 'startProject', {
    projectId: shared.projectId,
    revision: sealed,
  });
  expect(started.problems).toEqual([]);

  const { call } = await openCall(alliance, await startProgramme(alliance));
  const callId = call?.id ?? '';
  const { id, revision } = await sealAlone(alliance, 'infra', callId, {
    demandCompanyIds: ['hospital'],
  });
  await alliance.change(editorOf('infra'), 'submitProject', { projectId: id, revision });
  await alliance.connection
    .collection('calls')
    .updateOne({ _id: callId } as object, { $set: { closesAt: new Date(Date.now() - 1) } });

  await register('member', [{ companyId: 'infra' }]);
  await register('lately', [{ companyId: 'infra', until: ago(2, 0) }]);
  await register('shares', [{ companyId: 'soft' }]);
  await register('uses', [{ companyId: 'hospital' }]);
  await register('long-ago', [{ companyId: 'infra', until: ago(2, 1) }]);
  await register('outside', [{ companyId: 'stranger' }]);
  await told();
  expect((await assign(callId, 3)).problems).toMatchObject([
    { code: 'LIMIT_REACHED', rule: 'REVIEWERS', limit: '3', found: '2' },
  ]);
  const { reviews } = await assign(callId, 2);
  expect(reviews?.map(({ reviewer }) => reviewer.userId).toSorted()).toEqual([
    'user-long-ago',
    'user-outside',
  ]);
});
