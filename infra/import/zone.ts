/** Wall-clock times and the zones in which they are meant. */

/** A time as a clock on the wall shows it: the milliseconds that the same digits would be in UTC. */
export type WallMillis = number;

/** Where a wall clock hangs. */
export interface Zone {
  /** IANA name. */
  name: string;
  /** Milliseconds since the epoch. What a clock shows twice is the first of the two; what it skips counts on from before. */
  instantOf(wall: WallMillis): number;
  /** What the clock shows at an instant. */
  wallOf(instant: number): WallMillis;
}

const dayMillis = 24 * 60 * 60 * 1000;
const known = new Map<string, Zone | null>();

/** The zone of an IANA name, or null when there is none of this name. */
export function ianaZone(name: string): Zone | null {
  const zone = known.get(name);
  if (zone !== undefined) return zone;
  const made = makeZone(name);
  known.set(name, made);
  return made;
}

function makeZone(name: string): Zone | null {
  const clock = clockOf(name);
  if (!clock) return null;
  const wallOf = (instant: number): WallMillis => {
    const parts = Object.fromEntries(
      clock.formatToParts(instant).map(({ type, value }) => [type, Number(value)]),
    );
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
    return Date.UTC(year, month - 1, day, hour, minute, second);
  };
  const offsetAt = (instant: number) => wallOf(instant) - Math.floor(instant / 1000) * 1000;
  // A zone changes its offset at most once in two days, so the offsets around a time are the two it can have.
  const instantOf = (wall: WallMillis): number => {
    const before = wall - offsetAt(wall - dayMillis);
    const after = wall - offsetAt(wall + dayMillis);
    const shown = [before, after].filter((instant) => wallOf(instant) === wall);
    return shown.length > 0 ? Math.min(...shown) : before;
  };
  return { name: clock.resolvedOptions().timeZone, instantOf, wallOf };
}

function clockOf(timeZone: string): Intl.DateTimeFormat | null {
  // Offsets such as `+09:00` are no zones: they know no summer time.
  if (!/^[A-Za-z]/.test(timeZone)) return null;
  try {
    return new Intl.DateTimeFormat('en-u-ca-iso8601-nu-latn', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    return null;
  }
}

/** IANA names of the zones that Exchange and Outlook name in their own way (Unicode CLDR, windowsZones). */
const windowsZones = new Map(
  Object.entries({
    'AUS Eastern Standard Time': 'Australia/Sydney',
    'Arabian Standard Time': 'Asia/Dubai',
    'Atlantic Standard Time': 'America/Halifax',
    'Central Europe Standard Time': 'Europe/Budapest',
    'Central European Standard Time': 'Europe/Warsaw',
    'Central Standard Time': 'America/Chicago',
    'China Standard Time': 'Asia/Shanghai',
    'E. South America Standard Time': 'America/Sao_Paulo',
    'Eastern Standard Time': 'America/New_York',
    'FLE Standard Time': 'Europe/Kyiv',
    'GMT Standard Time': 'Europe/London',
    'GTB Standard Time': 'Europe/Bucharest',
    'India Standard Time': 'Asia/Kolkata',
    'Israel Standard Time': 'Asia/Jerusalem',
    'Korea Standard Time': 'Asia/Seoul',
    'Mountain Standard Time': 'America/Denver',
    'New Zealand Standard Time': 'Pacific/Auckland',
    'Pacific Standard Time': 'America/Los_Angeles',
    'Romance Standard Time': 'Europe/Paris',
    'Russian Standard Time': 'Europe/Moscow',
    'SE Asia Standard Time': 'Asia/Bangkok',
    'Singapore Standard Time': 'Asia/Singapore',
    'South Africa Standard Time': 'Africa/Johannesburg',
    'Taipei Standard Time': 'Asia/Taipei',
    'Tokyo Standard Time': 'Asia/Tokyo',
    'Turkey Standard Time': 'Europe/Istanbul',
    'US Mountain Standard Time': 'America/Phoenix',
    'W. Europe Standard Time': 'Europe/Berlin',
  }),
);

/**
 * The zone that a calendar's TZID names: an IANA name, one at the end of a path
 * (`/freeassociation.sourceforge.net/Europe/Paris`), or one of Exchange's; null when it is none of these.
 */
export function zoneOfId(id: string): Zone | null {
  const windows = windowsZones.get(id);
  if (windows !== undefined) return ianaZone(windows);
  const parts = id.split('/').filter((part) => part !== '');
  for (const length of [3, 2, 1]) {
    const zone = ianaZone(parts.slice(-length).join('/'));
    if (zone) return zone;
  }
  return null;
}
