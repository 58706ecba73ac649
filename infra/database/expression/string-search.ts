// Strings: finding and replacing.
import { BSONRegExp, document, isNullish, typeName } from '../bson/value.ts';
import type { Document, Maybe } from '../bson/value.ts';
import { plainTwin } from '../query/linear-regex.ts';
import { regularExpression } from '../query/regex.ts';
import { refuse } from '../refusal.ts';
import { startIndex } from './array.ts';
import { namedArguments, variadic } from './operands.ts';
import type { Compiling, Operator } from './operands.ts';
import type { Evaluate } from './scope.ts';
import { stringOf } from './string.ts';

const indexOfBytes = variadic(
  ([source, wanted, from, to], name) => {
    if (isNullish(source)) return null;
    const bytes = Buffer.from(stringOf(source, name, 40_091));
    const token = Buffer.from(stringOf(wanted, name, 40_092));
    const start = from === undefined ? 0 : startIndex(from, name);
    const end = to === undefined ? bytes.length : startIndex(to, name);
    if (start > bytes.length || end < start) return -1;
    const found = bytes.subarray(0, end).indexOf(token, start);
    return found;
  },
  2,
  4,
);

const indexOfPoints = variadic(
  ([source, wanted, from, to], name) => {
    if (isNullish(source)) return null;
    const points = Array.from(stringOf(source, name, 40_093));
    const token = stringOf(wanted, name, 40_094);
    const start = from === undefined ? 0 : startIndex(from, name);
    const end = to === undefined ? points.length : startIndex(to, name);
    if (start > points.length || end < start) return -1;
    const before = points.slice(0, start).join('').length;
    const found = points.slice(0, end).join('').indexOf(token, before);
    return found < 0 ? -1 : Array.from(points.join('').slice(0, found)).length;
  },
  2,
  4,
);

function replace(isAll: boolean): Operator {
  return (argument, compiling) => {
    const parts = namedArguments(argument, compiling, ['input', 'find', 'replacement']);
    const [input, find, replacement] = [
      parts.take('input'),
      parts.take('find'),
      parts.take('replacement'),
    ];
    return (root) => {
      const values = [input(root), find(root), replacement(root)];
      if (values.some(isNullish)) return null;
      const [source = '', wanted = '', instead = ''] = values.map((value) =>
        stringOf(value, compiling.name, 51_746),
      );
      return isAll
        ? source.replaceAll(wanted, () => instead)
        : source.replace(wanted, () => instead);
    };
  };
}

/** What the operators that take a regular expression are given. */
type Search = { text: string; pattern: RegExp };

function readSearch(
  argument: Parameters<Operator>[0],
  compiling: Compiling,
): (root: Document) => Search | undefined {
  const parts = namedArguments(argument, compiling, ['input', 'regex'], ['options']);
  const input = parts.take('input');
  const regex = parts.take('regex');
  const options = parts.get('options');
  const compile = cachedPattern(compiling.name);
  return (root) => {
    const text = input(root);
    const pattern = regex(root);
    if (isNullish(text) || isNullish(pattern)) return undefined;
    return {
      text: stringOf(text, compiling.name, 51_104),
      pattern: compile(pattern, optionsIn(options, root)),
    };
  };
}

function optionsIn(options: Evaluate | undefined, root: Document): string | undefined {
  const value = options?.(root);
  if (isNullish(value)) return undefined;
  return stringOf(value, 'options', 51_106);
}

/** A pattern is nearly always the same for every document. */
function cachedPattern(name: string): (pattern: Maybe, options: string | undefined) => RegExp {
  let known: { pattern: Maybe; options: string | undefined; made: RegExp } | undefined;
  return (pattern, options) => {
    if (known !== undefined && known.pattern === pattern && known.options === options)
      return known.made;
    if (typeof pattern !== 'string' && !(pattern instanceof BSONRegExp))
      throw refuse(
        51_105,
        `${name} needs 'regex' to be of type string or regex, not ${typeName(pattern ?? null)}`,
      );
    const bare = regularExpression(pattern, options);
    const made = new RegExp(bare.source, `${bare.flags}g`);
    known = { pattern, options, made };
    return made;
  };
}

function matchDocument(found: RegExpMatchArray, text: string): Document {
  const [match, ...captures] = found;
  return document({
    match,
    idx: Array.from(text.slice(0, found.index)).length,
    captures: captures.map((capture) => capture ?? null),
  });
}

/** The expression that goes through this text in proportion to its length, where there is one. */
function fitting({ text, pattern }: { text: string; pattern: RegExp }): RegExp {
  if (/[\uD800-\uDFFF]/.test(text)) return pattern;
  if (!twins.has(pattern)) twins.set(pattern, plainTwin(pattern) ?? pattern);
  return twins.get(pattern) ?? pattern;
}

const twins = new WeakMap<RegExp, RegExp>();

const regexFind: Operator = (argument, compiling) => {
  const search = readSearch(argument, compiling);
  return (root) => {
    const found = search(root);
    if (found === undefined) return null;
    const [match] = found.text.matchAll(fitting(found));
    return match === undefined ? null : matchDocument(match, found.text);
  };
};

/** The search ends with the text: nothing is found behind its last character. */
const regexFindAll: Operator = (argument, compiling) => {
  const search = readSearch(argument, compiling);
  return (root) => {
    const found = search(root);
    if (found === undefined) return [];
    const { text } = found;
    return [...text.matchAll(fitting(found))]
      .filter(({ index }) => index === 0 || index < text.length)
      .map((match) => matchDocument(match, text));
  };
};

const regexMatch: Operator = (argument, compiling) => {
  const search = readSearch(argument, compiling);
  return (root) => {
    const found = search(root);
    return found !== undefined && found.text.search(fitting(found)) >= 0;
  };
};

/** Operators that find and replace. */
export const STRING_SEARCHES: readonly (readonly [string, Operator])[] = [
  ['$indexOfBytes', indexOfBytes],
  ['$indexOfCP', indexOfPoints],
  ['$replaceOne', replace(false)],
  ['$replaceAll', replace(true)],
  ['$regexFind', regexFind],
  ['$regexFindAll', regexFindAll],
  ['$regexMatch', regexMatch],
];
