// @ts-nocheck
/* oxlint-disable */
import { type DatabaseSync, type StatementSync } from 'node:sqlite';
import { openFile } from '../store/file.ts';
const B = (u: any): Buffer => Buffer.from(u.buffer, u.byteOffset, u.byteLength);
export class SqliteStore {
  db: DatabaseSync;
  st = new Map<string, StatementSync>();
  constructor(path: string, o: { sync?: string; cacheMb?: number } = {}) {
    this.db = openFile(path, o.sync ?? 'FULL');
  }
  p(sql: string) {
    let s = this.st.get(sql);
    if (!s) {
      s = this.db.prepare(sql);
      this.st.set(sql, s);
    }
    return s;
  }
  begin() {
    this.p('BEGIN IMMEDIATE').run();
  }
  commit() {
    this.p('COMMIT').run();
  }
  rollback() {
    this.p('ROLLBACK').run();
  }
  write<T>(f: () => T): T {
    this.begin();
    try {
      const r = f();
      this.commit();
      return r;
    } catch (e) {
      this.rollback();
      throw e;
    }
  }
  metaAll(): [string, Buffer][] {
    return (this.p('SELECT k,v FROM meta').all() as any[]).map((r) => [r.k, B(r.v)]);
  }
  metaPut(k: string, v: Buffer) {
    this.p('INSERT OR REPLACE INTO meta VALUES(?,?)').run(k, v);
  }
  metaDel(k: string) {
    this.p('DELETE FROM meta WHERE k=?').run(k);
  }
  retryAll(): [string, Buffer][] {
    return (this.p('SELECT k,v FROM retry').all() as any[]).map((r) => [r.k, B(r.v)]);
  }
  retryPut(k: string, v: Buffer) {
    this.p('INSERT OR REPLACE INTO retry VALUES(?,?)').run(k, v);
  }
  createColl(id: number) {
    this.db.exec(`CREATE TABLE c${id}(r INTEGER PRIMARY KEY, d BLOB NOT NULL)`);
  }
  dropTable(n: string) {
    for (const k of [...this.st.keys()]) if (new RegExp(`\\b${n}\\b`).test(k)) this.st.delete(k);
    this.db.exec(`DROP TABLE IF EXISTS ${n}`);
  }
  dropColl(id: number) {
    this.dropTable('c' + id);
  }
  dropIdx(id: number) {
    this.dropTable('i' + id);
  }
  createIdx(id: number) {
    this.db.exec(`CREATE TABLE i${id}(k BLOB, r INTEGER, PRIMARY KEY(k,r)) WITHOUT ROWID`);
  }
  get(c: number, r: number): Buffer | undefined {
    const x: any = this.p(`SELECT d FROM c${c} WHERE r=?`).get(r);
    return x && B(x.d);
  }
  put(c: number, r: number, d: Buffer) {
    this.p(`INSERT OR REPLACE INTO c${c} VALUES(?,?)`).run(r, d);
  }
  del(c: number, r: number) {
    this.p(`DELETE FROM c${c} WHERE r=?`).run(r);
  }
  scan(c: number, after: number, limit: number, rev = false): [number, Buffer][] {
    return (
      rev
        ? this.p(`SELECT r,d FROM c${c} WHERE r<? ORDER BY r DESC LIMIT ?`)
        : this.p(`SELECT r,d FROM c${c} WHERE r>? ORDER BY r LIMIT ?`)
    )
      .all(after, limit)
      .map((x: any) => [x.r, B(x.d)]);
  }
  count(c: number): number {
    return (this.p(`SELECT count(*) n FROM c${c}`).get() as any).n;
  }
  maxRid(c: number): number {
    return (this.p(`SELECT max(r) n FROM c${c}`).get() as any).n ?? 0;
  }
  iput(i: number, k: Buffer, r: number) {
    this.p(`INSERT OR IGNORE INTO i${i} VALUES(?,?)`).run(k, r);
  }
  idel(i: number, k: Buffer, r: number) {
    this.p(`DELETE FROM i${i} WHERE k=? AND r=?`).run(k, r);
  }
  ifirst(i: number, k: Buffer): number[] {
    return this.p(`SELECT r FROM i${i} WHERE k=?`)
      .all(k)
      .map((x: any) => x.r);
  }
  /** join form: index entries with their documents in one statement */
  iscan(
    i: number,
    c: number,
    lo: Buffer,
    hi: Buffer,
    rev: boolean,
    limit: number,
    after?: [Buffer, number],
  ): [Buffer, number, Buffer][] {
    const cols = `i.k k,i.r r,c.d d FROM i${i} i JOIN c${c} c ON c.r=i.r`;
    const rows = after
      ? rev
        ? this.p(
            `SELECT ${cols} WHERE i.k>=? AND (i.k,i.r)<(?,?) ORDER BY i.k DESC,i.r DESC LIMIT ?`,
          ).all(lo, after[0], after[1], limit)
        : this.p(`SELECT ${cols} WHERE (i.k,i.r)>(?,?) AND i.k<? ORDER BY i.k,i.r LIMIT ?`).all(
            after[0],
            after[1],
            hi,
            limit,
          )
      : rev
        ? this.p(`SELECT ${cols} WHERE i.k>=? AND i.k<? ORDER BY i.k DESC,i.r DESC LIMIT ?`).all(
            lo,
            hi,
            limit,
          )
        : this.p(`SELECT ${cols} WHERE i.k>=? AND i.k<? ORDER BY i.k,i.r LIMIT ?`).all(
            lo,
            hi,
            limit,
          );
    return (rows as any[]).map((x) => [B(x.k), x.r, B(x.d)]);
  }
  icount(i: number, lo: Buffer, hi: Buffer): number {
    return (this.p(`SELECT count(*) n FROM i${i} WHERE k>=? AND k<?`).get(lo, hi) as any).n;
  }
  oplogAppend(ts: number, e: Buffer) {
    this.p('INSERT INTO oplog VALUES(?,?)').run(ts, e);
  }
  oplogScan(after: number, limit: number): [number, Buffer][] {
    return this.p('SELECT ts,e FROM oplog WHERE ts>? ORDER BY ts LIMIT ?')
      .all(after, limit)
      .map((x: any) => [x.ts, B(x.e)]);
  }
  oplogRange(): [number, number] {
    const r: any = this.p('SELECT min(ts) a,max(ts) b FROM oplog').get();
    return [r.a ?? 0, r.b ?? 0];
  }
  oplogTrim(before: number) {
    this.p('DELETE FROM oplog WHERE ts<?').run(before);
  }
  close() {
    try {
      this.db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch {}
    this.st.clear();
    this.db.close();
  }
}
