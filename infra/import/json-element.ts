/** JSON read element by element, with the line of each: a fault in one row is told by its line. */
import { ImportFault } from './fault.ts';
import { lines } from './source.ts';

/** One element of an array that was asked for. */
export interface JsonElement {
  /** Where its array is: keys from the top, joined by dots. */
  path: string;
  line: number;
  value: unknown;
}

/** Where arrays begin and end in a text that is JSON as a whole. */
interface Place {
  path: string;
  start: number;
  end: number;
}

interface Cursor {
  text: string;
  at: number;
  wanted: ReadonlySet<string>;
  /** Wanted arrays that are there. */
  seen: Set<string>;
  places: Place[];
}

// JSON allows no control characters within a text.
/* oxlint-disable no-control-regex */
const token =
  /[ \t\r\n]*([{}[\],:]|"[^"\\\u0000-\u001F]*(?:\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4})[^"\\\u0000-\u001F]*)*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/y;
/* oxlint-enable no-control-regex */
/** A text that ends, whatever is in it. */
const closed = /^"[^"\\]*(?:\\[^][^"\\]*)*"/;
const maxDepth = 64;

/**
 * Every element of the arrays at these paths, in the order of the file; the file is checked to its end first.
 *
 * @throws {ImportFault} IMPORT_TRUNCATED, IMPORT_FORMAT (no JSON, or an array is not there)
 */
export function* findElements(text: string, paths: readonly string[]): Generator<JsonElement> {
  const cursor: Cursor = { text, at: 0, wanted: new Set(paths), seen: new Set(), places: [] };
  readValue(cursor, nextToken(cursor), '', 0);
  if (text.slice(cursor.at).trim() !== '') throw malformed(cursor, 'more follows after the end');
  const absent = paths.find((path) => !cursor.seen.has(path));
  if (absent !== undefined)
    throw new ImportFault('IMPORT_FORMAT', `The file has no list "${absent}".`);
  let line = 1;
  let counted = 0;
  for (const { path, start, end } of cursor.places) {
    line += lines(text.slice(counted, start)) - 1;
    counted = start;
    yield { path, line, value: JSON.parse(text.slice(start, end)) as unknown };
  }
}

/** Reads the value that begins with `first`; recursion ends at a depth that no such file has. */
function readValue(cursor: Cursor, first: string, path: string, depth: number): void {
  if (depth > maxDepth) throw malformed(cursor, 'it is nested too deeply');
  if (first === '{') readObject(cursor, path, depth);
  else if (first === '[') readArray(cursor, path, depth);
  else if (/^[}\],:]/.test(first)) throw malformed(cursor, `"${first}" is not expected`);
}

function readObject(cursor: Cursor, path: string, depth: number): void {
  let next = nextToken(cursor);
  if (next === '}') return;
  for (;;) {
    if (!next.startsWith('"')) throw malformed(cursor, `a key is expected, not "${next}"`);
    const key = next.slice(1, -1);
    expect(cursor, nextToken(cursor), ':');
    readValue(cursor, nextToken(cursor), path === '' ? key : `${path}.${key}`, depth + 1);
    next = nextToken(cursor);
    if (next === '}') return;
    expect(cursor, next, ',');
    next = nextToken(cursor);
  }
}

function readArray(cursor: Cursor, path: string, depth: number): void {
  const isWanted = cursor.wanted.has(path);
  if (isWanted) cursor.seen.add(path);
  let next = nextToken(cursor);
  if (next === ']') return;
  for (;;) {
    const start = cursor.at - next.length;
    readValue(cursor, next, `${path}[]`, depth + 1);
    if (isWanted) cursor.places.push({ path, start, end: cursor.at });
    next = nextToken(cursor);
    if (next === ']') return;
    expect(cursor, next, ',');
    next = nextToken(cursor);
  }
}

function expect(cursor: Cursor, found: string, wanted: string): void {
  if (found !== wanted) throw malformed(cursor, `"${wanted}" is expected, not "${found}"`);
}

function nextToken(cursor: Cursor): string {
  token.lastIndex = cursor.at;
  const found = token.exec(cursor.text)?.[1];
  if (found === undefined) throw unreadable(cursor);
  cursor.at = token.lastIndex;
  return found;
}

function unreadable(cursor: Cursor): ImportFault {
  const rest = cursor.text.slice(cursor.at).trimStart();
  if (cursor.text.trim() === '') return new ImportFault('IMPORT_FORMAT', 'The file is empty.');
  const isOpen = rest.startsWith('"') && !closed.test(rest);
  const isCut = isOpen || ['-', 'true', 'false', 'null'].some((word) => word.startsWith(rest));
  if (!isCut) return malformed(cursor, `"${rest.slice(0, 20)}" is not expected`);
  const line = lines(cursor.text.trimEnd());
  return new ImportFault('IMPORT_TRUNCATED', 'The file ends in the middle.', line);
}

function malformed({ text, at }: Cursor, reason: string): ImportFault {
  return new ImportFault('IMPORT_FORMAT', `This is not JSON: ${reason}.`, lines(text.slice(0, at)));
}
