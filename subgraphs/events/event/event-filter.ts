/** Which events somebody wants: as a question to the database, and as a test on one event. Both say the same. */
import type { Model, QueryFilter } from 'mongoose';

import { badInput } from '#kit/page.ts';
import { problem, type Problem } from '#kit/refusal.ts';
import { grams, searchForm, tidy } from '#kit/text.ts';
import { type NodeRecord, withContents } from '#kit/tree.ts';
import { dayMillis, longestDays } from './event-rules.ts';
import type { EventKind, EventRecord } from './event.model.ts';
import type { NewsTraces } from '../news/news.model.ts';

type Maybe<Value> = Value | null | undefined;

/** Which events somebody wants, as they say it. */
export interface EventFilter {
  text?: Maybe<string>;
  kinds?: Maybe<EventKind[]>;
  sectors?: Maybe<string[]>;
  /** Ids or codes. */
  technologies?: Maybe<string[]>;
  regions?: Maybe<string[]>;
  hostId?: Maybe<string>;
  from?: Maybe<Date>;
  to?: Maybe<Date>;
  includeCancelled?: Maybe<boolean>;
}

/** A filter that was checked; null narrows nothing. Technologies are ids, with all that they contain. */
export interface Selection {
  /** Search forms, all of which must occur. */
  terms: string[];
  kinds: EventKind[] | null;
  sectors: string[] | null;
  technologies: string[] | null;
  regions: string[] | null;
  hostId: string | null;
  from: Date | null;
  to: Date | null;
  includeCancelled: boolean;
}

const mostEntries = 50;
const longestText = 100;

/** What selects everything that is not cancelled. */
export const anyEvent: Selection = {
  terms: [],
  kinds: null,
  sectors: null,
  technologies: null,
  regions: null,
  hostId: null,
  from: null,
  to: null,
  includeCancelled: false,
};

/** What selects everything, cancelled or not. */
export const everything: Selection = { ...anyEvent, includeCancelled: true };

/**
 * The selection that a filter states.
 *
 * @throws {GraphQLError} BAD_USER_INPUT when the filter has a fault
 */
export async function select(
  { technologies }: { technologies: Model<NodeRecord> },
  filter: EventFilter | null | undefined,
): Promise<Selection> {
  const asked: EventFilter = filter ?? {};
  const [fault] = filterProblems(asked);
  if (fault) throw badInput(`filter.${fault.path.join('.')}: ${fault.message}`);
  const named = list(asked.technologies);
  return {
    terms: termsOf(asked.text),
    kinds: list(asked.kinds),
    sectors: list(asked.sectors),
    technologies: named && (await withContents(technologies, named)),
    regions: list(asked.regions),
    hostId: asked.hostId ?? null,
    from: asked.from ?? null,
    to: asked.to ?? null,
    includeCancelled: asked.includeCancelled === true,
  };
}

/** Every fault of a filter: a list or a text too long, a text without a letter, a time span that is empty. */
export function filterProblems({ text, from, to, ...lists }: EventFilter): Problem[] {
  const problems = (['kinds', 'sectors', 'technologies', 'regions'] as const)
    .filter((field) => (lists[field]?.length ?? 0) > mostEntries)
    .map((field) =>
      problem('LIMIT_REACHED', `At most ${mostEntries} can be named.`, [field], {
        limit: String(mostEntries),
        found: String(lists[field]?.length),
      }),
    );
  if (text != null && (text.length > longestText || termsOf(text).length === 0))
    problems.push(
      problem('INVALID', `This has 1 to ${longestText} characters, a letter or digit among them.`, [
        'text',
      ]),
    );
  if (from && to && from >= to)
    problems.push(problem('INVALID', 'A span ends after it begins.', ['to']));
  return problems;
}

/** Conditions by field, as MongoDB takes them. */
type Condition = Partial<Record<keyof NewsTraces | '$and', unknown>>;

/** The question for events of a selection. */
export function eventQuery(selection: Selection): QueryFilter<EventRecord> {
  const open = selection.includeCancelled ? {} : { status: 'ANNOUNCED' };
  return { ...traceQuery(selection), ...open } as QueryFilter<EventRecord>;
}

/** The question for what an event or an entry of the feed is found by. */
export function traceQuery(selection: Selection): Condition {
  const { terms, kinds, sectors, technologies, regions, hostId, from, to } = selection;
  return {
    ...(kinds && { kind: { $in: kinds } }),
    ...(sectors && { sectors: { $in: sectors } }),
    ...(technologies && { technologies: { $in: technologies } }),
    ...(regions && { places: { $in: regions } }),
    ...(hostId !== null && { hostId }),
    ...(terms.length > 0 && wordQuery(terms)),
    ...(from && { endsAt: { $gt: from } }),
    ...((from || to) && { startsAt: startBounds(from, to) }),
  };
}

/** The question for entries of the feed: about an event of the selection as it became, or as it was. */
export function newsQuery(selection: Selection): { about?: object } {
  const traces = traceQuery(selection);
  return Object.keys(traces).length > 0 ? { about: { $elemMatch: traces } } : {};
}

/** Whether an event, by its traces, belongs to a selection; says what `traceQuery` asks. */
export function matches(selection: Selection, traces: NewsTraces): boolean {
  const { terms, hostId } = selection;
  return (
    anyOf(selection.kinds, [traces.kind]) &&
    anyOf(selection.sectors, traces.sectors) &&
    anyOf(selection.technologies, traces.technologies) &&
    anyOf(selection.regions, traces.places) &&
    (hostId === null || hostId === traces.hostId) &&
    isWithin(selection, traces) &&
    terms.every((term) => traces.words.includes(term))
  );
}

function isWithin({ from, to }: Selection, { startsAt, endsAt }: NewsTraces): boolean {
  return (from === null || endsAt > from) && (to === null || startsAt < to);
}

function anyOf<Value>(wanted: Value[] | null, there: readonly Value[]): boolean {
  return wanted === null || there.some((each) => wanted.includes(each));
}

/** Pairs of characters find candidates by an index; the words decide. */
function wordQuery(terms: string[]): Condition {
  const parts = terms.flatMap((term) => (Array.from(term).length === 1 ? [term] : grams(term, 2)));
  return {
    grams: { $all: [...new Set(parts)] },
    // A search form has letters and digits only: nothing to escape.
    $and: terms.map((term) => ({ words: { $regex: term } })),
  };
}

/** No event lasts longer than `longestDays`: what ends after `from` began no earlier than that before it. */
function startBounds(from: Date | null, to: Date | null): { $gt?: Date; $lt?: Date } {
  return {
    ...(from && { $gt: new Date(from.getTime() - (longestDays + 1) * dayMillis) }),
    ...(to && { $lt: to }),
  };
}

/** Search forms of the words of a text, each once. */
export function termsOf(text: string | null | undefined): string[] {
  const terms = tidy(text ?? '')
    .split(' ')
    .map(searchForm);
  return [...new Set(terms.filter(Boolean))];
}

function list<Value>(values: Value[] | null | undefined): Value[] | null {
  return values && values.length > 0 ? [...new Set(values)] : null;
}
