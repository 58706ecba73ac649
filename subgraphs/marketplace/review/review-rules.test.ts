import fc from 'fast-check';

import type { CompanyRecord } from '../company/company.model.ts';
import type { ClaimedCertification, ServiceModel } from '../service/service.model.ts';
import {
  daysUnderReview,
  exemptionsOf,
  isOpen,
  levelProblems,
  nextAfter,
  nextStatuses,
  stepsShown,
  targetDays,
} from './review-rules.ts';
import type { SelectionStatus, SelectionStep } from './review.model.ts';

const now = new Date('2030-06-15T00:00:00Z');
const aims = { completenessDays: 3, eligibilityDays: 10, capabilityDays: 12 };
const terms = { ...aims, fewestOpinions: 2, auditMonths: 12 };
const held = { scheme: 'CSAP', type: 'SAAS_STANDARD', grade: 'MID' };
const certificate = { ...held, validFrom: '2029-01-01', validTo: '2031-01-01' };
const claim: ClaimedCertification = { scheme: 'CSAP', grade: null, validTo: null };

function at(day: number): Date {
  return new Date(Date.UTC(2030, 0, day));
}

function step(status: SelectionStatus, day: number): SelectionStep {
  return { status, at: at(day), userId: 'u', note: null };
}

function firm(...certificates: CompanyRecord['certificates']) {
  return { certificates };
}

function service(models: ServiceModel[] = ['SAAS'], certifications = [claim]) {
  return { models, certifications };
}

describe('exemptions', () => {
  it.each([
    [
      'a firm with a selected service',
      service(),
      firm(),
      true,
      { eligibility: true, capability: false },
    ],
    [
      'a certified service',
      service(),
      firm(certificate),
      false,
      { eligibility: false, capability: true },
    ],
    ['both', service(), firm(certificate), true, { eligibility: true, capability: true }],
    ['neither', service(), firm(), false, { eligibility: false, capability: false }],
  ])('%s', (_, offered, provider, hasSelected, expected) => {
    expect(exemptionsOf(offered, provider, hasSelected, now)).toEqual(expected);
  });

  it.each([
    ['is not claimed for the service', service(['SAAS'], []), certificate],
    [
      'is claimed and has ended',
      service(['SAAS'], [{ ...claim, validTo: '2030-06-14' }]),
      certificate,
    ],
    ['has ended', service(), { ...certificate, validTo: '2030-06-14' }],
    ['has not begun', service(), { ...certificate, validFrom: '2030-06-16' }],
    ['is of another scheme', service(), { ...certificate, scheme: 'ISO_27001' }],
    ['is for something else', service(['IAAS']), certificate],
    ['covers a part alone', service(['SAAS', 'IAAS']), certificate],
    ['is for what nobody certifies', service(['SUPPORT']), certificate],
    ['has no type', service(), { ...certificate, type: null }],
  ])('do not come from a certificate that %s', (_, offered, each) => {
    expect(exemptionsOf(offered, firm(each), false, now).capability).toBe(false);
  });

  it('come from several certificates that cover everything together', () => {
    const both = firm(certificate, { ...certificate, type: 'IAAS', validTo: null });
    expect(exemptionsOf(service(['SAAS', 'IAAS']), both, false, now).capability).toBe(true);
  });
});

it('goes through the parts from which it is not exempt, each once, and ends selected', () => {
  fc.assert(
    fc.property(fc.boolean(), fc.boolean(), (eligibility, capability) => {
      const way: SelectionStatus[] = ['SUBMITTED'];
      for (let here = way[0]; here && isOpen(here) && way.length < 9; here = way.at(-1))
        way.push(nextAfter(here, { eligibility, capability }));
      expect(way).toEqual([
        'SUBMITTED',
        ...(eligibility ? [] : ['ELIGIBILITY']),
        ...(capability ? [] : ['CAPABILITY']),
        'SELECTED',
      ]);
      for (const [index, from] of way.slice(0, -1).entries())
        expect(nextStatuses[from]).toContain(way[index + 1]);
    }),
  );
});

describe('the clock', () => {
  const way = [
    step('SUBMITTED', 1),
    step('RETURNED', 3),
    step('SUBMITTED', 13),
    step('ELIGIBILITY', 14),
    step('CAPABILITY', 20),
    step('SELECTED', 25),
  ];

  it('stands still while the provider completes it', () => {
    expect(daysUnderReview(way, at(99))).toBe(2 + 1 + 6 + 5);
    expect(daysUnderReview(way.slice(0, 2), at(12))).toBe(2);
  });

  it('runs on in a step that lasts', () => {
    expect(daysUnderReview(way.slice(0, 4), new Date(at(15).getTime() + 6 * 3_600_000))).toBe(4.25);
  });

  it('is kept for each step, beside how long it should take', () => {
    expect(
      stepsShown({ steps: way, terms }, at(99)).map(({ days, targetDays: target }) => [
        days,
        target,
      ]),
    ).toEqual([
      [2, 3],
      [10, null],
      [1, 3],
      [6, 10],
      [5, 12],
      [0, null],
    ]);
  });

  it('sums to the days of the steps that count', () => {
    const days = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(days, (gaps) => {
        let day = 1;
        const steps = gaps.map((gap, index) => {
          const each = step(index % 2 === 0 ? 'SUBMITTED' : 'RETURNED', day);
          day += gap;
          return each;
        });
        const counted = gaps.filter((_, index) => index % 2 === 0);
        expect(daysUnderReview(steps, at(day))).toBe(counted.reduce((sum, gap) => sum + gap, 0));
      }),
    );
  });

  it('aims at what the parts that are not exempt should take', () => {
    expect(targetDays({ terms, exemptions: null })).toBe(25);
    expect(targetDays({ terms, exemptions: { eligibility: true, capability: false } })).toBe(15);
    expect(targetDays({ terms, exemptions: { eligibility: true, capability: true } })).toBe(3);
  });
});

it('names every fault of service levels', () => {
  const good = {
    availability: 9_990,
    responseHours: 4,
    recoveryHours: 24,
    compensation: { ko: '월 이용료의 10 %', en: null },
    url: null,
  };
  expect(levelProblems(good)).toEqual([]);
  const bad = {
    availability: 4_999,
    responseHours: 0,
    recoveryHours: 721,
    compensation: { ko: null, en: null },
    url: 'nowhere',
  };
  expect(levelProblems(bad).map(({ path }) => path.join('.'))).toEqual([
    'levels.availability',
    'levels.responseHours',
    'levels.recoveryHours',
    'levels.compensation',
    'levels.url',
  ]);
});
