import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';

import { findCalendar, type CalendarOptions } from './calendar.ts';
import { ImportFault } from './fault.ts';
import { fixture, foreignData, hasForeignData, rowsTo, sort, sourceOf } from './fixture.ts';
import { readSource } from './source.ts';

const seoul: CalendarOptions = {
  zone: 'Asia/Seoul',
  region: 'KR-11',
  now: Date.parse('2026-06-01T00:00:00Z'),
};
const { bytes } = await fixture('calendar.ics');
const small = sort(findCalendar(sourceOf(bytes), seoul));
const events = new Map(rowsTo(small, 'events').map((row) => [row.externalId, row]));

function faultOf(content: string | Buffer, options = seoul): ImportFault | null {
  try {
    sort(findCalendar(sourceOf(content), options));
    return null;
  } catch (error) {
    if (error instanceof ImportFault) return error;
    throw error;
  }
}

function event(...lines: string[]): string {
  return ['BEGIN:VCALENDAR', 'BEGIN:VEVENT', ...lines, 'END:VEVENT', 'END:VCALENDAR', ''].join(
    '\n',
  );
}

describe('findCalendar', () => {
  it('takes local times in the stated zone, with text unfolded and unescaped in its language', () => {
    expect(events.get('floating@example.org')).toEqual({
      externalId: 'floating@example.org',
      title: { ko: '클라우드 네이티브 모임, 여름' },
      description: { ko: '첫 줄\n둘째 줄이 아주 길어서 접혀 있습니다\nhttps://meet.example.org/1' },
      organizer: 'Meetups of the alliance',
      startsAt: '2026-07-01T10:00:00.000Z',
      endsAt: '2026-07-01T12:00:00.000Z',
      region: 'KR-11',
      timeZone: 'Asia/Seoul',
    });
  });

  it('takes the first of two times that a clock shows twice', () => {
    expect(events.get('zoned@example.org')).toMatchObject({
      startsAt: '2026-11-01T05:30:00.000Z',
      endsAt: '2026-11-01T07:00:00.000Z',
      onlineUrl: 'https://call.example.org/room',
      cancelled: true,
    });
  });

  it('makes every occurrence an event, over a change of the clock, without exceptions and with changes', () => {
    const weekly = [...events].filter(([key]) => key.startsWith('weekly'));
    expect(weekly.map(([key, { startsAt, title }]) => [key, startsAt, title.en])).toEqual([
      ['weekly@example.org/20260316T170000Z', '2026-03-16T17:00:00.000Z', 'Weekly'],
      ['weekly@example.org/20260406T160000Z', '2026-04-06T16:00:00.000Z', 'Weekly'],
      ['weekly@example.org/20260330T160000Z', '2026-03-30T18:00:00.000Z', 'Weekly, late'],
    ]);
  });

  it('knows zones by the file, by IANA and by the names that Exchange uses', () => {
    const nine = '2026-07-01T00:00:00.000Z';
    expect(events.get('own-zone@example.org')).toMatchObject({ startsAt: nine, timeZone: 'UTC' });
    expect(events.get('exchange@example.org')).toMatchObject({
      startsAt: nine,
      timeZone: 'Asia/Seoul',
      title: { en: "A zone by Exchange's name" },
    });
  });

  it('takes a day from midnight to midnight where it is meant', () => {
    expect(events.get('day@example.org')).toMatchObject({
      startsAt: '2026-07-03T15:00:00.000Z',
      endsAt: '2026-07-04T15:00:00.000Z',
    });
  });

  it('keeps the newest version of an event and names the line of the other', () => {
    expect(events.get('changed@example.org')?.title.en).toBe('The newer version');
    expect(small.remarks).toContainEqual({
      kind: 'remark',
      grade: 'SKIPPED',
      line: 72,
      about: null,
      reason: 'A newer version of this event is in line 65.',
    });
  });

  it('tells each event that cannot be read by its line, and reads the others', () => {
    const faults = small.remarks.filter(({ grade }) => grade === 'FAILED');
    expect(faults.map(({ line, reason }) => [line, reason])).toEqual([
      [88, 'Nobody knows the time zone "Mars/Olympus".'],
      [91, 'An event without a title (SUMMARY).'],
      [100, 'The event ends before it begins.'],
      [106, '"20261345T990000Z" is no date and no time.'],
      [113, 'An interval is 1 to 1000.'],
    ]);
  });

  it('takes of an endless event a year back and a year ahead', () => {
    const endless = event('UID:e', 'DTSTART:20100104T090000Z', 'RRULE:FREQ=WEEKLY', 'SUMMARY:x');
    const { rows, remarks } = sort(findCalendar(sourceOf(endless), seoul));
    expect(rows).toHaveLength(105);
    expect(remarks.map(({ reason }) => reason)).toContain('An endless event: 105 times are taken.');
  });

  it('reads a character that is folded in its middle', () => {
    const whole = Buffer.from(event('UID:f', 'DTSTART:20260101T090000Z', 'SUMMARY:모임'));
    const at = whole.indexOf(Buffer.from('모')) + 1;
    const folded = Buffer.concat([whole.subarray(0, at), Buffer.from('\r\n '), whole.subarray(at)]);
    const [row] = rowsTo(sort(findCalendar(sourceOf(folded), seoul)), 'events');
    expect(row?.title).toEqual({ ko: '모임' });
  });

  it('refuses local times that nobody says a zone for, and a zone that there is not', () => {
    const nowhere = { ...seoul, zone: null };
    expect(faultOf(bytes, nowhere)).toMatchObject({ code: 'IMPORT_ZONE', line: 16 });
    expect(faultOf(bytes, { ...seoul, zone: 'Mars/Olympus' })?.code).toBe('IMPORT_ZONE');
  });

  it('refuses events of nowhere, but not those that are online', () => {
    const nowhere = { ...seoul, region: null };
    expect(faultOf(bytes, nowhere)).toMatchObject({ code: 'IMPORT_REGION', line: 13 });
    const online = event(
      'UID:o',
      'DTSTART:20260101T090000Z',
      'SUMMARY:Talk',
      'LOCATION:https://a.example',
    );
    expect(faultOf(online, nowhere)).toBeNull();
  });

  it('refuses a file that is cut anywhere', () => {
    const end = bytes.lastIndexOf('END:VCALENDAR') + 'END:VCALENDAR'.length;
    const cut = fc.property(fc.integer({ min: 20, max: end - 1 }), (length) => {
      const code = faultOf(bytes.subarray(0, length))?.code;
      return code === 'IMPORT_TRUNCATED' || code === 'IMPORT_FORMAT';
    });
    expect(fc.check(cut, { numRuns: 300 })).toMatchObject({ failed: false });
  });

  it('gives up on a calendar whose rules take too many steps', () => {
    const daily = event(
      'UID:d',
      'DTSTART:20260101T090000Z',
      'RRULE:FREQ=DAILY;COUNT=99',
      'SUMMARY:x',
    );
    expect(faultOf(daily, { ...seoul, maxSteps: 90 })?.code).toBe('IMPORT_TOO_LARGE');
    expect(faultOf(daily, { ...seoul, maxSteps: 100 })).toBeNull();
  });

  it('keeps the beat of an endless rule, however old it is', () => {
    const rule = fc.record({
      unit: fc.constantFrom('DAILY', 'WEEKLY', 'WEEKLY;BYDAY=MO,TH', 'DAILY;BYMONTH=3,7'),
      interval: fc.integer({ min: 1, max: 5 }),
      back: fc.integer({ min: 400, max: 3_000 }),
    });
    const beats = fc.property(rule, ({ unit, interval, back }) => {
      const first = new Date(seoul.now - back * 24 * 60 * 60 * 1000);
      const start = `${first.toISOString().slice(0, 10).replaceAll('-', '')}T090000Z`;
      const [freq = '', by] = unit.split(';');
      const parts = [`FREQ=${freq}`, `INTERVAL=${interval}`, ...(by === undefined ? [] : [by])];
      const startsOf = (...end: string[]) => {
        const text = event(
          'UID:b',
          `DTSTART:${start}`,
          `RRULE:${[...parts, ...end].join(';')}`,
          'SUMMARY:x',
        );
        return rowsTo(sort(findCalendar(sourceOf(text), seoul)), 'events').map(
          ({ startsAt }) => startsAt,
        );
      };
      const endless = startsOf();
      const whole = startsOf('UNTIL=20270610T000000Z');
      const capped = whole.length === 1_000;
      const from = new Date(seoul.now - 366 * 24 * 60 * 60 * 1000).toISOString();
      const to = new Date(seoul.now + 366 * 24 * 60 * 60 * 1000).toISOString();
      const expected = whole.filter((each) => each >= from && each <= to);
      return capped || JSON.stringify(endless) === JSON.stringify(expected);
    });
    expect(fc.check(beats, { numRuns: 40 })).toMatchObject({ failed: false });
  });

  it.each([
    ['nothing', ''],
    ['a web page', '<html></html>\n'],
    ['more after the end', `${event('UID:a')}BEGIN:VEVENT\nEND:VEVENT\n`],
    ['an end without its beginning', 'BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR\nEND:VEVENT\n'],
    ['components within components', `BEGIN:VCALENDAR\n${'BEGIN:VEVENT\n'.repeat(40)}`],
  ])('refuses %s as no calendar', (_, text) => {
    expect(faultOf(text)?.code).toBe('IMPORT_FORMAT');
  });
});

