/** A sealed project that is taken back for good: by all of its members, or by the secretariat; never by its lead alone. */
import {
  agree,
  brief,
  openCall,
  ownerOf,
  sealAlone,
  secretary,
  startAlliance,
  startProgramme,
  type Alliance,
} from './alliance.ts';
import { lead, placeOf, signingOn, tellFirms } from './agreements.ts';
import { someone, user } from '../service.ts';

let alliance: Alliance;
beforeAll(async () => {
  alliance = await startAlliance();
  await tellFirms(alliance);
  await alliance.tellFirm('helper');
});
afterAll(() => alliance.stop());

const { read, form, seal, consent, withdraw, projectOf } = signingOn(() => alliance);

/** A sealed project of two firms. */
async function sealed() {
  const team = await form();
  await agree(alliance, lead, team.id);
  await seal(team.id);
  return team;
}

const withdrawAs = async (viewer: typeof lead, projectId: string) =>
  alliance.change<{ project: { status: string } | null }>(
    viewer,
    'withdrawProject',
    {
      projectId,
      revision: (await projectOf(projectId)).revision,
      reason: '그만두기로 했습니다.',
    },
    'project { status }',
  );

const revoke = async (id: string, firm: string) =>
  alliance.change<object>(ownerOf(firm), 'revokeWithdrawalConsent', {
    membershipId: placeOf(await read(id), firm).id,
  });

describe('a sealed project', () => {
  it('is not taken back by its lead alone, however high the role', async () => {
    const { id, projectId } = await sealed();
    for (const viewer of [lead, ownerOf('infra')])
      expect(brief((await withdrawAs(viewer, projectId)).problems)).toEqual([
        ['WRONG_STATE', 'projectId', 'ALL_CONSENT'],
      ]);
    await expect(withdrawAs(ownerOf('soft'), projectId)).rejects.toThrow(/may/u);
    expect((await projectOf(projectId)).status).toBe('SEALED');
    expect((await read(id)).status).toBe('SEALED');
  });

  it('is taken back by the last consent; what was public is not any more, and its members are free', async () => {
    const { id, projectId } = await sealed();
    expect(await withdraw(id, 'soft')).toEqual([]);
    expect(brief(await withdraw(id, 'soft'))).toEqual([['TAKEN', 'membershipId', 'CONSENT_ONCE']]);
    expect((await projectOf(projectId)).status).toBe('SEALED');
    expect(await withdraw(id, 'infra')).toEqual([]);
    const { status, agreements, memberships } = await read(id);
    expect([status, agreements[0]?.status]).toEqual(['DISSOLVED', 'ENDED']);
    expect(agreements[0]?.withdrawal.map(({ company }) => company.id)).toEqual(['soft', 'infra']);
    expect(memberships.map((each) => each.status)).toEqual(['WITHDRAWN', 'WITHDRAWN']);
    const stored = await alliance.connection
      .collection('projects')
      .findOne({ _id: projectId } as object);
    expect(stored?.['endReason']).toBe('soft: 사업을 접습니다.');
    const fact = await alliance.connection
      .collection('facts')
      .findOne({ _id: `project:${projectId}` } as object);
    expect(fact?.['state']).toBeNull();
    expect(brief(await withdraw(id, 'infra'))).toEqual([['WRONG_STATE', 'membershipId', 'STATE']]);
  });

  it('stays while a consent is taken back, and the other one stands', async () => {
    const { id } = await sealed();
    await withdraw(id, 'soft');
    expect((await revoke(id, 'soft')).problems).toEqual([]);
    expect(brief((await revoke(id, 'soft')).problems)).toEqual([
      ['WRONG_STATE', 'membershipId', 'CONSENT'],
    ]);
    await withdraw(id, 'infra');
    const { status, agreements } = await read(id);
    expect(status).toBe('SEALED');
    expect(agreements[0]?.withdrawal).toMatchObject([{ company: { id: 'infra' } }]);
  });

  it('counts no consent of another kind', async () => {
    const { id } = await sealed();
    await consent(id, 'soft');
    await withdraw(id, 'infra');
    expect((await read(id)).status).toBe('SEALED');
    await consent(id, 'infra');
    expect((await read(id)).status).toBe('FORMING');
    expect(brief(await withdraw(id, 'soft'))).toEqual([['WRONG_STATE', 'membershipId', 'STATE']]);
  });

  it('is consented to by owners alone', async () => {
    const { id } = await sealed();
    const membershipId = placeOf(await read(id), 'soft').id;
    const given = { membershipId, reason: 'Why not' };
    const reader = user('reader', { companies: { soft: 'VIEWER' } });
    const editor = user('editor', { companies: { soft: 'EDITOR' } });
    for (const viewer of [someone, reader, editor, ownerOf('infra'), secretary])
      await expect(alliance.change<object>(viewer, 'consentToWithdrawal', given)).rejects.toThrow(
        /Sign in|Only|no such/u,
      );
    expect((await read(id)).agreements[0]?.withdrawal).toEqual([]);
  });

  it('is taken back by the secretariat for a reason, unless one of them belongs to it', async () => {
    const { id, projectId } = await sealed();
    const partial = user('partial', { roles: ['SECRETARIAT'], companies: { soft: 'VIEWER' } });
    expect(brief((await withdrawAs(partial, projectId)).problems)).toEqual([
      ['WRONG_STATE', 'projectId', 'CONFLICT'],
    ]);
    const { problems } = await alliance.change<object>(secretary, 'withdrawProject', {
      projectId,
      revision: (await projectOf(projectId)).revision,
      reason: ' ',
    });
    expect(brief(problems)).toEqual([['INVALID', 'reason', 'TEXT_LENGTH']]);
    expect((await withdrawAs(secretary, projectId)).project?.status).toBe('WITHDRAWN');
    expect((await read(id)).status).toBe('DISSOLVED');
  });

  it('is left to its lead by the secretariat as long as it is not sealed', async () => {
    const { projectId } = await form();
    expect(brief((await withdrawAs(secretary, projectId)).problems)).toEqual([
      ['WRONG_STATE', 'projectId', 'STATE'],
    ]);
    expect((await withdrawAs(lead, projectId)).project?.status).toBe('WITHDRAWN');
  });

  it('is seen by its own firms and the secretariat alone, as if it had never been public', async () => {
    const { id, consortiumId } = await sealAlone(alliance, 'infra', null);
    const seen = (viewer: typeof lead) =>
      alliance.data<{ project: { status: string } | null; consortium: object | null }>(
        viewer,
        `query ($id: ID!, $of: ID!) {
          project(id: $id) { status } consortium(id: $of) { memberships { status } }
        }`,
        { id, of: consortiumId },
      );
    expect((await seen(someone)).project).toEqual({ status: 'SEALED' });
    expect(await withdraw(consortiumId, 'infra')).toEqual([]);
    expect(await seen(someone)).toEqual({ project: null, consortium: null });
    for (const viewer of [secretary, ownerOf('infra')])
      expect((await seen(viewer)).project).toEqual({ status: 'WITHDRAWN' });
  });
});

