import ICAL from 'ical.js';

import { calendarText } from './calendar.ts';
import type { EventRecord } from './event.model.ts';

const event: EventRecord = {
  _id: 'e1',
  kind: 'TECH_MEETUP',
  title: { ko: '서비스 메시, 한 걸음 더; 실습', en: 'Service mesh, one step further' },
  description: { ko: '준비물: 노트북\n점심 제공', en: 'Bring a laptop. '.repeat(30).trim() },
  organizer: '연합 사무국',
  sectors: ['finance'],
  technologies: ['mesh'],
  region: 'KR-11',
  venue: '서울특별시 중구 세종대로 110, 다목적홀 (시청역 5번 출구에서 걸어서 3분 거리에 있습니다)',
  onlineUrl: 'https://meet.example/mesh',
  startsAt: new Date('2030-01-01T10:00:00Z'),
  endsAt: new Date('2030-01-01T12:30:00Z'),
  timeZone: 'Asia/Seoul',
  capacity: null,
  places: ['KR', 'KR-11'],
  words: '',
  grams: [],
  hostId: null,
  status: 'ANNOUNCED',
  cancellationReason: null,
  sequence: 2,
  uid: 'e1@open-cloud-alliance',
  announcedAt: new Date('2029-01-01T00:00:00Z'),
  changedAt: new Date('2029-06-01T01:02:03Z'),
  origin: null,
  seriesId: null,
  room: { going: 0, waiting: 0, last: 0 },
  remindedOf: null,
  revision: 3,
};

function entries(text: string) {
  return new ICAL.Component(ICAL.parse(text) as unknown[]).getAllSubcomponents('vevent');
}

describe('a calendar', () => {
  const text = calendarText([
    event,
    {
      ...event,
      uid: 'e2@open-cloud-alliance',
      status: 'CANCELLED',
      cancellationReason: { ko: '태풍', en: null },
    },
  ]);

  it('is read again as it was written', () => {
    const [first] = entries(text);
    if (!first) throw new Error('There is no event.');
    const read = new ICAL.Event(first);
    expect(read.uid).toBe('e1@open-cloud-alliance');
    expect(read.sequence).toBe(2);
    expect(read.summary).toBe('서비스 메시, 한 걸음 더; 실습 / Service mesh, one step further');
    expect(read.location).toBe(`${event.venue}, KR-11`);
    expect(read.description).toContain('준비물: 노트북');
    expect(read.startDate.toJSDate()).toEqual(event.startsAt);
    expect(read.endDate.toJSDate()).toEqual(event.endsAt);
    expect(first.getFirstPropertyValue('url')).toBe('https://meet.example/mesh');
  });

  it('stamps in UTC and needs no time zone table', () => {
    expect(text).toContain('DTSTAMP:20290601T010203Z');
    expect(text).toContain('DTSTART:20300101T100000Z');
    expect(text).not.toContain('VTIMEZONE');
  });

  it('marks what is cancelled, and why', () => {
    const [, second] = entries(text);
    expect(second?.getFirstPropertyValue('status')).toBe('CANCELLED');
    expect(String(second?.getFirstPropertyValue('description'))).toContain('태풍');
  });

  it('names itself and says how often to look again', () => {
    expect(text).toContain('NAME:Open Cloud Alliance');
    expect(text).toMatch(/REFRESH-INTERVAL;VALUE=DURATION:PT1H/);
    expect(text).toMatch(/PRODID:.*open-cloud-alliance/);
  });

  it('folds at 75 octets and never within a character', () => {
    const lines = text.split('\r\n');
    expect(Math.max(...lines.map((line) => Buffer.byteLength(line)))).toBeLessThanOrEqual(75);
    expect(text).not.toContain('\uFFFD');
    expect(text.endsWith('END:VCALENDAR\r\n')).toBe(true);
    expect(text.replaceAll('\r\n', '')).not.toContain('\n');
  });
});

it('is a calendar even when it is empty', () => {
  expect(entries(calendarText([]))).toEqual([]);
});