const foreign = join(foreignData, 'ics');

(hasForeignData ? describe : describe.skip)(
  'findCalendar on calendars of others (needs ../shared/data)',
  () => {
    it('reads all 166 meetups of Toulouse and tells what it repaired', async () => {
      const source = await readSource(join(foreign, 'toulouse-tech-hub.ics'));
      const found = sort(findCalendar(source, { ...seoul, zone: 'Europe/Paris', region: 'FR-31' }));
      expect(rowsTo(found, 'events')).toHaveLength(166);
      expect(found.remarks.filter(({ grade }) => grade === 'FAILED')).toEqual([]);
      expect(found.remarks.filter(({ reason }) => reason.startsWith('DTSTAMP'))).toHaveLength(166);
      expect(found.remarks[0]?.reason).toBe('A byte order mark was removed.');
      expect(rowsTo(found, 'events')[0]).toMatchObject({
        startsAt: '2018-06-28T17:00:00.000Z',
        region: 'FR-31',
      });
    });

    it('reads every fixture with its known defects', async () => {
      const names = (await readdir(join(foreign, 'fixtures'))).toSorted();
      const read = names.map(async (name) => {
        const source = await readSource(join(foreign, 'fixtures', name));
        const { rows, remarks } = sort(findCalendar(source, seoul));
        return [name, rows.length, remarks.filter(({ grade }) => grade === 'FAILED').length];
      });
      expect(await Promise.all(read)).toEqual([
        ['encoding.ics', 1, 0],
        ['issue_112_missing_tzinfo_on_exdate.ics', 11, 0],
        ['issue_53_parsing_failure.ics', 3, 0],
        ['timezone_same_start.ics', 1, 0],
        ['x_location.ics', 522, 0],
      ]);
    });
  },
);
