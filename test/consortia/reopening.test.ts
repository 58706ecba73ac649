/** Signing, sealing and opening again: in order, and two steps at the same time. */
import {
  agree,
  brief,
  drawUp,
  ownerOf,
  sign,
  openCall,
  sealAlone,
  startAlliance,
  startProgramme,
  type Alliance,
} from './alliance.ts';
import { signingOn, lead, placeOf, signed, tellFirms } from './agreements.ts';
import { someone } from '../service.ts';

let alliance: Alliance;
beforeAll(async () => {
  alliance = await startAlliance();
  await tellFirms(alliance);
  await alliance.tellFirm('helper');
});
afterAll(() => alliance.stop());

const { read, form, share, seal, consent, projectOf } = signingOn(() => alliance);

describe('opening a sealed consortium again', () => {
  it('takes the consent of all; the last one opens it, and what was public is not any more', async () => {
    const { id, projectId } = await form();
    expect(brief(await consent(id, 'soft'))).toEqual([['WRONG_STATE', 'membershipId', 'STATE']]);
    await agree(alliance, lead, id);
    await seal(id);
    expect(await consent(id, 'soft')).toEqual([]);
    expect(await consent(id, 'soft')).toMatchObject([{ code: 'TAKEN', path: ['membershipId'] }]);
    expect((await projectOf(projectId)).status).toBe('SEALED');
    expect(await consent(id, 'infra')).toEqual([]);
    expect((await projectOf(projectId)).status).toBe('FORMING');
    const after = await read(id);
    expect(after.status).toBe('FORMING');
    expect(after.agreements).toMatchObject([{ number: 1, status: 'ENDED' }]);
    const { project } = await alliance.data<{ project: object | null }>(
      someone,
      'query ($id: ID!) { project(id: $id) { id } }',
      { id: projectId },
    );
    expect(project).toBeNull();
    await share(id, 4_000);
    await agree(alliance, lead, id);
    expect(await seal(id)).toEqual([]);
    expect((await read(id)).agreements.map(({ status }) => status)).toEqual(['IN_FORCE', 'ENDED']);
  });

  it('waits on when one takes its consent back, and the other one stands', async () => {
    const { id } = await form();
    await agree(alliance, lead, id);
    await seal(id);
    await consent(id, 'soft');
    const membershipId = placeOf(await read(id), 'soft').id;
    const withdraw = () =>
      alliance.change(ownerOf('soft'), 'withdrawReopeningConsent', { membershipId });
    expect((await withdraw()).problems).toEqual([]);
    expect((await withdraw()).problems).toMatchObject([{ code: 'WRONG_STATE', rule: 'CONSENT' }]);
    await consent(id, 'infra');
    const { status, agreements } = await read(id);
    expect(status).toBe('SEALED');
    expect(agreements[0]?.reopening).toEqual([{ company: { id: 'infra' } }]);
  });
});

