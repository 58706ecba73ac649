import fc from 'fast-check';

import { everything, matches } from '../event/event-filter.ts';
import type { NewsTraces } from '../news/news.model.ts';
import { anchorsOf, anchorsOfNews } from './anchors.ts';
import type { KeptFilter } from './saved-filter.model.ts';

const filters: fc.Arbitrary<KeptFilter> = fc.record({
  text: fc.constant(null),
  kinds: fc.subarray(['TECH_MEETUP' as const, 'BRIEFING' as const]),
  sectors: fc.subarray(['finance', 'public']),
  technologies: fc.subarray(['mesh', 'cncf.mesh', 'runtime']),
  regions: fc.subarray(['KR', 'KR-11', 'FR']),
  hostId: fc.constantFrom(null, 'firm'),
});

const traces: fc.Arbitrary<NewsTraces> = fc.record({
  kind: fc.constantFrom('TECH_MEETUP' as const, 'BRIEFING' as const),
  sectors: fc.subarray(['finance', 'public']),
  technologies: fc.subarray(['mesh', 'runtime']),
  places: fc.constantFrom([], ['KR', 'KR-11'], ['FR']),
  hostId: fc.constantFrom(null, 'firm'),
  startsAt: fc.constant(new Date(0)),
  endsAt: fc.constant(new Date(1)),
  words: fc.constant(''),
  grams: fc.constant([]),
});

function orAny<Value>(values: Value[]): Value[] | null {
  return values.length > 0 ? values : null;
}

it('keeps every filter under something that each entry which it selects asks for', () => {
  let selected = 0;
  fc.assert(
    fc.property(filters, fc.array(traces, { minLength: 1, maxLength: 2 }), (filter, about) => {
      const { kinds, sectors, technologies, regions, hostId } = filter;
      const selection = {
        ...everything,
        kinds: orAny(kinds),
        sectors: orAny(sectors),
        technologies: orAny(technologies),
        regions: orAny(regions),
        hostId,
      };
      fc.pre(about.some((one) => matches(selection, one)));
      selected += 1;
      const asked = anchorsOfNews({ about }, [
        ...new Set(about.flatMap((one) => one.technologies)),
      ]);
      expect(anchorsOf(filter).some((anchor) => asked.includes(anchor))).toBe(true);
    }),
  );
  expect(selected).toBeGreaterThan(0);
});

it('keeps a filter under its narrowest field, and one without fields under any', () => {
  const open = {
    text: '밋업',
    kinds: [],
    sectors: [],
    technologies: [],
    regions: [],
    hostId: null,
  };
  expect(anchorsOf(open)).toEqual(['any:']);
  expect(anchorsOf({ ...open, regions: ['KR'], sectors: ['finance', 'public'] })).toEqual([
    'sector:finance',
    'sector:public',
  ]);
  expect(anchorsOf({ ...open, hostId: 'firm', technologies: ['mesh'] })).toEqual(['host:firm']);
});
