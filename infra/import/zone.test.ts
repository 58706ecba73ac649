import fc from 'fast-check';

import { ianaZone, zoneOfId } from './zone.ts';

const names = [
  'Asia/Seoul',
  'Europe/Paris',
  'America/New_York',
  'Australia/Lord_Howe',
  'UTC',
  'Asia/Kolkata',
];

describe('ianaZone', () => {
  it('gives back every instant from what the clock shows, but for the hour that it shows twice', () => {
    const instants = fc.integer({ min: 0, max: Date.UTC(2040, 0, 1) / 1000 });
    const round = fc.property(fc.constantFrom(...names), instants, (name, seconds) => {
      const zone = ianaZone(name);
      const instant = seconds * 1000;
      const back = zone?.instantOf(zone.wallOf(instant)) ?? Number.NaN;
      return back === instant || (back < instant && zone?.wallOf(back) === zone?.wallOf(instant));
    });
    expect(fc.check(round, { numRuns: 1_000 })).toMatchObject({ failed: false });
  });

  it('knows the summer time of Seoul in 1988', () => {
    const seoul = ianaZone('Asia/Seoul');
    expect(seoul?.instantOf(Date.UTC(1988, 6, 1, 12))).toBe(Date.UTC(1988, 6, 1, 2));
    expect(seoul?.instantOf(Date.UTC(2026, 6, 1, 12))).toBe(Date.UTC(2026, 6, 1, 3));
  });

  it('counts an hour that the clock skips on from before', () => {
    const paris = ianaZone('Europe/Paris');
    expect(paris?.instantOf(Date.UTC(2026, 2, 29, 2, 30))).toBe(Date.UTC(2026, 2, 29, 1, 30));
  });

  it.each(['', '+09:00', 'Mars/Olympus', '../etc'])('knows no zone "%s"', (name) => {
    expect(ianaZone(name)).toBeNull();
  });
});

describe('zoneOfId', () => {
  it.each([
    ['Korea Standard Time', 'Asia/Seoul'],
    ['/freeassociation.sourceforge.net/Europe/Paris', 'Europe/Paris'],
    ['/mozilla.org/20050126_1/America/Argentina/Ushuaia', 'America/Argentina/Ushuaia'],
  ])('knows %s as %s', (id, name) => {
    expect(zoneOfId(id)?.name).toBe(name);
  });
});
