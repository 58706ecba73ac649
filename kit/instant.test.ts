import { dayScalar, instantScalar, seoulDay } from './instant.ts';

it.each([
  ['2026-11-22T06:30:00.000Z', '2026-11-22T06:30:00.000Z'],
  ['2026-11-22T15:30:00+09:00', '2026-11-22T06:30:00.000Z'],
  ['2026-11-22T06:30Z', '2026-11-22T06:30:00.000Z'],
])('reads the instant %s as %s', (text, utc) => {
  expect(instantScalar.serialize(instantScalar.parseValue(text))).toBe(utc);
});

it.each(['2026-11-22', '2026-11-22T06:30:00', '2026-02-30T00:00:00Z', '22.11.2026', 5, null])(
  'refuses %p as an instant',
  (text) => {
    expect(() => instantScalar.parseValue(text)).toThrow('ISO 8601');
  },
);

it('takes a calendar day and refuses one that no calendar has', () => {
  expect(dayScalar.parseValue('2028-02-29')).toBe('2028-02-29');
  expect(() => dayScalar.parseValue('2026-02-29')).toThrow('calendar day');
});

it('begins the day at midnight in Seoul', () => {
  expect(seoulDay(new Date('2026-11-22T14:59:59.999Z'))).toBe('2026-11-22');
  expect(seoulDay(new Date('2026-11-22T15:00:00.000Z'))).toBe('2026-11-23');
});
