/** What may be said about a service, and how it is found by it. Pure. */
import { isDeepStrictEqual } from 'node:util';

import { problem, type Problem } from '#kit/refusal.ts';
import { grams, searchForm, tidy, tidyText, type Text } from '#kit/text.ts';
import type {
  ClaimedCertification,
  ServiceDetails,
  ServiceModel,
  ServiceTraces,
} from './service.model.ts';

type Maybe<Value> = Value | null | undefined;

/** A text as somebody gives it. */
export interface TextInput {
  ko?: Maybe<string>;
  en?: Maybe<string>;
}

/** A certificate as somebody claims it. */
export interface ClaimedCertificationInput {
  scheme: string;
  grade?: Maybe<string>;
  validTo?: Maybe<string>;
}

/** What somebody says about a service: what is left out stays, what is null is cleared. */
export interface DetailsInput {
  name?: Maybe<TextInput>;
  summary?: Maybe<TextInput>;
  models?: Maybe<ServiceModel[]>;
  categories?: Maybe<string[]>;
  /** Ids or codes. */
  technologies?: Maybe<string[]>;
  sectors?: Maybe<string[]>;
  certifications?: Maybe<ClaimedCertificationInput[]>;
  url?: Maybe<string>;
  priceNote?: Maybe<TextInput>;
}

/** Details that may still lack a name. */
export type Candidate = Omit<ServiceDetails, 'name'> & { name: Text | null };

/**
 * What a service would be with what is said about it, tidied.
 *
 * @param base the service as it is, or null for a new one
 * @param ids technology ids by the names in `input.technologies`; unknown ones are left out
 */
export function candidate(
  base: ServiceDetails | null,
  input: DetailsInput,
  ids: ReadonlyMap<string, string>,
): Candidate {
  const is: Partial<ServiceDetails> = base ?? {};
  const idsOf = (names: string[]) => unique(names.flatMap((name) => ids.get(name) ?? []));
  return {
    name: said(input.name, is.name, someText),
    summary: said(input.summary, is.summary, someText),
    models: saidList(input.models, is.models, unique),
    categories: saidList(input.categories, is.categories, (names) =>
      unique(names.map((name) => tidy(name).toLowerCase())),
    ),
    technologies: saidList(input.technologies, is.technologies, idsOf),
    sectors: saidList(input.sectors, is.sectors, (codes) => unique(codes.map(tidy))),
    certifications: saidList(input.certifications, is.certifications, (claims) =>
      claims.map(claimed),
    ),
    url: said(input.url, is.url, (url) => tidy(url) || null),
    priceNote: said(input.priceNote, is.priceNote, someText),
  };
}

/** Every reason why a candidate is no service, not even a draft. */
export function detailProblems(service: Candidate, path: string[] = []): Problem[] {
  return [
    ...(service.name === null ? [problem('INVALID', 'A service needs a name.', ['name'])] : []),
    ...textProblems('name', service.name, 2, 200),
    ...textProblems('summary', service.summary, 1, 2_000),
    ...textProblems('priceNote', service.priceNote, 1, 1_000),
    ...tooMany('technologies', service.technologies, 30),
    ...tooMany('sectors', service.sectors, 20),
    ...tooMany('categories', service.categories, 10),
    ...tooMany('certifications', service.certifications, 20),
    ...formProblems('sectors', service.sectors, isSectorCode, 'This is no sector code.'),
    ...formProblems('categories', service.categories, isCategory, 'This has 2 to 60 characters.'),
    ...service.certifications.flatMap(claimProblems),
    ...(service.url === null || isWebAddress(service.url)
      ? []
      : [problem('INVALID', 'This is an http or https address, at most 2,000 long.', ['url'])]),
  ].map((each) => ({ ...each, path: [...path, ...each.path] }));
}

