/** The outer form of an iCalendar file (RFC 5545): unfolded lines in nested components. */
import { ImportFault } from './fault.ts';
import { failed, repaired, type Remark } from './found.ts';
import type { Source } from './source.ts';

/** One content line. */
export interface CalendarLine {
  /** Where it begins in the file. */
  line: number;
  /** Property name in upper case. */
  name: string;
  /** The whole line, unfolded: name, parameters, value. */
  text: string;
}

/** A component directly within a calendar, such as an event or a time zone. */
export interface CalendarPart {
  /** Such as `VEVENT`. */
  name: string;
  line: number;
  /** Its own properties. */
  properties: CalendarLine[];
  /** The whole of it, with what is nested in it. */
  text: string[];
}

/** A calendar file's calendars, in one. */
export interface CalendarFile {
  /** Properties of the calendars themselves. */
  properties: CalendarLine[];
  parts: CalendarPart[];
  /** What was wrong with the form and could be read all the same. */
  remarks: Remark[];
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const foldOctets = 75;
const maxDepth = 16;

/**
 * Reads the outer form: what begins must end.
 *
 * @throws {ImportFault} IMPORT_TRUNCATED, IMPORT_FORMAT
 */
export function readCalendarFile(source: Source): CalendarFile {
  const { bytes, remarks } = withoutMark(source.bytes);
  const file: CalendarFile = { properties: [], parts: [], remarks };
  const open: string[] = [];
  let last = 1;
  for (const line of contentLines(bytes, remarks)) {
    last = line.line;
    takeLine(file, open, line);
  }
  const [first] = open;
  if (first !== undefined)
    throw new ImportFault('IMPORT_TRUNCATED', `The file ends before END:${open.at(-1)}.`, last);
  if (file.parts.length === 0 && file.properties.length === 0)
    throw new ImportFault('IMPORT_FORMAT', 'This is no calendar: it has no BEGIN:VCALENDAR.');
  return file;
}

function takeLine(file: CalendarFile, open: string[], line: CalendarLine): void {
  const inner = line.text
    .replace(/^[^:]*:/, '')
    .trim()
    .toUpperCase();
  if (open.length === 0 && `${line.name}:${inner}` !== 'BEGIN:VCALENDAR')
    throw new ImportFault('IMPORT_FORMAT', 'BEGIN:VCALENDAR is expected here.', line.line);
  if (line.name === 'BEGIN') enter(file, open, inner, line.line);
  const part = open.length > 1 ? file.parts.at(-1) : undefined;
  part?.text.push(line.text);
  if (line.name === 'END') leave(open, inner, line.line);
  else if (line.name !== 'BEGIN' && open.length <= 2) (part ?? file).properties.push(line);
}

function enter(file: CalendarFile, open: string[], name: string, line: number): void {
  if (open.length === 1) file.parts.push({ name, line, properties: [], text: [] });
  open.push(name);
  if (open.length > maxDepth)
    throw new ImportFault('IMPORT_FORMAT', 'Components are nested too deeply.', line);
}

function leave(open: string[], name: string, line: number): void {
  const expected = open.pop();
  if (expected === name) return;
  throw new ImportFault('IMPORT_FORMAT', `END:${expected} is expected, not END:${name}.`, line);
}

function withoutMark(bytes: Buffer): { bytes: Buffer; remarks: Remark[] } {
  const isMarked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  if (!isMarked) return { bytes, remarks: [] };
  return { bytes: bytes.subarray(3), remarks: [repaired(1, 'A byte order mark was removed.')] };
}

/** Lines are joined as bytes: some producers fold within a character. */
function* contentLines(bytes: Buffer, remarks: Remark[]): Generator<CalendarLine> {
  let pieces: Buffer[] = [];
  let begun = 1;
  for (const { line, piece } of physicalLines(bytes)) {
    if (piece.length > foldOctets)
      remarks.push(repaired(line, `A line is longer than ${foldOctets} octets.`));
    const isFolded = piece[0] === 0x20 || piece[0] === 0x09;
    if (isFolded && pieces.length > 0) {
      pieces.push(piece.subarray(1));
      continue;
    }
    yield* contentLine(pieces, begun, remarks);
    pieces = [piece];
    begun = line;
  }
  yield* contentLine(pieces, begun, remarks);
}

function* physicalLines(bytes: Buffer): Generator<{ line: number; piece: Buffer }> {
  let line = 1;
  let start = 0;
  while (start < bytes.length) {
    const found = bytes.indexOf(lineFeed, start);
    const stop = found === -1 ? bytes.length : found;
    const end = stop > start && bytes[stop - 1] === carriageReturn ? stop - 1 : stop;
    yield { line, piece: bytes.subarray(start, end) };
    start = stop + 1;
    line += 1;
  }
}

function* contentLine(pieces: Buffer[], line: number, remarks: Remark[]): Generator<CalendarLine> {
  const bytes = Buffer.concat(pieces);
  const text = bytes.toString('utf8');
  if (text.trim() === '') {
    if (pieces.length > 0) remarks.push(repaired(line, 'An empty line was left out.'));
    return;
  }
  if (!bytes.equals(Buffer.from(text)))
    remarks.push(repaired(line, 'Characters that are not UTF-8 were replaced.'));
  const name = /^[A-Za-z0-9-]+/.exec(text)?.[0];
  if (name === undefined || !/^[;:]/.test(text.slice(name.length)))
    remarks.push(failed(line, 'This is no property; it was left out.'));
  else yield { line, name: name.toUpperCase(), text };
}
