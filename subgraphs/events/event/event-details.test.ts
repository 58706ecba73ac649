import fc from 'fast-check';

import { searchForm } from '#kit/text.ts';
import { candidate, changedFields, tracesOf, type Candidate } from './event-details.ts';
import { detailProblems, isTimeZone, longestDays, unknownTechnologies } from './event-rules.ts';
import type { EventDetails } from './event.model.ts';

const meetup: EventDetails = {
  kind: 'TECH_MEETUP',
  title: { ko: '클라우드 밋업', en: 'Cloud meetup' },
  description: null,
  organizer: null,
  sectors: ['finance'],
  technologies: ['mesh'],
  region: 'KR-11',
  venue: null,
  onlineUrl: null,
  startsAt: new Date('2030-01-01T10:00:00Z'),
  endsAt: new Date('2030-01-01T12:00:00Z'),
  timeZone: 'Asia/Seoul',
  capacity: null,
};
const ids = new Map([
  ['cncf.mesh', 'mesh'],
  ['mesh', 'mesh'],
]);

function paths(event: Candidate): string[] {
  return detailProblems(event).map(({ path }) => path.join('.'));
}

describe('candidate', () => {
  it('keeps what is left out, clears what is null', () => {
    expect(candidate(meetup, {}, ids)).toEqual(meetup);
    const cleared = candidate(meetup, { title: null, sectors: null, region: null }, ids);
    expect(cleared).toEqual({ ...meetup, title: null, sectors: [], region: null });
  });

  it('tidies words and names each technology once, by id', () => {
    const event = candidate(
      null,
      { title: { ko: '  두   칸 ', en: '' }, venue: ' ', technologies: ['cncf.mesh', 'mesh', 'x'] },
      ids,
    );
    expect(event).toMatchObject({
      title: { ko: '두 칸', en: null },
      venue: null,
      technologies: ['mesh'],
    });
  });
});

describe('detailProblems', () => {
  it('finds none in a good event', () => {
    expect(paths(meetup)).toEqual([]);
    expect(paths({ ...meetup, region: null, onlineUrl: 'https://meet.example/1' })).toEqual([]);
  });

  it('names what an event needs', () => {
    expect(paths(candidate(null, {}, ids))).toEqual([
      'kind',
      'title',
      'startsAt',
      'endsAt',
      'timeZone',
      'region',
    ]);
  });

  it.each<[string, Partial<Candidate>]>([
    ['title.ko', { title: { ko: '가', en: null } }],
    ['title.en', { title: { ko: null, en: 'x'.repeat(201) } }],
    ['description.en', { description: { ko: null, en: 'x'.repeat(4_001) } }],
    ['organizer', { organizer: 'x'.repeat(201) }],
    ['venue', { venue: 'x'.repeat(301) }],
    ['sectors.0', { sectors: ['Finance'] }],
    ['sectors', { sectors: Array.from({ length: 21 }, (_, index) => `s-${index}`) }],
    ['technologies', { technologies: Array.from({ length: 21 }, (_, index) => `t-${index}`) }],
    ['region', { region: null }],
    ['onlineUrl', { onlineUrl: 'javascript:alert(1)' }],
    ['onlineUrl', { onlineUrl: `https://x.example/${'x'.repeat(2_000)}` }],
    ['endsAt', { endsAt: new Date('2030-01-01T09:59:59Z') }],
    ['timeZone', { timeZone: '+09:00' }],
    ['capacity', { capacity: 0 }],
    ['capacity', { capacity: 1_000_001 }],
  ])('names %s', (path, fault) => {
    expect(paths({ ...meetup, ...fault })).toEqual([path]);
  });

  it('lets an event last 92 days and not a millisecond more', () => {
    const longest = meetup.startsAt.getTime() + longestDays * 86_400_000;
    expect(paths({ ...meetup, endsAt: new Date(longest) })).toEqual([]);
    expect(detailProblems({ ...meetup, endsAt: new Date(longest + 1) }, ['rows', '3'])).toEqual([
      expect.objectContaining({ rule: 'LONGEST_EVENT', path: ['rows', '3', 'endsAt'] }),
    ]);
  });
});

it('names unknown technologies by their place', () => {
  const problems = unknownTechnologies({ technologies: ['mesh', 'x', 'cncf.mesh', 'y'] }, ids);
  expect(problems.map(({ path }) => path.join('.'))).toEqual(['technologies.1', 'technologies.3']);
});

it('names exactly the fields that differ', () => {
  const fields = fc.subarray(['title', 'region', 'capacity', 'endsAt'] as const);
  fc.assert(
    fc.property(fields, (chosen) => {
      const other: Partial<EventDetails> = {
        title: { ko: '다른', en: null },
        region: 'FR',
        capacity: 7,
        endsAt: new Date('2030-01-01T13:00:00Z'),
      };
      const after = chosen.reduce((event, field) => ({ ...event, [field]: other[field] }), meetup);
      const names = { title: 'TITLE', region: 'REGION', capacity: 'CAPACITY', endsAt: 'ENDS_AT' };
      expect(changedFields(meetup, after).toSorted()).toEqual(
        chosen.map((field) => names[field]).toSorted(),
      );
    }),
  );
});

describe('tracesOf', () => {
  it('places an event in its subdivision and its country', () => {
    expect(tracesOf(meetup, []).places).toEqual(['KR', 'KR-11']);
    expect(tracesOf({ ...meetup, region: 'FR' }, []).places).toEqual(['FR']);
    expect(tracesOf({ ...meetup, region: null }, []).places).toEqual([]);
  });

  it('has every part of two characters of every line among the grams', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (venue, organizer) => {
        const { words, grams } = tracesOf({ ...meetup, venue, organizer }, ['한빛']);
        for (const line of words.split('\n')) {
          const characters = Array.from(line);
          for (let at = 0; at + 2 <= characters.length; at += 1)
            expect(grams).toContain(characters.slice(at, at + 2).join(''));
        }
        expect(words).toContain(searchForm(venue));
        expect(words).toContain('한빛');
      }),
    );
  });
});

it.each([
  ['Asia/Seoul', true],
  ['UTC', true],
  ['America/Argentina/Buenos_Aires', true],
  ['Seoul', false],
  ['+09:00', false],
  ['', false],
])('knows whether %j is a time zone', (name, expected) => {
  expect(isTimeZone(name)).toBe(expected);
});
