/** Public money: to whom it is paid, and who sees what a rival asks for before the call is decided. */
import { newId } from '#kit/id.ts';
import { brief, openCall, sealAlone, secretary, startProgramme } from './alliance.ts';
import { act, alliance, lead, pilotUser, running, startCourse } from './course.ts';
import { someone, user } from '../service.ts';

beforeAll(startCourse);
afterAll(() => alliance.stop());

const pay = async (projectId: string, amount: number) => {
  const input = { projectId, kind: 'PAY', companyId: 'infra', amount };
  const { problems } = await act(secretary, 'recordMoney', 'entry', input);
  return brief(problems);
};
const unfit = [['WRONG_STATE', 'companyId', 'PAYEE_FIT']];

interface SeenMoney {
  budget: number | null;
  stages: { amount: number }[];
  matching: number | null;
  consortium: {
    shareTotal: number | null;
    memberships: { status: string; share: number | null; shareAmount: number | null }[];
  };
}
const moneyOf = async (viewer: typeof lead, id: string) => {
  const { project } = await alliance.data<{ project: SeenMoney }>(
    viewer,
    `query ($id: ID!) { project(id: $id) {
      budget stages { amount } matching
      consortium { shareTotal memberships { status share shareAmount } }
    } }`,
    { id },
  );
  const { consortium, ...rest } = project;
  const [own] = consortium.memberships.filter(({ status }) => status === 'ACCEPTED');
  return { ...rest, total: consortium.shareTotal, share: own?.share, amount: own?.shareAmount };
};
const shown = {
  budget: 3_000_000_001,
  stages: [{ amount: 3_000_000_000 }, { amount: 1 }],
  matching: 7,
  total: 10_000,
  share: 10_000,
  amount: 3_000_000_001,
};
const hidden = { budget: null, stages: [], matching: null, total: null, share: null, amount: null };

describe('what a proposal is to cost', () => {
  it('is seen by its members, its reviewers and the secretariat, by others once the call is decided', async () => {
    const programmeId = await startProgramme(alliance, {
      stages: [
        { code: 'PLAN', name: { ko: '기획' } },
        { code: 'BUILD', name: { ko: '개발' } },
      ],
    });
    const { call } = await openCall(alliance, programmeId);
    const { id } = await sealAlone(alliance, 'infra', call?.id ?? '', {
      stages: [
        { stage: 'PLAN', amount: 3_000_000_000 },
        { stage: 'BUILD', amount: 1 },
      ],
      matching: 7,
    });
    const reviewer = user('a-reviewer', { roles: ['REVIEWER'] });
    const outsiders = [someone, pilotUser, reviewer];
    for (const viewer of outsiders) expect(await moneyOf(viewer, id)).toEqual(hidden);
    for (const viewer of [lead, secretary]) expect(await moneyOf(viewer, id)).toEqual(shown);
    await alliance.connection
      .collection<{ _id: string } & Record<string, unknown>>('reviews')
      .insertOne({ _id: newId(), projectId: id, userId: 'a-reviewer', status: 'ASSIGNED' });
    expect(await moneyOf(reviewer, id)).toEqual(shown);
    const projects = alliance.connection.collection<{ _id: string }>('projects');
    await projects.updateOne({ _id: id }, { $set: { status: 'SUBMITTED' } });
    expect(await moneyOf(pilotUser, id)).toEqual(hidden);
    await projects.updateOne({ _id: id }, { $set: { status: 'REJECTED' } });
    for (const viewer of outsiders) expect(await moneyOf(viewer, id)).toEqual(shown);
  });

  it('is public from the seal on where no call is to be decided', async () => {
    const { id } = await sealAlone(alliance, 'infra', null, { budget: 9 });
    const { budget, total } = await moneyOf(someone, id);
    expect([budget, total]).toEqual([9, 10_000]);
  });
});

describe('public money', () => {
  it('is paid to no firm that is suspended or closed in the middle, nor to the heir of one that is', async () => {
    const id = await running(true);
    expect(await pay(id, 1)).toEqual([]);
    for (const status of ['SUSPENDED', 'CLOSED'] as const) {
      await alliance.tellFirm('infra', { status });
      expect(await pay(id, 1)).toEqual(unfit);
    }
    const restrictedUntil = new Date(Date.now() + 86_400_000);
    await alliance.tellFirm('infra', { status: 'APPROVED', restrictedUntil });
    expect(await pay(id, 1)).toEqual([]);
    await alliance.tellFirm('heir');
    await alliance.tellFirm('infra', { status: 'MERGED', mergedIntoId: 'heir' });
    expect(await pay(id, 1)).toEqual([]);
    await alliance.tellFirm('heir', { status: 'CLOSED' });
    expect(await pay(id, 1)).toEqual(unfit);
  });
});
