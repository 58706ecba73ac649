import fc from 'fast-check';

import { occurrencesOf, type Repetition } from './occurrence.ts';

function repeated(fields: Partial<Repetition>) {
  const { starts, problems } = occurrencesOf({
    startsAt: new Date('2030-01-08T10:00:00Z'),
    timeZone: 'Asia/Seoul',
    rule: 'FREQ=MONTHLY;BYDAY=2TU;COUNT=3',
    except: [],
    ...fields,
  });
  return {
    starts: starts.map((start) => start.toISOString()),
    problems: problems.map(({ code, path }) => `${code} ${path.join('.')}`),
  };
}

it('meets every second Tuesday of a month', () => {
  expect(repeated({})).toEqual({
    starts: ['2030-01-08T10:00:00.000Z', '2030-02-12T10:00:00.000Z', '2030-03-12T10:00:00.000Z'],
    problems: [],
  });
});

it('keeps the hour on the wall over a change to summer time', () => {
  const { starts } = repeated({
    startsAt: new Date('2030-03-28T18:00:00Z'),
    timeZone: 'Europe/Paris',
    rule: 'FREQ=WEEKLY;COUNT=2',
  });
  expect(starts).toEqual(['2030-03-28T18:00:00.000Z', '2030-04-04T17:00:00.000Z']);
});

it('counts on from before where a clock skips the hour, and takes the first where it shows it twice', () => {
  // Paris skips 02:30 on 31 March 2030 and shows it twice on 27 October 2030.
  const skipped = { startsAt: new Date('2030-03-30T01:30:00Z'), timeZone: 'Europe/Paris' };
  expect(repeated({ ...skipped, rule: 'FREQ=DAILY;COUNT=2' }).starts[1]).toBe(
    '2030-03-31T01:30:00.000Z',
  );
  const twice = { startsAt: new Date('2030-10-26T00:30:00Z'), timeZone: 'Europe/Paris' };
  expect(repeated({ ...twice, rule: 'FREQ=DAILY;COUNT=2' }).starts[1]).toBe(
    '2030-10-27T00:30:00.000Z',
  );
});

it('leaves out the days that are named, as the zone counts them', () => {
  const { starts } = repeated({
    startsAt: new Date('2030-01-07T23:00:00Z'),
    rule: 'FREQ=DAILY;COUNT=3',
    except: ['2030-01-09'],
  });
  expect(starts).toEqual(['2030-01-07T23:00:00.000Z', '2030-01-09T23:00:00.000Z']);
});

it.each([
  ['no frequency', { rule: 'COUNT=3' }, 'INVALID rule'],
  ['a frequency that is too high', { rule: 'FREQ=HOURLY;COUNT=3' }, 'INVALID rule'],
  ['no end', { rule: 'FREQ=WEEKLY' }, 'LIMIT_REACHED rule'],
  ['one alone', { rule: 'FREQ=WEEKLY;COUNT=1' }, 'LIMIT_REACHED rule'],
  ['too many', { rule: 'FREQ=WEEKLY;COUNT=61' }, 'LIMIT_REACHED rule'],
  ['an end by a day', { rule: 'FREQ=WEEKLY;UNTIL=20300101T000000Z' }, 'INVALID rule'],
  ['a part that is none', { rule: 'FREQ=WEEKLY;COUNT=3;BYMONTHDAY=x' }, 'INVALID rule'],
  ['a first one that does not follow', { rule: 'FREQ=WEEKLY;BYDAY=FR;COUNT=3' }, 'INVALID rule'],
  [
    'a day that never comes',
    { rule: 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=3' },
    'INVALID rule',
  ],
  ['nothing left', { rule: 'FREQ=DAILY;COUNT=2', except: ['2030-01-09'] }, 'INVALID rule'],
  [
    'too many days left out',
    { except: Array.from({ length: 61 }, () => '2030-01-09') },
    'LIMIT_REACHED except',
  ],
])('refuses %s', (_, fields, problem) => {
  expect(repeated(fields)).toEqual({ starts: [], problems: [problem] });
});

it('gives as many as the rule counts, in order, the first one first', () => {
  const rules = fc.record({
    freq: fc.constantFrom('DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'),
    count: fc.integer({ min: 2, max: 60 }),
    interval: fc.integer({ min: 1, max: 4 }),
    // Days that every month has.
    day: fc.integer({ min: 1, max: 28 }),
    timeZone: fc.constantFrom('Asia/Seoul', 'America/New_York', 'UTC'),
  });
  fc.assert(
    fc.property(rules, ({ freq, count, interval, day, timeZone }) => {
      const startsAt = new Date(Date.UTC(2030, 0, day, 10));
      const rule = `FREQ=${freq};INTERVAL=${interval};COUNT=${count}`;
      const { starts } = repeated({ startsAt, timeZone, rule });
      expect(starts).toHaveLength(count);
      expect(starts[0]).toBe(startsAt.toISOString());
      expect(starts.toSorted()).toEqual(starts);
      expect(new Set(starts).size).toBe(count);
    }),
    { numRuns: 60 },
  );
});
