// Rows that do not fit into memory, sorted on disk by SQLite.
import { DatabaseSync } from 'node:sqlite';
import { PAUSE } from '../flow.ts';
import type { Flow } from '../flow.ts';

/** A sorted heap of rows on disk; it vanishes when closed. */
export type Spill = {
  add: (key: Uint8Array, row: Uint8Array) => void;
  /** Rows in key order; equal keys in the order they came. */
  rows: () => Flow<{ key: Buffer; row: Buffer }>;
  close: () => void;
};

const CHUNK = 200;

/** Opens an empty heap in a temporary file of SQLite's own. */
export function openSpill(): Spill {
  const database = new DatabaseSync('');
  database.exec(
    'PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; CREATE TABLE spill(k BLOB, n INTEGER, d BLOB, PRIMARY KEY(k, n)) WITHOUT ROWID; BEGIN',
  );
  const insert = database.prepare('INSERT INTO spill VALUES(?,?,?)');
  const next = database.prepare(
    'SELECT k, n, d FROM spill WHERE (k, n) > (?, ?) ORDER BY k, n LIMIT ?',
  );
  let count = 0;
  return {
    add: (key, row) => {
      count += 1;
      insert.run(key, count, row);
    },
    rows: function* () {
      let key: Uint8Array = Buffer.alloc(0);
      let number = 0;
      for (;;) {
        const rows = next.all(key, number, CHUNK);
        for (const { k, n, d } of rows) {
          if (!(k instanceof Uint8Array) || !(d instanceof Uint8Array)) continue;
          key = k;
          number = Number(n);
          yield { key: Buffer.from(k), row: Buffer.from(d) };
        }
        if (rows.length < CHUNK) return;
        yield PAUSE;
      }
    },
    close: () => {
      database.close();
    },
  };
}
