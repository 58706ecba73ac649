/** What may be said about an event, and how it is found by it. Pure. */
import { isDeepStrictEqual } from 'node:util';

import { problem, type Problem } from '#kit/refusal.ts';
import { grams, searchForm, tidy, tidyText, type Text } from '#kit/text.ts';
import type { EventDetails, EventKind, EventTraces } from './event.model.ts';
import type { EventField } from '../news/news.model.ts';

/** An event lasts this long at most, in days: so a list of what is not over need not look back further. */
export const longestDays = 92;
export const dayMillis = 86_400_000;

const mostSectors = 20;
const mostTechnologies = 20;

type Maybe<Value> = Value | null | undefined;

/** A text as somebody gives it. */
export interface TextInput {
  ko?: Maybe<string>;
  en?: Maybe<string>;
}

/** What somebody says about an event: what is left out stays, what is null is cleared. */
export interface DetailsInput {
  kind?: Maybe<EventKind>;
  title?: Maybe<TextInput>;
  description?: Maybe<TextInput>;
  organizer?: Maybe<string>;
  sectors?: Maybe<string[]>;
  /** Ids or codes. */
  technologies?: Maybe<string[]>;
  region?: Maybe<string>;
  venue?: Maybe<string>;
  onlineUrl?: Maybe<string>;
  startsAt?: Maybe<Date>;
  endsAt?: Maybe<Date>;
  timeZone?: Maybe<string>;
  capacity?: Maybe<number>;
}

/** Details that may still lack what an event needs. */
export type Candidate = { [Field in keyof EventDetails]: EventDetails[Field] | null };

/**
 * What an event would be with what is said about it, tidied.
 *
 * @param base the event as it is, or null for a new one
 * @param ids technology ids by the names in `input.technologies`; unknown ones are left out
 */
export function candidate(
  base: EventDetails | null,
  input: DetailsInput,
  ids: ReadonlyMap<string, string>,
): Candidate {
  const is: Partial<EventDetails> = base ?? {};
  const idsOf = (names: string[]) => unique(names.flatMap((name) => ids.get(name) ?? []));
  return {
    kind: said(input.kind, is.kind, same),
    title: said(input.title, is.title, someText),
    description: said(input.description, is.description, someText),
    organizer: said(input.organizer, is.organizer, someWords),
    sectors: saidList(input.sectors, is.sectors, tidyCodes),
    technologies: saidList(input.technologies, is.technologies, idsOf),
    region: said(input.region, is.region, same),
    venue: said(input.venue, is.venue, someWords),
    onlineUrl: said(input.onlineUrl, is.onlineUrl, someWords),
    startsAt: said(input.startsAt, is.startsAt, same),
    endsAt: said(input.endsAt, is.endsAt, same),
    timeZone: said(input.timeZone, is.timeZone, someWords),
    capacity: said(input.capacity, is.capacity, same),
  };
}

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

/**
 * How an event is found.
 *
 * @param hostName the host's names, in any language
 */
export function tracesOf(
  { title, venue, organizer, region }: EventDetails,
  hostName: readonly (string | null)[],
): EventTraces {
  const lines = [title.ko, title.en, venue, organizer, ...hostName]
    .map((line) => searchForm(line ?? ''))
    .filter((line) => line !== '');
  return {
    places: region === null ? [] : unique([region.slice(0, 2), region]),
    words: lines.join('\n'),
    grams: unique(lines.flatMap((line) => [...grams(line, 1), ...grams(line, 2)])),
  };
}

const fieldNames: { [Field in keyof EventDetails]: EventField } = {
  kind: 'KIND',
  title: 'TITLE',
  description: 'DESCRIPTION',
  organizer: 'ORGANIZER',
  sectors: 'SECTORS',
  technologies: 'TECHNOLOGIES',
  region: 'REGION',
  venue: 'VENUE',
  onlineUrl: 'ONLINE_URL',
  startsAt: 'STARTS_AT',
  endsAt: 'ENDS_AT',
  timeZone: 'TIME_ZONE',
  capacity: 'CAPACITY',
};

/** Which fields differ. */
export function changedFields(before: EventDetails, after: EventDetails): EventField[] {
  const fields = Object.keys(fieldNames) as (keyof EventDetails)[];
  return fields
    .filter((field) => !isDeepStrictEqual(before[field], after[field]))
    .map((field) => fieldNames[field]);
}

/** An event's details alone. */
export function detailsOf(event: EventDetails): EventDetails {
  const fields = Object.keys(fieldNames) as (keyof EventDetails)[];
  return Object.fromEntries(
    fields.map((field) => [field, event[field]]),
  ) as unknown as EventDetails;
}

function said<Input, Value>(
  input: Input | null | undefined,
  base: Value | null | undefined,
  tidied: (input: Input) => Value | null,
): Value | null {
  if (input === undefined) return base ?? null;
  return input === null ? null : tidied(input);
}

/** A list that is cleared is empty. */
function saidList(
  input: string[] | null | undefined,
  base: string[] | undefined,
  tidied: (input: string[]) => string[],
): string[] {
  return input === undefined ? (base ?? []) : tidied(input ?? []);
}

function tidyCodes(codes: string[]): string[] {
  return unique(codes.map(tidy));
}

function same<Value>(value: Value): Value {
  return value;
}

function someText(input: TextInput): Text | null {
  const text = tidyText({ ko: input.ko ?? null, en: input.en ?? null });
  return text.ko === null && text.en === null ? null : text;
}

function someWords(input: string): string | null {
  return tidy(input) || null;
}

function unique<Value>(values: Value[]): Value[] {
  return [...new Set(values)];
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
