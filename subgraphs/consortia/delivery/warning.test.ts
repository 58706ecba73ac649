import fc from 'fast-check';

import type { MilestoneRecord } from '../milestone/milestone.model.ts';
import type { RecoveryRecord } from './recovery.model.ts';
import { monthsLater, reportDays, warningsOf, type Watched } from './warning.ts';

// The morning of 10 May in Seoul is still 9 May in Greenwich.
const now = new Date('2026-05-09T20:00:00Z');
const milestone = (id: string, dueOn: string, more: Partial<MilestoneRecord> = {}) => ({
  _id: id,
  projectId: 'p',
  stage: 'A',
  name: { ko: id, en: null },
  dueOn,
  deliverables: [],
  status: 'PLANNED' as const,
  deliveredAt: null,
  note: null,
  decidedAt: null,
  verdict: null,
  revision: 1,
  ...more,
});
const demand = (id: string, dueOn: string, more: Partial<RecoveryRecord> = {}): RecoveryRecord => ({
  _id: id,
  projectId: 'p',
  companyId: 'lead',
  amount: 5_000_000_000,
  reason: '돌려주세요.',
  dueOn,
  status: 'DEMANDED',
  demandedBy: 'secretary',
  demandedAt: now,
  closedAt: null,
  note: null,
  revision: 1,
  ...more,
});
const watched = (more: Partial<Watched> = {}): Watched => ({
  project: {
    status: 'RUNNING',
    stage: 'A',
    startedAt: new Date('2026-01-31T00:00:00Z'),
    endedAt: null,
    settledAt: null,
  },
  reportEveryMonths: 1,
  milestones: [],
  reports: [],
  recoveries: [],
  accounts: [],
  ...more,
});
const seen = (more: Partial<Watched>) =>
  warningsOf(watched(more), now).map(({ kind, days, subject }) => [kind, days, subject]);

const until = (to: string, status: 'SUBMITTED' | 'RETURNED' = 'SUBMITTED') => ({ to, status });

describe('reports', () => {
  it('are due each so many months from the beginning, on the last day where a month is shorter', () => {
    expect(monthsLater('2026-01-31', 1)).toBe('2026-02-28');
    expect(monthsLater('2027-11-30', 3)).toBe('2028-02-29');
    expect(reportDays(watched(), '2026-05-10')).toEqual([
      '2026-02-28',
      '2026-03-31',
      '2026-04-30',
      '2026-05-31',
    ]);
    expect(reportDays(watched({ reportEveryMonths: null }), '2026-05-10')).toEqual([]);
  });

  it('are late unless one that was not returned speaks of their days', () => {
    expect(seen({ reports: [until('2026-03-30'), until('2026-04-29', 'RETURNED')] })).toEqual([
      ['REPORT', 10, '2026-04-29'],
    ]);
    expect(seen({ reports: [until('2026-04-29')] })).toEqual([]);
  });

  it('never pile up: the next one is after every one that is missing', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 3_000 }),
        fc.integer({ min: 1, max: 24 }),
        (age, reportEveryMonths) => {
          const today = new Date(Date.parse('2026-01-31') + age * 86_400_000);
          const days = reportDays(watched({ reportEveryMonths }), today.toISOString().slice(0, 10));
          expect(days).toEqual([...new Set(days)].toSorted());
          expect(days.filter((day) => day >= today.toISOString().slice(0, 10))).toHaveLength(1);
        },
      ),
    );
  });
});

describe('what is late', () => {
  const none = { reportEveryMonths: null };

  it('is a milestone that is not delivered, and money that is not paid back', () => {
    const milestones = [
      milestone('late', '2026-05-09'),
      milestone('today', '2026-05-10'),
      milestone('done', '2026-05-01', { status: 'DELIVERED', deliveredAt: now }),
    ];
    const recoveries = [
      demand('owed', '2026-04-10'),
      demand('paid', '2026-04-10', { status: 'PAID' }),
    ];
    expect(seen({ ...none, milestones, recoveries })).toEqual([
      ['MILESTONE', 1, 'late'],
      ['RECOVERY', 30, 'owed'],
    ]);
    expect(warningsOf(watched({ ...none, recoveries }), now)).toMatchObject([
      { company: { id: 'lead' }, amount: 5_000_000_000 },
    ]);
  });

  it('is money left after the last day of the stage, or after an early end', () => {
    const accounts = [
      { companyId: 'lead', left: 7 },
      { companyId: 'partner', left: 0 },
    ];
    const milestones = [
      milestone('first', '2026-05-01', { status: 'ACCEPTED' }),
      milestone('next', '2026-06-01', { stage: 'B' }),
    ];
    expect(seen({ ...none, accounts, milestones })).toEqual([['UNSPENT', 9, 'A']]);
    expect(seen({ ...none, accounts })).toEqual([]);
    const ended = { status: 'TERMINATED' as const, endedAt: new Date('2026-05-01T00:00:00Z') };
    const project = { ...watched().project, ...ended };
    expect(seen({ accounts, project })).toEqual([['UNSPENT', 9, 'A']]);
    expect(seen({ accounts, project: { ...project, settledAt: now } })).toEqual([]);
  });
});
