import { decisionProblems, wasHeard } from './decision.ts';
import type { DecisionKind } from './case.model.ts';

const now = new Date('2026-06-01T00:00:00Z');
const later = (days: number) => new Date(now.getTime() + days * 86_400_000);
const paths = (...of: Parameters<typeof decisionProblems>) =>
  decisionProblems(...of).map(({ path }) => path.join('.'));

const recovery = (amount: number) =>
  paths({ kinds: ['RECOVERY'], recovery: { amount, dueOn: '2026-12-31' } }, now);

describe('a decision', () => {
  it.each<[DecisionKind[], string[]]>([
    [[], ['kinds']],
    [['WARNING'], []],
    [['WARNING', 'WARNING'], ['kinds']],
    [['NO_VIOLATION'], []],
    [['NO_VIOLATION', 'WARNING'], ['kinds']],
    [['RESTRICTION'], ['restriction']],
    [['RECOVERY'], ['recovery']],
  ])('of %j has faults at %j', (kinds, faults) => {
    expect(paths({ kinds }, now)).toEqual(faults);
  });

  it('restricts from now on or later, to an end within ten years', () => {
    const kinds: DecisionKind[] = ['RESTRICTION'];
    const faults = (from: Date | null, until: Date) =>
      paths({ kinds, restriction: { from, until } }, now);
    expect(faults(null, later(30))).toEqual([]);
    expect(faults(later(-1), later(30))).toEqual(['restriction.from']);
    expect(faults(later(10), later(10))).toEqual(['restriction.until']);
    expect(faults(null, later(4_000))).toEqual(['restriction.until']);
    expect(paths({ kinds: ['WARNING'], restriction: { until: later(1) } }, now)).toEqual([
      'restriction',
    ]);
  });

  it('recovers at least a won, and more than 32 bits hold', () => {
    expect(recovery(0)).toEqual(['recovery.amount']);
    expect(recovery(3_000_000_000)).toEqual([]);
  });
});

describe('the right to be heard', () => {
  const hearing = {
    at: later(10),
    place: '본부',
    calledAt: now,
    statement: null,
    files: [],
    answeredAt: null,
    waived: false,
  };
  it('is kept once the firm answered, or the day of the hearing has passed', () => {
    expect(wasHeard({ hearing: null }, now)).toBe(false);
    expect(wasHeard({ hearing }, later(9))).toBe(false);
    expect(wasHeard({ hearing }, later(10))).toBe(true);
    expect(wasHeard({ hearing: { ...hearing, answeredAt: now } }, now)).toBe(true);
  });
});
