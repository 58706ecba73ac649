import fc from 'fast-check';

import type { Problem } from '#kit/refusal.ts';
import type { MilestoneRecord } from './milestone.model.ts';
import { daysLate, isOnTime, readSchedule, unaccepted, type GivenMilestone } from './schedule.ts';

const milestone = (more: Partial<MilestoneRecord> = {}): MilestoneRecord => ({
  _id: 'm1',
  projectId: 'p',
  stage: 'PLANNING',
  name: { ko: '설계', en: null },
  dueOn: '2026-05-10',
  deliverables: [],
  status: 'PLANNED',
  deliveredAt: null,
  note: null,
  decidedAt: null,
  verdict: null,
  revision: 1,
  ...more,
});
const given = (more: Partial<GivenMilestone> = {}): GivenMilestone => ({
  stage: 'PLANNING',
  name: { ko: '설계' },
  dueOn: '2026-05-10',
  ...more,
});
const faultsOf = (
  schedule: readonly GivenMilestone[],
  there: readonly MilestoneRecord[] = [],
  stages: readonly string[] = ['PLANNING'],
) => {
  const faults: Problem[] = [];
  readSchedule(schedule, stages, there, faults);
  return faults.map(({ code, path, rule }) => [code, path.join('/'), rule]);
};

describe('a schedule', () => {
  it('names every fault at once', () => {
    const schedule = [
      given({ stage: 'NONE', name: { ko: 'ㄱ' } }),
      given({
        id: 'other',
        deliverables: [
          { code: 'REPORT', name: { ko: '보고서' } },
          { code: 'REPORT', name: { ko: '보고서' } },
          { code: 'low', name: {} },
        ],
      }),
      given({ id: 'other' }),
    ];
    expect(faultsOf(schedule)).toEqual([
      ['INVALID', 'milestones/0/stage', 'STAGE'],
      ['INVALID', 'milestones/0/name/ko', 'TEXT_LENGTH'],
      ['INVALID', 'milestones/1/deliverables/1/code', 'CODE_ONCE'],
      ['INVALID', 'milestones/1/deliverables/2/code', 'CODE_FORM'],
      ['INVALID', 'milestones/1/deliverables/2/name', 'LANGUAGES_LEAST'],
      ['NOT_FOUND', 'milestones/1/id', undefined],
      ['NOT_FOUND', 'milestones/2/id', undefined],
      ['INVALID', 'milestones/2/id', 'NAMED_ONCE'],
    ]);
  });

  it('has no stages where the call has none, and at most 200 milestones', () => {
    expect(faultsOf([given({ stage: null })], [], [])).toEqual([]);
    expect(faultsOf([given()], [], [])).toEqual([['INVALID', 'milestones/0/stage', 'STAGE']]);
    const many = Array.from({ length: 201 }, () => given());
    expect(faultsOf(many)).toEqual([['LIMIT_REACHED', 'milestones', 'MILESTONES_MOST']]);
    expect(faultsOf([])).toEqual([]);
  });

  it('keeps what was delivered as it was', () => {
    const delivered = milestone({ status: 'DELIVERED' });
    expect(faultsOf([given({ id: 'm1' })], [delivered])).toEqual([]);
    expect(faultsOf([given({ id: 'm1', dueOn: '2026-06-01' })], [delivered])).toEqual([
      ['INVALID', 'milestones/0', 'MILESTONE_FIXED'],
    ]);
    expect(faultsOf([], [delivered])).toEqual([['INVALID', 'milestones', 'MILESTONE_FIXED']]);
    expect(faultsOf([], [milestone({ status: 'RETURNED' })])).toEqual([]);
  });
});

describe('lateness', () => {
  // 2026-05-11 in Seoul begins at 15:00 UTC of the day before.
  const lastMoment = new Date('2026-05-10T14:59:59Z');
  const nextMoment = new Date('2026-05-10T15:00:00Z');

  it('begins with the day after the last in Asia/Seoul', () => {
    expect(daysLate(milestone(), lastMoment)).toBe(0);
    expect(daysLate(milestone(), nextMoment)).toBe(1);
    expect(daysLate(milestone({ status: 'RETURNED', deliveredAt: lastMoment }), nextMoment)).toBe(
      1,
    );
  });

  it('stops with the delivery', () => {
    const inTime = milestone({ status: 'ACCEPTED', deliveredAt: lastMoment });
    const late = milestone({ status: 'DELIVERED', deliveredAt: nextMoment });
    const now = new Date('2027-01-01T00:00:00Z');
    expect([daysLate(inTime, now), daysLate(late, now)]).toEqual([0, 1]);
    expect([isOnTime([inTime], now), isOnTime([inTime, late], now), isOnTime([], now)]).toEqual([
      true,
      false,
      true,
    ]);
  });

  it('is never below 0 and a whole number of days', () => {
    const day = fc
      .date({ min: new Date('2020-01-01'), max: new Date('2030-01-01'), noInvalidDate: true })
      .map((date) => date.toISOString().slice(0, 10));
    const instant = fc.date({
      min: new Date('2020-01-01'),
      max: new Date('2030-01-01'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(day, instant, (dueOn, now) => {
        const days = daysLate(milestone({ dueOn }), now);
        expect(Number.isInteger(days) && days >= 0).toBe(true);
      }),
    );
  });
});

it('names the milestones of a stage that are not accepted', () => {
  const open = [
    milestone(),
    milestone({ _id: 'm2', stage: 'LATER' }),
    milestone({ _id: 'm3', status: 'ACCEPTED' }),
  ];
  expect(unaccepted(open, 'PLANNING').map(({ rule, found }) => [rule, found])).toEqual([
    ['MILESTONES_ACCEPTED', 'PLANNED'],
  ]);
  expect(unaccepted(open, null)).toHaveLength(2);
});
