import { figuresOf, type Decided } from './selection-figures.ts';

const aims = { completenessDays: 3, eligibilityDays: 10, capabilityDays: 12 };
const terms = { ...aims, fewestOpinions: 2, auditMonths: 12 };

function at(day: number): Date {
  return new Date(Date.UTC(2030, 0, day));
}

function decided(
  days: number,
  status: 'SELECTED' | 'REJECTED' = 'SELECTED',
  exempt = false,
): Decided {
  const step = { userId: 'u', note: null };
  return {
    status,
    steps: [
      { ...step, status: 'SUBMITTED', at: at(1) },
      { ...step, status, at: at(1 + days) },
    ],
    terms,
    exemptions: { eligibility: exempt, capability: exempt },
    endedAt: at(1 + days),
  };
}

it('counts what was selected, refused, exempt and in time, and how long it took', () => {
  const year = [decided(25), decided(26), decided(3, 'SELECTED', true), decided(50, 'REJECTED')];
  expect(figuresOf(2030, year)).toEqual({
    year: 2030,
    selected: 3,
    rejected: 1,
    exemptFromBoth: 1,
    meanDays: 26,
    medianDays: 25.5,
    inTime: 2,
  });
});

it('has no mean of nothing', () => {
  expect(figuresOf(2030, [])).toMatchObject({ selected: 0, meanDays: null, medianDays: null });
});
