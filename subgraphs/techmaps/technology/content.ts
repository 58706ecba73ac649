/** What a version of a map says of a technology besides its place, and the limits of that. */
import { problem, type Problem } from '#kit/refusal.ts';
import { tidy, tidyText, type Text } from '#kit/text.ts';

/** What kind of node a technology is, broadest first. */
export const technologyKinds = ['DOMAIN', 'AREA', 'TECHNOLOGY'] as const;
export type TechnologyKind = (typeof technologyKinds)[number];

/** Where to read about a technology. */
export interface Link {
  title: string | null;
  /** http or https, at most 500 characters. */
  url: string;
}

/** What is said of a technology. */
export interface Content {
  name: Text;
  aliases: string[];
  description: Text | null;
  links: Link[];
  kind: TechnologyKind;
  /** Whether it is a core technology of its map. */
  core: boolean;
  /** Order among its siblings, 0 to 9999. */
  position: number;
}

/** A text as a client gives it. */
export interface GivenText {
  ko?: string | null | undefined;
  en?: string | null | undefined;
}

/** Content as a client gives it; what is not given is `undefined` or null. */
export interface ContentInput {
  name?: GivenText | null | undefined;
  aliases?: readonly string[] | null | undefined;
  description?: GivenText | null | undefined;
  links?: readonly { title?: string | null | undefined; url: string }[] | null | undefined;
  kind?: TechnologyKind | null | undefined;
  core?: boolean | null | undefined;
  position?: number | null | undefined;
}

/** Limits, in characters or in how many. */
export const contentLimits = {
  code: 160,
  name: 200,
  alias: 120,
  aliases: 20,
  description: 2_000,
  links: 20,
  linkTitle: 120,
  url: 500,
  position: 9_999,
} as const;

const codeForm = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/;

/** The content that a new technology gets: what is given, tidied, and what holds where nothing is. */
export function newContent(
  given: ContentInput & { name: GivenText; kind: TechnologyKind },
): Content {
  return changedContent(
    {
      name: { ko: null, en: null },
      aliases: [],
      description: null,
      links: [],
      kind: given.kind,
      core: false,
      position: 0,
    },
    given,
  );
}

/** The content after a change: what is given replaces what was; only a description can be taken away by null. */
export function changedContent(before: Content, given: ContentInput): Content {
  const { name, aliases, description, links, kind, core, position } = given;
  return {
    name: name == null ? before.name : givenText(name),
    aliases: aliases == null ? before.aliases : [...new Set(aliases.map(tidy))].filter(Boolean),
    description: description === undefined ? before.description : textOrNull(description),
    links: links == null ? before.links : links.map(tidyLink),
    kind: kind ?? before.kind,
    core: core ?? before.core,
    position: position ?? before.position,
  };
}

/** A text tidied; an empty language becomes null. */
export function givenText({ ko = null, en = null }: GivenText): Text {
  return tidyText({ ko, en });
}

/** A text tidied; null when neither language says anything. */
export function textOrNull(text: GivenText | null): Text | null {
  const tidied = givenText(text ?? {});
  return tidied.ko === null && tidied.en === null ? null : tidied;
}

/** Whether a code is parts of lower-case letters, digits and hyphens, joined by dots, at most 160 characters. */
export function codeFaults(code: string, path: string[]): Problem[] {
  if (codeForm.test(code) && code.length <= contentLimits.code) return [];
  return [
    problem(
      'INVALID',
      'A code is parts of lower-case letters, digits and hyphens, joined by dots; at most 160 characters.',
      path,
      { rule: 'CODE_HAS_FORM', found: code.slice(0, 200) },
    ),
  ];
}

/** Every limit that the content breaks, each at its path below `path`. */
export function contentFaults(content: Content, path: string[]): Problem[] {
  const { name, aliases, description, links, position } = content;
  const limits = contentLimits;
  return [
    ...nameFaults(name, limits.name, [...path, 'name']),
    ...(description === null
      ? []
      : textFaults(description, limits.description, [...path, 'description'])),
    ...countFaults(aliases.length, limits.aliases, [...path, 'aliases']),
    ...aliases.flatMap((alias, index) =>
      lengthFaults(alias, limits.alias, [...path, 'aliases', String(index)]),
    ),
    ...countFaults(links.length, limits.links, [...path, 'links']),
    ...links.flatMap((link, index) => linkFaults(link, [...path, 'links', String(index)])),
    ...positionFaults(position, [...path, 'position']),
  ];
}

/** A name must be there in one language, and no language's may be longer than `most` characters. */
export function nameFaults(name: Text, most: number, path: string[]): Problem[] {
  if (name.ko === null && name.en === null)
    return [problem('INVALID', 'A name is needed in Korean or English.', path)];
  return textFaults(name, most, path);
}

/** No language's text may be longer than `most` characters. */
export function textFaults(text: Text, most: number, path: string[]): Problem[] {
  return [
    ...lengthFaults(text.ko ?? '', most, [...path, 'ko']),
    ...lengthFaults(text.en ?? '', most, [...path, 'en']),
  ];
}

/** A text may not be longer than `most` characters. */
export function lengthFaults(text: string, most: number, path: string[]): Problem[] {
  const length = Array.from(text).length;
  if (length <= most) return [];
  return [
    problem('INVALID', `This has at most ${most} characters.`, path, {
      rule: 'TEXT_LENGTH',
      limit: String(most),
      found: String(length),
    }),
  ];
}

/** A list may not hold more than `most`. */
export function countFaults(count: number, most: number, path: string[]): Problem[] {
  if (count <= most) return [];
  return [
    problem('LIMIT_REACHED', `There are at most ${most} of these.`, path, {
      rule: 'LIST_LENGTH',
      limit: String(most),
      found: String(count),
    }),
  ];
}

/** An address must be http or https, at most 500 characters. */
export function urlFaults(url: string, path: string[]): Problem[] {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  const web = parsed?.protocol === 'http:' || parsed?.protocol === 'https:';
  if (web && url.length <= contentLimits.url) return [];
  return [
    problem(
      'INVALID',
      'An address begins with http:// or https://; at most 500 characters.',
      path,
      {
        rule: 'ADDRESS_IS_WEB',
      },
    ),
  ];
}

function linkFaults({ title, url }: Link, path: string[]): Problem[] {
  return [
    ...lengthFaults(title ?? '', contentLimits.linkTitle, [...path, 'title']),
    ...urlFaults(url, [...path, 'url']),
  ];
}

function positionFaults(position: number, path: string[]): Problem[] {
  if (position >= 0 && position <= contentLimits.position) return [];
  return [
    problem('INVALID', 'A position is a whole number from 0 to 9999.', path, {
      limit: '0-9999',
      found: String(position),
    }),
  ];
}

function tidyLink({ title, url }: { title?: string | null | undefined; url: string }): Link {
  return { title: tidy(title ?? '') || null, url: url.trim() };
}
