import fc from 'fast-check';

import { laterRestriction, nextAt, restrictedUntilBy, stateAt } from './force.ts';

const at = (millis: number) => new Date(millis);
const restriction = (from: number, until: number, lifted: number | null = null) => ({
  kind: 'RESTRICTION' as const,
  from: at(from),
  until: at(until),
  liftedAt: lifted === null ? null : at(lifted),
});

describe('stateAt', () => {
  it.each([
    [9, 'SCHEDULED'],
    [10, 'IN_FORCE'],
    [19, 'IN_FORCE'],
    [20, 'ENDED'],
  ])('at %i is %s', (now, state) => {
    expect(stateAt(restriction(10, 20), at(now))).toBe(state);
  });

  it('is lifted from then on', () => {
    expect(stateAt(restriction(10, 20, 15), at(14))).toBe('IN_FORCE');
    expect(stateAt(restriction(10, 20, 15), at(15))).toBe('LIFTED');
  });

  it('holds without an end', () => {
    expect(stateAt({ ...restriction(10, 20), until: null }, at(99))).toBe('IN_FORCE');
  });
});

describe('restrictedUntilBy', () => {
  const restrictions = fc.array(
    fc
      .tuple(fc.nat(50), fc.integer({ min: 1, max: 50 }), fc.option(fc.nat(99)))
      .map(([from, length, lifted]) => restriction(from, from + length, lifted)),
    { maxLength: 6 },
  );

  it('is the last end of those in force, whatever their order', () => {
    fc.assert(
      fc.property(restrictions, fc.nat(99), (given, millis) => {
        const now = at(millis);
        const until = restrictedUntilBy(given, now);
        const inForce = given.filter((each) => stateAt(each, now) === 'IN_FORCE');
        expect(until === null).toBe(inForce.length === 0);
        expect(inForce.every((each) => until !== null && each.until <= until)).toBe(true);
        expect(restrictedUntilBy(given.toReversed(), now)).toEqual(until);
        expect(until === null || until > now).toBe(true);
      }),
    );
  });

  it('comes from restrictions alone', () => {
    const warning = { ...restriction(0, 100), kind: 'WARNING' as const };
    expect(restrictedUntilBy([warning], at(50))).toBeNull();
  });
});

it('tells of a beginning, then of an end, then of nothing', () => {
  const told = { begunAt: null, endedAt: null };
  const each = restriction(10, 20);
  expect(nextAt({ ...each, ...told })).toEqual(at(10));
  expect(nextAt({ ...each, ...told, begunAt: at(10) })).toEqual(at(20));
  expect(nextAt({ ...each, begunAt: at(10), endedAt: at(20) })).toBeNull();
  expect(nextAt({ ...restriction(10, 20, 5), ...told })).toBeNull();
});

it('keeps the later restriction of two firms that become one', () => {
  const none = { restrictedUntil: null, restrictedBecause: null };
  const short = { restrictedUntil: at(5), restrictedBecause: 'short' };
  const long = { restrictedUntil: at(9), restrictedBecause: 'long' };
  expect(laterRestriction(short, long)).toEqual(long);
  expect(laterRestriction(long, short)).toEqual(long);
  expect(laterRestriction(none, none)).toEqual(none);
});
