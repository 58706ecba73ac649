/** What a filter of the partner search means to the database: pure. */
import type { QueryFilter } from 'mongoose';

import { badInput } from '#kit/page.ts';
import type { CompanyKind, CompanySize, CompanyStatus } from '#schema/facts.ts';
import type { EntryRecord } from './entry.model.ts';
import { facet, type FacetName } from './entry.ts';
import { pairsBetween } from './pairs.ts';
import { regionsNear } from './region-neighbours.ts';
import { patternOfWord, termsOfWord, wordsOf } from './terms.ts';

/** A certificate that is asked for. */
export interface CertificateWanted {
  scheme: string;
  type?: string | null | undefined;
  grade?: string | null | undefined;
}

/** A technology that is asked for. */
export interface TechnologyWanted {
  technologyId: string;
  /** TRL 1 to 9, as an expert found it where one looked, else as declared. */
  level?: number | undefined;
}

/** What a firm must have done at least. */
export interface TrackWanted {
  projects?: number | null | undefined;
  /** Basis points. */
  onTime?: number | null | undefined;
  /** 1.0 to 5.0. */
  rating?: number | null | undefined;
}

/** What companies must have in common. */
export interface CompanyFilter {
  text?: string | null | undefined;
  kinds?: CompanyKind[] | null | undefined;
  sectors?: string[] | null | undefined;
  regions?: string[] | null | undefined;
  near?: string | null | undefined;
  sizes?: CompanySize[] | null | undefined;
  statuses?: CompanyStatus[] | null | undefined;
  certificate?: CertificateWanted | null | undefined;
  technologies?: TechnologyWanted[] | null | undefined;
  available?: boolean | null | undefined;
  trackRecord?: TrackWanted | null | undefined;
  origin?: { source: string; externalIds?: string[] | null | undefined } | null | undefined;
}

const mostCharacters = 100;
const mostTechnologies = 20;
/** Of one list: each is compared with every entry of the sample. */
const mostValues = 100;

/**
 * The query that a filter means.
 *
 * @param today `YYYY-MM-DD` in Asia/Seoul
 * @param ids companies of the source's keys; null when the filter names none
 * @param way the terms in the order in which they are to be looked up; those of the filter as they come when absent
 * @throws {GraphQLError} BAD_USER_INPUT for a text or a list that is too long, or a level that there is not
 */
export function entryQuery(
  filter: CompanyFilter,
  today: string,
  ids: string[] | null,
  way: Way = plainWay(termsOfFilter(filter)),
): QueryFilter<EntryRecord> {
  const words = wordsIn(filter);
  const conditions: QueryFilter<EntryRecord>[] = [
    ...(ids === null ? [] : [{ _id: { $in: ids } }]),
    ...termConditions(way),
    { status: oneOrAny(statusesOf(filter)) },
    ...(filter.available === false ? [{ terms: { $ne: facet('available', 'yes') } }] : []),
    ...(asksForNothing(filter) ? [{ _id: { $in: [] } }] : []),
    ...words.map((word) => ({ forms: { $regex: patternOfWord(word) } })),
    ...technologiesIn(filter).map(able),
    ...(filter.certificate ? [held(filter.certificate, today)] : []),
    ...done(filter.trackRecord),
  ];
  return conditions.length === 1 ? (conditions[0] ?? {}) : { $and: conditions };
}

/** What must all hold, the one that leads first: those of one term in one condition, unless a list leads. */
function termConditions(way: Way): QueryFilter<EntryRecord>[] {
  const all = way.filter(({ length }) => length === 1).flat();
  const lists = way
    .filter(({ length }) => length !== 1)
    .map((terms) => ({ terms: { $in: terms } }));
  const every = all.length > 0 ? [{ terms: { $all: all } }] : [];
  return way[0]?.length === 1 ? [...every, ...lists] : [...lists, ...every];
}

/** The terms that a filter asks for. */
export interface Terms {
  /** An entry must have every one. */
  all: string[];
  /** Of each group it must have one. */
  anyOf: string[][];
}

/** Lists of terms, of each of which an entry must have one; the first one leads the way through the index. */
export type Way = readonly (readonly string[])[];

/** The terms as they come. */
export function plainWay({ all, anyOf }: Terms): Way {
  return [...all.map((term) => [term]), ...anyOf];
}

/** How many entries have a term of the list. */
export type Frequency = (list: readonly string[]) => number;

/** So many ranges of an index are read side by side, in its order. */
const mostPairs = 50;

/**
 * The way that looks at the fewest entries: two lists that few have together become one of their pairs, and what few have
 * comes first.
 */
