/** A table to import: a file that is read twice from its beginning, and never held as a whole. */
import { open, type FileHandle } from 'node:fs/promises';
import { extname } from 'node:path';

import { ImportFault } from './fault.ts';
import { partCharacters, type TableHead } from './table-part.ts';
import { cellsOf, recordsIn, type TableFormat, type TableRecord } from './table-record.ts';
import { textIn } from './table-text.ts';

const chunkBytes = 64 * 1024;

/** What a table turned out to be when it was read to its end. */
export interface TableCheck {
  head: TableHead;
  /** How many rows it has, those included that will be refused. */
  rows: number;
}

/** How a file is written, by its ending; null for one that is no table. */
export function tableFormatOf(path: string): TableFormat | null {
  const ending = extname(path).toLowerCase();
  if (ending === '.csv') return 'CSV';
  return ending === '.jsonl' || ending === '.ndjson' ? 'JSONL' : null;
}

/** An open table. */
export class TableFile {
  readonly #file: FileHandle;
  readonly #format: TableFormat;
  readonly #state: string;

  private constructor(file: FileHandle, format: TableFormat, state: string) {
    this.#file = file;
    this.#format = format;
    this.#state = state;
  }

  /** @throws {ImportFault} IMPORT_UNREADABLE */
  static async open(path: string, format: TableFormat): Promise<TableFile> {
    const file = await open(path).catch((error: unknown) => {
      throw new ImportFault('IMPORT_UNREADABLE', `The file cannot be read: ${messageOf(error)}.`);
    });
    if ((await file.stat()).isFile()) return new TableFile(file, format, await stateOf(file));
    await file.close();
    throw new ImportFault('IMPORT_UNREADABLE', 'This is not a file.');
  }

  /**
   * Reads the table to its end.
   *
   * @param key column or field that every row needs
   * @throws {ImportFault} IMPORT_TRUNCATED, IMPORT_FORMAT
   */
  async check(key: string): Promise<TableCheck> {
    let names: TableRecord | null = null;
    let rows = 0;
    let last: TableRecord | null = null;
    for await (const record of this.#records()) {
      if (this.#format === 'CSV' && names === null) names = namesIn(record, key);
      else {
        rows += 1;
        last = record;
      }
    }
    if (rows === 0 || last === null) throw new ImportFault('IMPORT_FORMAT', 'The table has no rows.'); // prettier-ignore
    if (!(await this.#endsWithLine())) refuseCut(last, names);
    return { head: { format: this.#format, names, key }, rows };
  }

  /**
   * The rows, from the first.
   *
   * @throws {ImportFault} IMPORT_UNREADABLE when the file is not what it was when it was opened
   */
  async *rows({ names }: TableHead): AsyncGenerator<TableRecord> {
    let isFirst = names !== null;
    for await (const record of this.#records()) {
      if (!isFirst) yield record;
      isFirst = false;
    }
    if ((await stateOf(this.#file)) !== this.#state)
      throw new ImportFault('IMPORT_UNREADABLE', 'The file was changed while it was imported.');
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  #records(): AsyncGenerator<TableRecord> {
    return recordsIn(textIn(this.#chunks()), this.#format, partCharacters / 2);
  }

  /** The bytes in one buffer that is used again: each chunk is to be read before the next is asked for. */
  async *#chunks(): AsyncGenerator<Uint8Array> {
    const buffer = Buffer.alloc(chunkBytes);
    for (let position = 0; ;) {
      const { bytesRead } = await this.#file.read(buffer, 0, chunkBytes, position);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
      position += bytesRead;
    }
  }

  async #endsWithLine(): Promise<boolean> {
    const { size } = await this.#file.stat();
    const { buffer } = await this.#file.read(Buffer.alloc(1), 0, 1, Math.max(size - 1, 0));
    return ['\n', '\r'].includes(buffer.toString('latin1'));
  }
}

/** The columns' names. @throws {ImportFault} IMPORT_FORMAT when one is there twice, or the one that is needed is not */
function namesIn(record: TableRecord, key: string): TableRecord {
  const names = cellsOf(record);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new ImportFault('IMPORT_FORMAT', `The column "${twice}" is there twice.`, record.line);
  if (!names.includes(key))
    throw new ImportFault('IMPORT_FORMAT', `There is no column "${key}".`, record.line);
  return record;
}

/** A last line without an end may be cut. @throws {ImportFault} IMPORT_TRUNCATED when it surely is */
function refuseCut(last: TableRecord, names: TableRecord | null): void {
  const isCut = names ? cellsOf(last).length < cellsOf(names).length : !isJson(last.text);
  if (isCut) throw new ImportFault('IMPORT_TRUNCATED', 'The last row is not complete.', last.line);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

async function stateOf(file: FileHandle): Promise<string> {
  const { size, mtimeMs } = await file.stat();
  return `${size} ${mtimeMs}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
