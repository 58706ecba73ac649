// Regular expressions whose work stays in proportion to the text, where that can be had.
import { setFlagsFromString } from 'node:v8';

/**
 * Lets V8 go over to its linear engine where an expression goes back and forth too often, as `(x+x+)+y` does. It knows neither the
 * flags `u` and `i` nor back references and looking around; what it does not know goes on as before.
 *
 * @see https://v8.dev/blog/non-backtracking-regexp
 */
export function boundBacktracking(): void {
  setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');
}

const SURROGATE = /[\uD800-\uDFFF]/;
// oxlint-disable-next-line no-control-regex -- these are all of ASCII
const ASCII = /^[\u0000-\u007F]*$/;
// What means something else without u, or stands for a letter that cannot be seen.
const NEEDS_UNICODE = /\\[pP]|\\u\{|[\uD800-\uDFFF]/;
const HIDES_LETTERS = /\\[xuc]/;

/** The same expression without `u`, for texts where every character is one unit. */
export function plainTwin(expression: RegExp): RegExp | undefined {
  const { source, flags } = expression;
  if (flags.includes('i') || NEEDS_UNICODE.test(source)) return undefined;
  return madeOf(source, flags.replace('u', ''));
}

/** The same without `u` and `i` in lower case, for texts of ASCII in lower case. */
function lowerTwin({ source, flags }: RegExp): RegExp | undefined {
  if (!ASCII.test(source) || NEEDS_UNICODE.test(source) || HIDES_LETTERS.test(source))
    return undefined;
  if (hasMixedRange(source)) return undefined;
  const lower = source.replaceAll(/\\.|[A-Z]/gs, (part) =>
    part.startsWith('\\') ? part : part.toLowerCase(),
  );
  return madeOf(lower, flags.replace(/[iu]/g, ''));
}

/** A range like `A-z` or `!-Z` holds what lies between its ends, which are others in lower case. */
function hasMixedRange(source: string): boolean {
  return [...source.matchAll(/(?=(.)-(.))/gs)].some(
    ([, from = '', to = '']) => isUpper(from) !== isUpper(to),
  );
}

function isUpper(letter: string): boolean {
  return letter >= 'A' && letter <= 'Z';
}

function madeOf(source: string, flags: string): RegExp | undefined {
  try {
    return new RegExp(source, flags);
  } catch {
    // Not valid without u.
    return undefined;
  }
}

/** Whether an expression is found in a text, as `expression.test` tells. */
export function makeTest(expression: RegExp): (text: string) => boolean {
  if (expression.flags.includes('i')) {
    const lower = lowerTwin(expression);
    return lower === undefined
      ? (text) => expression.test(text)
      : (text) => (ASCII.test(text) ? lower.test(text.toLowerCase()) : expression.test(text));
  }
  const plain = plainTwin(expression);
  return plain === undefined
    ? (text) => expression.test(text)
    : (text) => (SURROGATE.test(text) ? expression : plain).test(text);
}
