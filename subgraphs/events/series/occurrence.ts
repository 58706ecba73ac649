/** When a series takes place: its rule, read on the wall clock of its time zone. Pure. */
import ICAL from 'ical.js';

import { problem, type Problem } from '#kit/refusal.ts';
import { dayMillis, isTimeZone } from '../event/event-rules.ts';

/** How many occurrences a series has at least and at most. */
export const fewest = 2;
export const most = 60;

/** What the first occurrence and the rule say. */
export interface Repetition {
  startsAt: Date;
  timeZone: string;
  rule: string;
  /** Calendar days in the time zone on which it does not take place. */
  except: readonly string[];
}

const parts = new Set([
  'FREQ',
  'COUNT',
  'INTERVAL',
  'BYDAY',
  'BYMONTHDAY',
  'BYMONTH',
  'BYSETPOS',
  'WKST',
]);
const frequencies = new Set(['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY']);
/** Steps that a rule may take to find its occurrences: a rule that hardly ever fits ends here. */
const mostSteps = 5_000;

/**
 * The starts of a series, and every fault of its rule.
 *
 * @see RFC 5545, 3.3.10 and 3.8.5.3
 */
export function occurrencesOf({ startsAt, timeZone, rule, except }: Repetition): {
  starts: Date[];
  problems: Problem[];
} {
  const problems = ruleProblems(rule, except);
  if (problems.length > 0 || !isTimeZone(timeZone)) return { starts: [], problems };
  const walls = wallsOf(rule, wallOf(startsAt.getTime(), timeZone));
  if (walls === null) return { starts: [], problems: [fault('This rule cannot be read.')] };
  const first = wallOf(startsAt.getTime(), timeZone);
  if (walls[0] !== first)
    return { starts: [], problems: [fault('The first occurrence does not follow the rule.')] };
  const starts = walls
    .filter((wall) => !except.includes(dayOf(wall)))
    .map((wall) => new Date(instantOf(wall, timeZone)));
  return starts.length >= fewest
    ? { starts, problems: [] }
    : { starts: [], problems: [fault(`A series has at least ${fewest} occurrences.`)] };
}

function ruleProblems(rule: string, except: readonly string[]): Problem[] {
  const problems =
    except.length > most
      ? [problem('LIMIT_REACHED', `At most ${most} days can be named.`, ['except'])]
      : [];
  const given = new Map(
    rule.split(';').map((part): [string, string] => {
      const [name = '', ...value] = part.split('=');
      return [name, value.join('=')];
    }),
  );
  if (rule.length > 200 || [...given.keys()].some((name) => !parts.has(name)))
    problems.push(fault(`A rule has the parts ${[...parts].join(', ')}.`));
  else if (!frequencies.has(given.get('FREQ') ?? ''))
    problems.push(fault(`FREQ is one of ${[...frequencies].join(', ')}.`));
  else problems.push(...countProblems(given.get('COUNT') ?? ''));
  return problems;
}

function countProblems(count: string): Problem[] {
  return /^\d{1,2}$/.test(count) && Number(count) >= fewest && Number(count) <= most
    ? []
    : [
        problem('LIMIT_REACHED', `COUNT is a whole number from ${fewest} to ${most}.`, ['rule'], {
          rule: 'SERIES_LENGTH',
          limit: String(most),
          found: count,
        }),
      ];
}

function fault(message: string): Problem {
  return problem('INVALID', message, ['rule']);
}

/** What the wall clock shows at each occurrence, as if it were in UTC; null for a rule that cannot be read. */
function wallsOf(rule: string, first: number): number[] | null {
  try {
    const start = ICAL.Time.fromDateTimeString(new Date(first).toISOString().slice(0, 19));
    const iterator = ICAL.Recur.fromString(rule).iterator(start);
    const walls: number[] = [];
    for (let steps = 0; steps < mostSteps && walls.length < most; steps += 1) {
      const next = iterator.next() as ICAL.Time | null;
      if (!next) break;
      const { year, month, day, hour, minute, second } = next;
      walls.push(Date.UTC(year, month - 1, day, hour, minute, second));
    }
    return walls;
  } catch {
    return null;
  }
}

function dayOf(wall: number): string {
  return new Date(wall).toISOString().slice(0, 10);
}

/** What a clock in the zone shows at an instant: the milliseconds that the same digits would be in UTC. */
function wallOf(instant: number, timeZone: string): number {
  const clock = new Intl.DateTimeFormat('sv-SE-u-ca-iso8601-nu-latn', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'medium',
  });
  return Date.parse(`${clock.format(instant).replace(' ', 'T')}Z`);
}

/** The instant at which a clock shows a time: the first of two, and counted on from before where it skips it. */
function instantOf(wall: number, timeZone: string): number {
  // A zone changes its offset at most once in two days: these are the two that it can have.
  const candidates = [wall - dayMillis, wall + dayMillis].map(
    (near) => wall - (wallOf(near, timeZone) - near),
  );
  const shown = candidates.filter((instant) => wallOf(instant, timeZone) === wall);
  return shown.length > 0 ? Math.min(...shown) : (candidates[0] ?? wall);
}
