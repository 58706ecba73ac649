import type { Constraint } from '../assembly/problem.ts';
import type { Reason } from '../assembly/result.ts';
import { demandWords, reasonWords, type Names } from './words.ts';

const names: Names = {
  requirement: (id) => ({ ko: `기술 ${id}`, en: `technology ${id}` }),
  asked: (id) => (id === 'A' ? { providers: 2, leastLevel: 7, certificateScheme: 'CSAP' } : null),
  company: (id) => ({ ko: `기업 ${id}`, en: `firm ${id}` }),
};

const demands: Constraint[] = [
  { kind: 'REQUIREMENT', requirementId: 'A' },
  { kind: 'LEAD', candidateId: null, blockedBy: null },
  { kind: 'LEAD', candidateId: 'A', blockedBy: 'MAY_NOT_LEAD' },
  { kind: 'MIN_PARTNERS' },
  { kind: 'MAX_PARTNERS' },
  { kind: 'MIN_SMES' },
  { kind: 'MIN_OUTSIDE_CAPITAL' },
  { kind: 'REGION', region: 'KR-26' },
  { kind: 'CERTIFICATE', certificate: 'CSAP' },
  { kind: 'MIN_KINDS' },
  { kind: 'KIND_LEAST', of: 'MSP' },
  { kind: 'KIND_MOST', of: 'MSP' },
  { kind: 'BUDGET' },
  { kind: 'MUST_INCLUDE', candidateId: 'A', blockedBy: 'SANCTIONED' },
  { kind: 'CONFLICT', candidateIds: ['A', 'B'] },
];

const reasons: Reason[] = [
  { kind: 'LEADS', isNamed: true },
  { kind: 'LEADS', isNamed: false },
  { kind: 'DEMANDED' },
  { kind: 'CARRIES', requirementIds: ['A', 'B'], onlyProviderOf: [] },
  { kind: 'CARRIES', requirementIds: ['A', 'B'], onlyProviderOf: ['B'] },
  { kind: 'SERVES', constraint: { kind: 'MIN_SMES' } },
  { kind: 'KNOWS', candidateIds: ['A', 'B'] },
  { kind: 'INDISPENSABLE' },
  { kind: 'ADDS', points: 71.5, weight: 'LITTLE', replacedBy: ['A'], isExact: true },
  { kind: 'ADDS', points: 71.5, weight: 'MUCH', replacedBy: [], isExact: false },
];

const spoken = [
  ...demands.map((demand) => ({ said: JSON.stringify(demand), words: demandWords(demand, names) })),
  ...reasons.map((reason) => ({ said: JSON.stringify(reason), words: reasonWords(reason, names) })),
];

describe('words', () => {
  it('say each reason and each demand differently, in each language', () => {
    for (const language of ['ko', 'en'] as const)
      expect(new Set(spoken.map(({ words }) => words[language])).size).toBe(spoken.length);
  });

  it.each(spoken)('keep the languages apart in $said', ({ words }) => {
    expect(words.ko).toMatch(/\p{Script=Hangul}/u);
    expect(words.en).not.toMatch(/\p{Script=Hangul}/u);
  });

  it('never tell points, from which a price could be read', () => {
    expect(spoken.filter(({ words }) => /71/u.test(`${words.ko} ${words.en}`))).toEqual([]);
  });

  it('tell how many providers are asked for, at which level and with which certificate', () => {
    expect(demandWords({ kind: 'REQUIREMENT', requirementId: 'A' }, names)).toEqual({
      ko: '기술 요구: 기술 A (독립 공급 기업 2개, TRL 7 이상, CSAP 인증)',
      en: 'providers of technology A (2 independent, at TRL 7 or above, with CSAP)',
    });
    expect(demandWords({ kind: 'REQUIREMENT', requirementId: 'B' }, names)).toEqual({
      ko: '기술 요구: 기술 B',
      en: 'providers of technology B',
    });
  });

  it('name the only provider and the one who would take its place', () => {
    expect(spoken.map(({ words }) => words.en)).toEqual(
      expect.arrayContaining([
        'It covers technology A, technology B; no other firm can cover technology B.',
        'Without it the team is a little worse; firm A would take its place.',
        'must be in: firm A (restricted from taking part)',
      ]),
    );
  });
});