describe('two steps at the same time', () => {
  it('counts both signatures of two owners', async () => {
    const { id } = await form();
    const { agreement } = await drawUp(alliance, lead, id);
    if (!agreement) throw new Error('Nothing was drawn up.');
    const answers = await Promise.all(
      ['infra', 'soft'].map((firm) => sign(alliance, id, firm, agreement)),
    );
    expect(answers.flatMap(({ problems }) => problems)).toEqual([]);
    expect(signed((await read(id)).agreements[0])).toEqual(['infra', 'soft']);
  });

  it('counts one signature of an owner who signs twice', async () => {
    const { id } = await form();
    const { agreement } = await drawUp(alliance, lead, id);
    if (!agreement) throw new Error('Nothing was drawn up.');
    const answers = await Promise.all([1, 2].map(() => sign(alliance, id, 'soft', agreement)));
    expect(answers.flatMap(({ problems }) => problems.map(({ code }) => code))).toEqual(['TAKEN']);
    expect(signed((await read(id)).agreements[0])).toEqual(['soft']);
  });

  it('draws up one agreement when it is asked for twice', async () => {
    const { id } = await form();
    const answers = await Promise.all([1, 2].map(() => drawUp(alliance, lead, id)));
    expect(answers.flatMap(({ problems }) => problems.map(({ rule }) => rule))).toEqual([
      'AGREEMENT_CURRENT',
    ]);
    expect((await read(id)).agreements).toHaveLength(1);
  });

  it('leaves a void agreement when a signature meets a change of shares, whichever is first', async () => {
    for (let round = 0; round < 4; round += 1) {
      const { id } = await form();
      const { agreement } = await drawUp(alliance, lead, id);
      if (!agreement) throw new Error('Nothing was drawn up.');
      await sign(alliance, id, 'infra', agreement);
      const [signature, change] = await Promise.all([
        sign(alliance, id, 'soft', agreement),
        share(id, 7_000),
      ]);
      expect(change.problems).toEqual([]);
      const isFirst = signature.problems.length === 0;
      expect(brief(signature.problems)).toEqual(
        isFirst ? [] : [['WRONG_STATE', 'agreementId', 'AGREEMENT_OPEN']],
      );
      expect((await read(id)).agreements).toMatchObject([{ status: 'VOID' }]);
      expect(brief(await seal(id))).toEqual([['INVALID', '', 'AGREEMENT_DRAWN_UP']]);
    }
  });

  it('seals with the last signature or is refused, when the two meet', async () => {
    for (let round = 0; round < 4; round += 1) {
      const { id } = await form();
      const { agreement } = await drawUp(alliance, lead, id);
      if (!agreement) throw new Error('Nothing was drawn up.');
      await sign(alliance, id, 'infra', agreement);
      const [signature, refused] = await Promise.all([
        sign(alliance, id, 'soft', agreement),
        seal(id),
      ]);
      expect(signature.problems).toEqual([]);
      const isSealed = refused.length === 0;
      expect(refused.map(({ rule }) => rule)).toEqual(isSealed ? [] : ['ALL_SIGNED']);
      const after = await read(id);
      expect([after.status, signed(after.agreements[0])]).toEqual([
        isSealed ? 'SEALED' : 'FORMING',
        ['infra', 'soft'],
      ]);
    }
  });

  it('lets exactly one of a seal and a change of requirements through', async () => {
    for (let round = 0; round < 4; round += 1) {
      const { id, projectId } = await form();
      await agree(alliance, lead, id);
      const { revision } = await projectOf(projectId);
      const [refused, change] = await Promise.all([
        seal(id),
        alliance.change<object>(lead, 'setRequirements', {
          projectId,
          revision,
          requirements: [{ technologyId: 'mesh', leastLevel: 5, mandatory: false }],
        }),
      ]);
      expect(change.problems.length === 0).toBe(refused.length > 0);
      expect((await projectOf(projectId)).status).toBe(refused.length === 0 ? 'SEALED' : 'FORMING');
    }
  });

  it('opens once, or not at all, when the last consent meets another one that is taken back', async () => {
    for (let round = 0; round < 4; round += 1) {
      const { id } = await form();
      await agree(alliance, lead, id);
      await seal(id);
      await consent(id, 'soft');
      const membershipId = placeOf(await read(id), 'soft').id;
      const [last, back] = await Promise.all([
        consent(id, 'infra'),
        alliance.change(ownerOf('soft'), 'withdrawReopeningConsent', { membershipId }),
      ]);
      expect(last).toEqual([]);
      const { status, agreements } = await read(id);
      const isOpen = back.problems.length > 0;
      expect(brief(back.problems)).toEqual(
        isOpen ? [['WRONG_STATE', 'membershipId', 'STATE']] : [],
      );
      expect([status, agreements[0]?.status]).toEqual(
        isOpen ? ['FORMING', 'ENDED'] : ['SEALED', 'IN_FORCE'],
      );
    }
  });

  it('lets exactly one of the last consent and a submission through', async () => {
    const programme = await startProgramme(alliance);
    for (let round = 0; round < 4; round += 1) {
      const { call } = await openCall(alliance, programme);
      const sealed = await sealAlone(alliance, 'infra', call?.id ?? '');
      const [refused, submission] = await Promise.all([
        consent(sealed.consortiumId, 'infra'),
        alliance.change<object>(lead, 'submitProject', {
          projectId: sealed.id,
          revision: sealed.revision,
        }),
      ]);
      const isOpen = refused.length === 0;
      expect(submission.problems.length > 0).toBe(isOpen);
      expect((await projectOf(sealed.id)).status).toBe(isOpen ? 'FORMING' : 'SUBMITTED');
      expect((await read(sealed.consortiumId)).status).toBe(isOpen ? 'FORMING' : 'SEALED');
    }
  });

  it('refuses a signed seal that meets a restriction already told', async () => {
    const { id } = await form('late');
    await agree(alliance, lead, id);
    await alliance.tellFirm('late', { restrictedUntil: new Date('2999-01-01') });
    expect((await seal(id)).map(({ rule }) => rule)).toEqual(['MEMBER_FIT']);
    await alliance.tellFirm('late', { restrictedUntil: null });
    expect(await seal(id)).toEqual([]);
  });
});
