import { transaction } from '#kit/mongo.ts';
import {
  editorOf,
  openCall,
  sealAlone,
  startAlliance,
  startProgramme,
  type Alliance,
} from '../../../test/consortia/alliance.ts';
import type { Context } from '../context.ts';
import { bonusBreaches, documentBreaches, submitProject } from './submission.ts';

const bonus = (onceWithinYears: number | null) => ({
  code: 'BORN',
  name: { ko: '본투', en: null },
  points: 3,
  onceWithinYears,
});
const now = new Date('2026-11-22T00:00:00Z');
const claim = (submittedAt: string, takenBackAt: Date | null = null) => ({
  bonuses: ['BORN'],
  submittedAt: new Date(submittedAt),
  takenBackAt,
});

const found = (submittedAt: string) =>
  bonusBreaches([bonus(3)], ['BORN'], [claim(submittedAt)], now).length;

describe('bonusBreaches', () => {
  it('lets a bonus be claimed again once its years are over, to the instant', () => {
    expect(found('2023-11-22T00:00:00Z')).toBe(0);
    expect(found('2023-11-22T00:00:00.001Z')).toBe(1);
  });

  it('forgets what was taken back, and knows bonuses without a limit', () => {
    const back = claim('2026-01-01T00:00:00Z', now);
    expect(bonusBreaches([bonus(3)], ['BORN'], [back], now)).toEqual([]);
    const recent = claim('2026-01-01T00:00:00Z');
    expect(bonusBreaches([bonus(null)], ['BORN'], [recent], now)).toEqual([]);
  });
});

const rule = (code: string, mandatory: boolean) => ({
  code,
  mandatory,
  name: { ko: code, en: null },
});

describe('documentBreaches', () => {
  it('names each mandatory document that is missing', () => {
    const documents = [rule('PLAN', true), rule('LETTER', true), rule('PHOTO', false)];
    expect(documentBreaches({ documents }, [{ code: 'PLAN' }])).toMatchObject([
      { rule: 'DOCUMENT', limit: 'LETTER', found: 'none' },
    ]);
  });
});

describe('a submission at the deadline', () => {
  let alliance: Alliance;
  beforeAll(async () => {
    alliance = await startAlliance();
    await alliance.tellFirm('infra', { kinds: ['IAAS'] });
    await alliance.tellFirm('helper');
  });
  afterAll(() => alliance.stop());

  /** Submits a project as if the request had arrived so many milliseconds after its call closed. */
  async function submitAfter(millis: number) {
    const { call } = await openCall(alliance, await startProgramme(alliance));
    const { id, revision } = await sealAlone(alliance, 'infra', call?.id ?? '');
    const context = (await alliance.createContext(editorOf('infra'))) as Context;
    const closesAt = new Date(context.arrivedAt.getTime() - millis);
    await context.calls.updateOne({ _id: call?.id ?? '' }, { $set: { closesAt } });
    return transaction(context.connection, () =>
      submitProject(context, { projectId: id, revision }),
    );
  }

  it('is in when it arrived a millisecond before, and out when it arrived at the instant', async () => {
    await expect(submitAfter(-1)).resolves.toMatchObject({ project: { status: 'SUBMITTED' } });
    await expect(submitAfter(0)).rejects.toMatchObject({
      problems: [{ code: 'EXPIRED', rule: 'CLOSES' }],
    });
  });
});
