/** What an event must be to be one: every reason why a candidate is not. Pure. */
import { problem, type Problem } from '#kit/refusal.ts';
import type { Text } from '#kit/text.ts';
import type { Candidate, DetailsInput } from './event-details.ts';

/** An event lasts this long at most, in days: so a list of what is not over need not look back further. */
export const longestDays = 92;
export const dayMillis = 86_400_000;

const mostSectors = 20;
const mostTechnologies = 20;

/** Every reason why a candidate is no event; none means that it is complete. */
export function detailProblems(event: Candidate, path: string[] = []): Problem[] {
  return [
    ...missing(event),
    ...textProblems('title', event.title, 2, 200),
    ...textProblems('description', event.description, 1, 4_000),
    ...lengthProblems('organizer', event.organizer, 200),
    ...lengthProblems('venue', event.venue, 300),
    ...sectorProblems(event.sectors ?? []),
    ...tooMany('technologies', event.technologies ?? [], mostTechnologies),
    ...placeProblems(event),
    ...hourProblems(event),
    ...capacityProblems(event.capacity),
  ].map((each) => ({ ...each, path: [...path, ...each.path] }));
}

/** Technologies that nobody knows, by their place in the input. */
export function unknownTechnologies(
  { technologies }: DetailsInput,
  ids: ReadonlyMap<string, string>,
  path: string[] = [],
): Problem[] {
  return (technologies ?? []).flatMap((name, index) =>
    ids.has(name)
      ? []
      : [
          problem('NOT_FOUND', 'No technology has this id or code.', [
            ...path,
            'technologies',
            String(index),
          ]),
        ],
  );
}

function missing(event: Candidate): Problem[] {
  const needed = ['kind', 'title', 'startsAt', 'endsAt', 'timeZone'] as const;
  return needed
    .filter((field) => event[field] === null)
    .map((field) => problem('INVALID', 'An event needs this.', [field]));
}

function textProblems(field: string, text: Text | null, least: number, most: number): Problem[] {
  return (['ko', 'en'] as const).flatMap((language) => {
    const words = text?.[language] ?? null;
    return words === null || (words.length >= least && words.length <= most)
      ? []
      : [problem('INVALID', `This has ${least} to ${most} characters.`, [field, language])];
  });
}

function lengthProblems(field: string, words: string | null, most: number): Problem[] {
  return words === null || words.length <= most
    ? []
    : [problem('INVALID', `This has at most ${most} characters.`, [field])];
}

function tooMany(field: string, list: readonly string[], most: number): Problem[] {
  return list.length <= most
    ? []
    : [
        problem('LIMIT_REACHED', `At most ${most} can be named.`, [field], {
          limit: String(most),
          found: String(list.length),
        }),
      ];
}

function sectorProblems(codes: readonly string[]): Problem[] {
  const malformed = codes.flatMap((code, index) =>
    isSectorCode(code)
      ? []
      : [
          problem('INVALID', 'A sector code is 2 to 40 lower-case letters, digits and hyphens.', [
            'sectors',
            String(index),
          ]),
        ],
  );
  return [...malformed, ...tooMany('sectors', codes, mostSectors)];
}

/** Whether the text has the form of a sector code. */
export function isSectorCode(code: string): boolean {
  return code.length >= 2 && code.length <= 40 && /^[a-z0-9]+(-[a-z0-9]+)*$/.test(code);
}

function placeProblems({ region, onlineUrl }: Candidate): Problem[] {
  if (onlineUrl !== null && !isWebAddress(onlineUrl))
    return [
      problem('INVALID', 'This is an https or http address of at most 2,000 characters.', [
        'onlineUrl',
      ]),
    ];
  return region === null && onlineUrl === null
    ? [problem('INVALID', 'An event takes place in a region, online, or both.', ['region'])]
    : [];
}

function isWebAddress(address: string): boolean {
  return address.length <= 2_000 && /^https?:\/\//i.test(address) && URL.canParse(address);
}

function hourProblems({ startsAt, endsAt, timeZone }: Candidate): Problem[] {
  const problems = timeZone === null || isTimeZone(timeZone) ? [] : [noTimeZone()];
  if (startsAt === null || endsAt === null) return problems;
  const millis = endsAt.getTime() - startsAt.getTime();
  if (millis < 0) problems.push(problem('INVALID', 'It ends after it begins.', ['endsAt']));
  if (millis > longestDays * dayMillis)
    problems.push(
      problem('INVALID', `It lasts at most ${longestDays} days.`, ['endsAt'], {
        rule: 'LONGEST_EVENT',
        limit: `${longestDays} days`,
        found: `${Math.ceil(millis / dayMillis)} days`,
      }),
    );
  return problems;
}

function noTimeZone(): Problem {
  return problem('INVALID', 'This is no IANA time zone.', ['timeZone']);
}

/** Whether the text names an IANA time zone; an offset does not. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

function capacityProblems(capacity: number | null): Problem[] {
  return capacity === null || (capacity >= 1 && capacity <= 1_000_000)
    ? []
    : [problem('INVALID', 'This is a whole number from 1 to 1,000,000.', ['capacity'])];
}
