import { newEvent } from '../event/event.ts';
import { feedText } from './atom.ts';
import type { NewsRecord } from './news.model.ts';

const now = new Date('2029-06-01T01:02:03.000Z');
const event = newEvent(
  {
    kind: 'TECH_MEETUP',
    title: { ko: '<b>밋업</b> & 친구들', en: 'A "meetup" ]]> here' },
    description: { ko: '<script>alert(1)</script>', en: null },
    organizer: null,
    sectors: ['finance'],
    technologies: [],
    region: 'KR-11',
    venue: '시청',
    onlineUrl: 'https://meet.example/a?b=1&c=2',
    startsAt: new Date('2030-01-01T10:00:00Z'),
    endsAt: new Date('2030-01-01T12:00:00Z'),
    timeZone: 'Asia/Seoul',
    capacity: null,
  },
  { hostId: null, host: null, now },
);
const news: NewsRecord = {
  _id: '01a20354-8da6-7075-a357-800c1865b9bd',
  seq: 1,
  kind: 'CHANGED',
  at: now,
  changes: ['VENUE'],
  eventId: event._id,
  about: [],
};
const where = { self: 'https://oca.example/feed.atom?sector=finance', id: null, of: null };
const home = 'https://oca.example/';

it('has what the standard wants of a feed and of an entry', () => {
  const text = feedText([{ ...news, event }], { ...where, home });
  const [head = '', entry = ''] = text.split('<entry>');
  for (const element of ['<id>', '<title>', '<updated>2029-06-01T01:02:03.000Z<', '<author>'])
    expect(head).toContain(element);
  expect(head).toContain('rel="self" href="https://oca.example/feed.atom?sector=finance"');
  expect(entry).toContain('<id>urn:uuid:01a20354-8da6-7075-a357-800c1865b9bd</id>');
  expect(entry).toContain('href="https://meet.example/a?b=1&amp;c=2"');
  expect(entry).toContain('2030-01-01 19:00 – 2030-01-01 21:00 (Asia/Seoul)');
  expect(entry).toContain('Δ VENUE');
});

it('shows what people wrote as text, never as markup', () => {
  const text = feedText([{ ...news, event }], { ...where, home });
  expect(text).not.toContain('<script>');
  expect(text).not.toContain('<b>');
  expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  // Every CDATA section that is opened is closed once: nothing that was written closes one early.
  expect(text.split('<![CDATA[').length).toBe(text.split(']]>').length);
});

it('is a feed when it is empty, and leaves out an address that is none', () => {
  const text = feedText([], { self: 'nowhere', id: event._id, of: '내 <필터>', home });
  expect(text).toContain(`<id>urn:uuid:${event._id}</id>`);
  expect(text).toContain('내 &amp;lt;필터&amp;gt;');
  expect(text).not.toContain('rel="self"');
  expect(text).not.toContain('<entry>');
});