/** What a service lacks before it may be in the catalogue. */
export function catalogueProblems(service: Candidate, path: string[] = []): Problem[] {
  const lacks: [boolean, keyof ServiceDetails, string][] = [
    [service.summary === null, 'summary', 'Before it is listed, say what it does.'],
    [service.models.length === 0, 'models', 'Before it is listed, say what is delivered.'],
  ];
  return lacks
    .filter(([lacking]) => lacking)
    .map(([, field, message]) =>
      problem('INVALID', message, [...path, field], { rule: 'CATALOGUE_COMPLETE' }),
    );
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
 * How a service is found.
 *
 * @param providerNames the provider's names, in any language
 */
export function tracesOf(
  { name, categories }: Pick<ServiceDetails, 'name' | 'categories'>,
  providerNames: readonly (string | null)[],
): ServiceTraces {
  const lines = [name.ko, name.en, ...providerNames, ...categories]
    .map((line) => searchForm(line ?? ''))
    .filter((line) => line !== '');
  return {
    sortName: ownName(name),
    words: lines.join('\n'),
    grams: unique(lines.flatMap((line) => [...grams(line, 1), ...grams(line, 2)])),
  };
}

/** The name by which services are told apart and sorted: Korean where there is one. */
export function ownName(name: Text): string {
  return searchForm(name.ko ?? name.en ?? '');
}

const detailFields = [
  'name',
  'summary',
  'models',
  'categories',
  'technologies',
  'sectors',
  'certifications',
  'url',
  'priceNote',
] as const satisfies readonly (keyof ServiceDetails)[];

/** Whether nothing that is said about a service differs. */
export function isSame(before: ServiceDetails, after: ServiceDetails): boolean {
  return detailFields.every((field) => isDeepStrictEqual(before[field], after[field]));
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
function saidList<Input, Value>(
  input: Input[] | null | undefined,
  base: Value[] | undefined,
  tidied: (input: Input[]) => Value[],
): Value[] {
  return input === undefined ? (base ?? []) : tidied(input ?? []);
}

function someText(input: TextInput): Text | null {
  const text = tidyText({ ko: input.ko ?? null, en: input.en ?? null });
  return text.ko === null && text.en === null ? null : text;
}

function claimed({ scheme, grade, validTo }: ClaimedCertificationInput): ClaimedCertification {
  return {
    scheme: tidy(scheme).toUpperCase(),
    grade: grade == null ? null : tidy(grade).toUpperCase(),
    validTo: validTo ?? null,
  };
}

function unique<Value>(values: Value[]): Value[] {
  return [...new Set(values)];
}

function textProblems(field: string, text: Text | null, least: number, most: number): Problem[] {
  return (['ko', 'en'] as const).flatMap((language) => {
    const words = text?.[language] ?? null;
    return words === null || (words.length >= least && words.length <= most)
      ? []
      : [problem('INVALID', `This has ${least} to ${most} characters.`, [field, language])];
  });
}

function tooMany(field: string, list: readonly unknown[], most: number): Problem[] {
  return list.length <= most
    ? []
    : [
        problem('LIMIT_REACHED', `At most ${most} can be named.`, [field], {
          limit: String(most),
          found: String(list.length),
        }),
      ];
}

function formProblems(
  field: string,
  list: readonly string[],
  isGood: (value: string) => boolean,
  message: string,
): Problem[] {
  return list.flatMap((value, index) =>
    isGood(value) ? [] : [problem('INVALID', message, [field, String(index)])],
  );
}

function claimProblems({ scheme, grade }: ClaimedCertification, index: number): Problem[] {
  const parts = [
    ['scheme', scheme] as const,
    ...(grade === null ? [] : [['grade', grade] as const]),
  ];
  return parts
    .filter(([, value]) => !isSchemeName(value))
    .map(([part]) =>
      problem('INVALID', 'This is 2 to 32 letters, digits, hyphens and underscores.', [
        'certifications',
        String(index),
        part,
      ]),
    );
}

/** Whether the text has the form of a scheme's or a grade's name. */
export function isSchemeName(name: string): boolean {
  return /^[A-Z0-9_-]{2,32}$/.test(name);
}

function isSectorCode(code: string): boolean {
  return code.length >= 2 && code.length <= 40 && /^[a-z0-9]+(-[a-z0-9]+)*$/.test(code);
}

function isCategory(name: string): boolean {
  return name.length >= 2 && name.length <= 60;
}

/** Whether the text is an http or https address of bearable length. */
export function isWebAddress(address: string): boolean {
  return address.length <= 2_000 && /^https?:\/\//i.test(address) && URL.canParse(address);
}