export function shortestWay(terms: Terms, frequency: Frequency): Way {
  const weighed = (list: readonly string[]) => ({ list, weight: frequency(list) });
  const plain = plainWay(terms);
  const joints = plain.flatMap((one, index) =>
    plain.slice(index + 1).flatMap((other) => {
      const pairs = pairsBetween(one, other);
      const isWay = pairs.length > 0 && pairs.length <= mostPairs;
      return isWay ? [{ ...weighed(pairs), covered: [one, other] }] : [];
    }),
  );
  const [joint] = joints.toSorted(lighterFirst);
  const rest = plain.filter((list) => !joint?.covered.includes(list)).map(weighed);
  const lists = joint ? [joint, ...rest] : rest;
  return lists.toSorted(lighterFirst).map(({ list }) => list);
}

function lighterFirst(a: { weight: number }, b: { weight: number }): number {
  return a.weight - b.weight;
}

/** The terms that a filter asks for. */
export function termsOfFilter(filter: CompanyFilter): Terms {
  const lists = anyFacets(filter);
  // A list of one is a term that every entry must have, and may lead the way.
  const only = lists.filter(({ length }) => length === 1).flat();
  return {
    all: [...wordsIn(filter).flatMap(termsOfWord), ...singleFacets(filter), ...only],
    anyOf: lists.filter(({ length }) => length !== 1),
  };
}

/** Whether a text is asked for that has no letter and no digit: nothing has it. */
export function asksForNothing({ text }: CompanyFilter): boolean {
  return (text ?? '').trim() !== '' && wordsOf(text ?? '').length === 0;
}

/** The words that a filter's text holds. */
export function wordsIn({ text }: CompanyFilter): string[] {
  if ((text?.length ?? 0) > mostCharacters)
    throw badInput(`text has at most ${mostCharacters} characters.`);
  return wordsOf(text ?? '');
}

function technologiesIn({ technologies }: CompanyFilter): TechnologyWanted[] {
  const wanted = technologies ?? [];
  if (wanted.length > mostTechnologies) throw badInput(`At most ${mostTechnologies} technologies.`);
  if (wanted.some(({ level = 1 }) => level < 1 || level > 9)) throw badInput('A level is 1 to 9.');
  return wanted;
}

/** Facets that must all be there. */
function singleFacets(filter: CompanyFilter): string[] {
  const { certificate, origin, available } = filter;
  return [
    ...technologiesIn(filter).map(({ technologyId }) => facet('technology', technologyId)),
    ...(certificate ? [facet('certificate', certificate.scheme)] : []),
    ...(origin ? [facet('source', origin.source)] : []),
    ...(available === true ? [facet('available', 'yes')] : []),
  ];
}

/** Lists of facets, of each of which one must be there. */
function anyFacets({ kinds, sectors, regions, near, sizes }: CompanyFilter): string[][] {
  return [
    facets('kind', kinds),
    facets('sector', sectors),
    facets('region', regions),
    facets('region', near == null ? null : regionsNear(near)),
    facets('size', sizes),
  ].filter((terms) => terms !== null);
}

/** Any of the values; null when the filter does not ask, so that an empty list finds nothing. */
function facets(name: FacetName, values: readonly string[] | null | undefined): string[] | null {
  if (values == null) return null;
  const each = new Set(values);
  if (each.size > mostValues) throw badInput(`At most ${mostValues} values of one list.`);
  return [...each].map((value) => facet(name, value));
}

/** The states that a filter asks for: approved when it does not say. */
export function statusesOf({ statuses }: CompanyFilter): readonly CompanyStatus[] {
  return statuses ?? ['APPROVED'];
}

/** One state is asked for as such, so that the index gives the order too. */
function oneOrAny(statuses: readonly CompanyStatus[]) {
  const [only, ...more] = statuses;
  return only !== undefined && more.length === 0 ? only : { $in: [...statuses] };
}

function able({ technologyId, level = 1 }: TechnologyWanted): QueryFilter<EntryRecord> {
  return { technologies: { $elemMatch: { technologyId, level: { $gte: level } } } };
}

function done(wanted: TrackWanted | null | undefined): QueryFilter<EntryRecord>[] {
  const { projects, onTime, rating } = wanted ?? {};
  return [
    ...(projects == null ? [] : [{ completed: { $gte: projects } }]),
    ...(onTime == null ? [] : [{ completed: { $gte: 1 }, onTime: { $gte: onTime } }]),
    ...(rating == null ? [] : [{ rating: { $gte: rating } }]),
  ];
}

function held({ scheme, type, grade }: CertificateWanted, today: string): QueryFilter<EntryRecord> {
  const certificate = {
    scheme,
    ...(type != null && { type }),
    ...(grade != null && { grade }),
    validFrom: { $lte: today },
    validTo: { $gte: today },
  };
  return { certificates: { $elemMatch: certificate } };
}
