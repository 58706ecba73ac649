// MongoDB's regular expressions (PCRE) as JavaScript's.
import { BSONRegExp } from '../bson/value.ts';
import type { Maybe } from '../bson/value.ts';
import { refuse } from '../refusal.ts';

const FLAGS = new Set('imsxuglyU');
const LONGEST_PATTERN = 16_384;

/**
 * The JavaScript expression for a pattern.
 *
 * @param pattern a string or a BSON regular expression
 * @param options letters of `$options`; they win over those of the expression
 * @throws {CommandRefusal} 51108 for an unknown option, 51091 for a pattern that cannot be read
 */
export function regularExpression(pattern: Maybe, options?: string): RegExp {
  const [source, own] = sourceOf(pattern);
  const flags = options ?? own;
  for (const flag of flags)
    if (!FLAGS.has(flag)) throw refuse(51_108, `invalid flag in regex options: ${flag}`);
  if (source.length > LONGEST_PATTERN)
    throw refuse(51_091, 'Regular expression is invalid: too long');
  return compile(source, flags);
}

function sourceOf(pattern: Maybe): [string, string] {
  if (typeof pattern === 'string') return [pattern, ''];
  if (pattern instanceof BSONRegExp) return [pattern.pattern, pattern.options];
  throw refuse(2, '$regex has to be a string');
}

const INLINE_FLAGS = /^\(\?([imsx]+)\)/;

function compile(source: string, flags: string): RegExp {
  const inline = INLINE_FLAGS.exec(source);
  const all = flags + (inline?.[1] ?? '');
  const bare = inline === null ? source : source.slice(inline[0].length);
  const pattern = translate(all.includes('x') ? withoutComments(bare) : bare);
  const letters = [...new Set(all)].filter((letter) => 'ims'.includes(letter)).join('');
  try {
    // With u a dot is one code point, as in PCRE with UTF; some patterns are only valid without.
    return new RegExp(pattern, `${letters}u`);
  } catch {
    return compileLoosely(pattern, letters);
  }
}

function compileLoosely(pattern: string, letters: string): RegExp {
  try {
    return new RegExp(pattern, letters);
  } catch (error) {
    const reason = error instanceof Error ? error.message : '';
    throw refuse(51_091, `Regular expression is invalid: ${reason}`);
  }
}

/** Option x: white space and comments outside of classes do not count. */
function withoutComments(pattern: string): string {
  return pattern.replaceAll(
    /(\\.|\[(?:\\.|[^\]])*\])|\s+|#.*$/gm,
    (_whole, kept?: string) => kept ?? '',
  );
}

const PCRE_ONLY: readonly (readonly [RegExp, string])[] = [
  [/\\A/g, '^'],
  [/\\[zZ]/g, '$'],
  [/\\h/g, String.raw`[ \t]`],
  [/\[:alpha:\]/g, 'a-zA-Z'],
  [/\[:digit:\]/g, '0-9'],
  [/\[:alnum:\]/g, 'a-zA-Z0-9'],
  [/\[:upper:\]/g, 'A-Z'],
  [/\[:lower:\]/g, 'a-z'],
  [/\[:space:\]/g, String.raw`\s`],
  [/\(\?P</g, '(?<'],
];

function translate(pattern: string): string {
  let translated = pattern;
  for (const [found, replacement] of PCRE_ONLY) translated = translated.replace(found, replacement);
  return translated;
}

/**
 * The text that every match begins with, for a look-up in an index; undefined when there is none.
 * Only patterns that begin with ^ have one, and only without options that change what letters mean.
 */
export function literalPrefix(pattern: Maybe, options?: string): string | undefined {
  const [source, own] = sourceOf(pattern);
  if (/[imx]/.test(options ?? own) || source.includes('|')) return undefined;
  const found = /^(?:\^|\\A)([\p{L}\p{N} \-_@:/,'"&=;<>!%~]+)/u.exec(source);
  if (found?.[1] === undefined) return undefined;
  const isRepeated = /^[*?+{]/.test(source.slice(found[0].length));
  const prefix = isRepeated ? Array.from(found[1]).slice(0, -1).join('') : found[1];
  return prefix === '' ? undefined : prefix;
}