const rounds = 20;

describe('two steps at the same time', () => {
  it('take it back, or not at all, when the last consent meets another one that is taken back', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const { id, projectId } = await sealed();
      await withdraw(id, 'soft');
      const [last, back] = await Promise.all([withdraw(id, 'infra'), revoke(id, 'soft')]);
      expect(last).toEqual([]);
      const isEnded = back.problems.length > 0;
      expect(brief(back.problems)).toEqual(
        isEnded ? [['WRONG_STATE', 'membershipId', 'STATE']] : [],
      );
      const { status, agreements } = await read(id);
      expect([status, (await projectOf(projectId)).status, agreements[0]?.status]).toEqual(
        isEnded ? ['DISSOLVED', 'WITHDRAWN', 'ENDED'] : ['SEALED', 'SEALED', 'IN_FORCE'],
      );
    }
  }, 120_000);

  it('count one consent of an owner with two tabs, and both of two owners', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const { id, projectId } = await sealed();
      const twice = await Promise.all([withdraw(id, 'soft'), withdraw(id, 'soft')]);
      expect(twice.flatMap(brief)).toEqual([['TAKEN', 'membershipId', 'CONSENT_ONCE']]);
      expect((await projectOf(projectId)).status).toBe('SEALED');
      await revoke(id, 'soft');
      const both = await Promise.all([withdraw(id, 'soft'), withdraw(id, 'infra')]);
      expect(both.flat()).toEqual([]);
      expect((await projectOf(projectId)).status).toBe('WITHDRAWN');
    }
  }, 120_000);

  it('open the consortium or take its project back, when the last consents to both meet', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const { id, projectId } = await sealed();
      await consent(id, 'soft');
      await withdraw(id, 'soft');
      const [opened, ended] = await Promise.all([consent(id, 'infra'), withdraw(id, 'infra')]);
      const isOpen = opened.length === 0;
      expect(brief(isOpen ? ended : opened)).toEqual([['WRONG_STATE', 'membershipId', 'STATE']]);
      expect(ended.length > 0).toBe(isOpen);
      expect((await projectOf(projectId)).status).toBe(isOpen ? 'FORMING' : 'WITHDRAWN');
    }
  }, 120_000);

  it('take it back or hand it in, when the last consent meets a submission', async () => {
    const programme = await startProgramme(alliance);
    const { call } = await openCall(alliance, programme);
    for (let round = 0; round < rounds; round += 1) {
      const { id, consortiumId, revision } = await sealAlone(alliance, 'infra', call?.id ?? '');
      const [refused, submission] = await Promise.all([
        withdraw(consortiumId, 'infra'),
        alliance.change<object>(lead, 'submitProject', { projectId: id, revision }),
      ]);
      const isEnded = refused.length === 0;
      expect(submission.problems.length > 0).toBe(isEnded);
      expect((await projectOf(id)).status).toBe(isEnded ? 'WITHDRAWN' : 'SUBMITTED');
    }
  }, 120_000);

  it('take it back once, when the secretariat meets the last consent', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const { id, projectId } = await sealed();
      await withdraw(id, 'soft');
      const answers = await Promise.all([withdraw(id, 'infra'), withdrawAs(secretary, projectId)]);
      const done = [answers[0], answers[1].problems].filter(({ length }) => length === 0);
      expect(done).toHaveLength(1);
      expect((await projectOf(projectId)).status).toBe('WITHDRAWN');
    }
  }, 120_000);
});
