/** What may be said about an event, and how it is found by it. Pure. */
import { isDeepStrictEqual } from 'node:util';

import { grams, searchForm, tidy, tidyText, type Text } from '#kit/text.ts';
import type { EventDetails, EventKind, EventTraces } from './event.model.ts';
import type { EventField } from '../news/news.model.ts';

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
