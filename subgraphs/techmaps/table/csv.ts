/** Comma-separated values (RFC 4180). No storage. */

/** One record of a table. */
export interface CsvRecord {
  /** Line on which it begins, from 1. */
  line: number;
  fields: string[];
}

/** A table that cannot be read to its end. */
export class CsvFault extends Error {
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.name = 'CsvFault';
    this.line = line;
  }
}

/**
 * The records of a table, empty lines left out. Lines end with CR LF, LF or CR; a byte order mark at the beginning is
 * skipped.
 *
 * @throws {CsvFault} when a quoted field does not end, or something stands between its end and the next comma
 */
export function readCsv(text: string): CsvRecord[] {
  const records: CsvRecord[] = [];
  const at = { index: text.startsWith('\uFEFF') ? 1 : 0, line: 1 };
  while (at.index < text.length) {
    const { line } = at;
    const fields = readRecord(text, at);
    if (fields.length > 1 || fields[0] !== '') records.push({ line, fields });
  }
  return records;
}

/** One record as a line, without its end; fields are quoted where they must be. */
export function csvLine(fields: readonly string[]): string {
  return fields.map((field) => (mustBeQuoted(field) ? quoted(field) : field)).join(',');
}

interface Place {
  index: number;
  line: number;
}

const plainField = /[^",\r\n]*/y;
const lineEnd = /\r\n|\n|\r/y;

function readRecord(text: string, at: Place): string[] {
  const fields: string[] = [];
  for (;;) {
    fields.push(text[at.index] === '"' ? readQuoted(text, at) : readPlain(text, at));
    if (text[at.index] === ',') {
      at.index += 1;
      continue;
    }
    if (at.index >= text.length) return fields;
    const end = matchAt(lineEnd, text, at.index);
    if (end === '') throw new CsvFault(at.line, 'A quote stands inside a field.');
    at.index += end.length;
    at.line += 1;
    return fields;
  }
}

function readPlain(text: string, at: Place): string {
  const field = matchAt(plainField, text, at.index);
  at.index += field.length;
  return field;
}

function readQuoted(text: string, at: Place): string {
  const began = at.line;
  const parts: string[] = [];
  for (;;) {
    const close = text.indexOf('"', at.index + 1);
    if (close === -1) throw new CsvFault(began, 'A quoted field does not end.');
    const part = text.slice(at.index + 1, close);
    parts.push(part);
    at.line += part.match(/\r\n|\n|\r/g)?.length ?? 0;
    at.index = close + 1;
    // Two quotes are one, and the field goes on.
    if (text[at.index] !== '"') return parts.join('"');
  }
}

function matchAt(pattern: RegExp, text: string, index: number): string {
  pattern.lastIndex = index;
  return pattern.exec(text)?.[0] ?? '';
}

function mustBeQuoted(field: string): boolean {
  return /[",\r\n]|^\s|\s$|^\uFEFF/.test(field);
}

function quoted(field: string): string {
  return `"${field.replaceAll('"', '""')}"`;
}
