/** Parts of a table that one call of the platform takes. No storage. */
import { cellsOf, type TableFormat, type TableRecord } from './table-record.ts';

/** Most rows and characters of one call. */
export const partRows = 500;
export const partCharacters = 1_000_000;
/** From here on a part ends where the next company begins, so that what is a company's goes in together. */
const fullEnough = 400;

/** A part, and where its lines stand in the file. */
export interface TablePart {
  /** Of CSV with the columns' names first. */
  text: string;
  /** What each row names in the key column; null where it names nothing. */
  keys: (string | null)[];
  /** Line in the file by line in the part, for every line on which a record begins. */
  lines: Map<number, number>;
}

/** What a part begins with, and how to tell what a row is about. */
export interface TableHead {
  format: TableFormat;
  /** Names of the columns; null where there are none. */
  names: TableRecord | null;
  /** Column or field by which rows belong together. */
  key: string;
}

/** What a row names in the key column; null when it names nothing, or cannot be read. */
export function keyOf({ format, names, key }: TableHead): (record: TableRecord) => string | null {
  if (format === 'JSONL') return (record) => fieldOf(record, key);
  const index = names ? cellsOf(names).indexOf(key) : -1;
  return (record) => cellsOf(record)[index] || null;
}

/** Rows as they follow each other, in parts; only one part is held at a time. */
export async function* partsOf(
  records: AsyncIterable<TableRecord>,
  head: TableHead,
): AsyncGenerator<TablePart> {
  const keyIn = keyOf(head);
  let part = new PartBeingMade(head.names);
  for await (const record of records) {
    const key = keyIn(record);
    if (!part.takes(record, key)) {
      yield part.made();
      part = new PartBeingMade(head.names);
    }
    part.add(record, key);
  }
  if (part.keys.length > 0) yield part.made();
}

class PartBeingMade {
  readonly keys: (string | null)[] = [];
  readonly #texts: string[] = [];
  readonly #lines = new Map<number, number>();
  #characters = 0;
  #line = 1;

  constructor(names: TableRecord | null) {
    if (names) this.#lay(names);
  }

  takes({ text }: TableRecord, key: string | null): boolean {
    if (this.keys.length === 0) return true;
    if (this.keys.length >= partRows) return false;
    if (this.#characters + text.length + 1 > partCharacters) return false;
    return this.keys.length < fullEnough || this.keys.at(-1) === key;
  }

  add(record: TableRecord, key: string | null): void {
    this.keys.push(key);
    this.#lay(record);
  }

  made(): TablePart {
    return { text: this.#texts.join(''), keys: this.keys, lines: this.#lines };
  }

  #lay({ text, line }: TableRecord): void {
    this.#lines.set(this.#line, line);
    this.#texts.push(`${text}\n`);
    this.#characters += text.length + 1;
    this.#line += 1 + (text.match(/\r\n|\n|\r/g)?.length ?? 0);
  }
}

function fieldOf({ text }: TableRecord, key: string): string | null {
  try {
    const row: unknown = JSON.parse(text);
    if (typeof row !== 'object' || row === null) return null;
    const found = new Map<string, unknown>(Object.entries(row)).get(key);
    return typeof found === 'string' ? found : null;
  } catch {
    return null;
  }
}
