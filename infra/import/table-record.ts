/** Records of a table, found in its text as it comes in. No storage. */
import { ImportFault } from './fault.ts';

/** How a table is written. */
export type TableFormat = 'CSV' | 'JSONL';

/** A record as it stands in the file, without its line end. */
export interface TableRecord {
  /** Line on which it begins, from 1. */
  line: number;
  text: string;
}

/** What the next character means: at the beginning of a cell, within one, within quotes, behind the closing quote. */
type State = 'BEGIN' | 'PLAIN' | 'QUOTED' | 'CLOSED';

const lineFeed = 10;
const carriageReturn = 13;
const quote = 34;
const comma = 44;

/**
 * Finds where records end, whatever the chunks: lines end with CR LF, LF or CR, and those within quotes are part of a
 * cell. Empty lines are left out.
 */
export class RecordScanner {
  readonly #isCsv: boolean;
  readonly #most: number;
  #state: State = 'BEGIN';
  #kept = '';
  #line = 1;
  #begunAt = 1;
  #quotedAt = 1;
  #afterReturn = false;
  #isTooLong = false;

  /** @param most characters of one record */
  constructor(format: TableFormat, most: number) {
    this.#isCsv = format === 'CSV';
    this.#most = most;
  }

  /** @throws {ImportFault} IMPORT_FORMAT when a quote stands inside a cell, or a record is too long */
  *feed(chunk: string): Generator<TableRecord> {
    let start = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      const code = chunk.charCodeAt(at);
      const isSecondHalf = code === lineFeed && this.#afterReturn;
      this.#afterReturn = code === carriageReturn;
      const isEnd = code === lineFeed || code === carriageReturn;
      if (isEnd && !isSecondHalf) this.#line += 1;
      if (!isEnd) this.#step(code);
      else if (this.#state !== 'QUOTED') {
        if (!isSecondHalf) yield* this.#ended(chunk.slice(start, at));
        start = at + 1;
      }
    }
    this.#keep(chunk.slice(start));
  }

  /** What stands behind the last line end; it may be a whole record. @throws {ImportFault} IMPORT_TRUNCATED */
  *end(): Generator<TableRecord> {
    if (this.#state === 'QUOTED')
      throw new ImportFault('IMPORT_TRUNCATED', 'A quoted cell does not end.', this.#quotedAt);
    yield* this.#ended('');
  }

  *#ended(rest: string): Generator<TableRecord> {
    this.#keep(rest);
    const record = { line: this.#begunAt, text: this.#kept };
    if (this.#isTooLong) {
      const reason = `A row has more than ${this.#most.toLocaleString('en-US')} characters.`;
      throw new ImportFault('IMPORT_FORMAT', reason, record.line);
    }
    this.#kept = '';
    this.#state = 'BEGIN';
    this.#begunAt = this.#line;
    if (record.text.trim() !== '') yield record;
  }

  /** A record that is too long is not held, but read on: it may be a quote that never ends. */
  #keep(text: string): void {
    if (this.#isTooLong) return;
    this.#kept += text;
    this.#isTooLong = this.#kept.length > this.#most;
    if (this.#isTooLong) this.#kept = '';
  }

  #step(code: number): void {
    if (!this.#isCsv) return;
    const isQuote = code === quote;
    if (this.#state === 'QUOTED') this.#state = isQuote ? 'CLOSED' : 'QUOTED';
    else if (code === comma) this.#state = 'BEGIN';
    else if (isQuote) this.#open();
    else if (this.#state === 'CLOSED') throw this.#misplaced();
    else this.#state = 'PLAIN';
  }

  #open(): void {
    if (this.#state === 'PLAIN') throw this.#misplaced();
    if (this.#state === 'BEGIN') this.#quotedAt = this.#line;
    this.#state = 'QUOTED';
  }

  #misplaced(): ImportFault {
    return new ImportFault('IMPORT_FORMAT', 'A quote stands inside a cell.', this.#line);
  }
}

/** The records of a text that comes in chunks. @throws {ImportFault} as `RecordScanner` */
export async function* recordsIn(
  chunks: AsyncIterable<string>,
  format: TableFormat,
  most: number,
): AsyncGenerator<TableRecord> {
  const scanner = new RecordScanner(format, most);
  for await (const chunk of chunks) yield* scanner.feed(chunk);
  yield* scanner.end();
}

/** The cells of a whole record of CSV. */
export function cellsOf({ text }: TableRecord): string[] {
  return [...`${text},`.matchAll(/(?:"((?:[^"]|"")*)"|([^,]*)),/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
  );
}
