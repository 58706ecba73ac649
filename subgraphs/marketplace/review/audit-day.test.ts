import fc from 'fast-check';

import { nextAuditDay } from './audit-day.ts';

it.each([
  ['2030-01-15T00:00:00Z', 12, '2031-01-15'],
  // In Seoul it is the next day, and the next year, already.
  ['2030-12-31T15:00:00Z', 12, '2032-01-01'],
  ['2032-02-28T15:00:00Z', 12, '2033-02-28'],
  ['2030-01-30T15:00:00Z', 1, '2030-02-28'],
  ['2030-10-30T15:00:00Z', 6, '2031-04-30'],
])('after %s, %i months later, is %s', (instant, months, day) => {
  expect(nextAuditDay(new Date(instant), months)).toBe(day);
});

it('is in the month that so many months later comes', () => {
  const instants = fc.date({
    min: new Date('2020-01-01'),
    max: new Date('2100-01-01'),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(instants, fc.integer({ min: 1, max: 12 }), (instant, months) => {
      const inSeoul = new Date(instant.getTime() + 9 * 3_600_000);
      const count = inSeoul.getUTCFullYear() * 12 + inSeoul.getUTCMonth() + months;
      const due = new Date(nextAuditDay(instant, months));
      expect(due.getUTCFullYear() * 12 + due.getUTCMonth()).toBe(count);
      expect(due.getUTCDate()).toBeLessThanOrEqual(inSeoul.getUTCDate());
    }),
  );
});
