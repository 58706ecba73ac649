// @ts-nocheck
/* oxlint-disable */
// OP_MSG framing, command dispatch, sessions, cursors, change streams.
import net from 'node:net';
import { statSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  parse,
  ser,
  cmp,
  eq,
  isObj,
  isNum,
  num,
  rank,
  R,
  Long,
  Binary,
  Timestamp,
  ObjectId,
  Double,
  plain,
  encKey,
  type Doc,
} from './bsonx.ts';
import { compile, type Ctx } from './match.ts';
import {
  compileUpdate,
  applyOps,
  upsertBase,
  diff,
  clone,
  get,
  sortDocs,
  type Compiled,
  type Desc,
} from './update.ts';
import { compileProjection } from './project.ts';
import { runPipeline, validatePipeline, expr, type Env } from './agg.ts';
import { Engine, Tx, Blocked, collationOf, type Collection, type Op } from './engine.ts';
import { cerr, CmdError, NAMES } from './errors.ts';
import { SqliteStore } from './store-sqlite.ts';

type Cursor = {
  id: bigint;
  ns: string;
  next: (n: number) => { bufs: Buffer[]; done: boolean };
  cs?: CS;
  lsid?: string;
  tx?: Tx;
  at: number;
  noTimeout?: boolean;
};
type Session = {
  key: string;
  num?: string;
  state?: 'active' | 'committed' | 'aborted';
  tx?: Tx;
  used: number;
  cmds?: number;
};
type CS = {
  pos: number;
  env: any;
  scope: { db?: string; coll?: string };
  pipeline: Doc[];
  full: string;
  before: string;
  expanded: boolean;
  dead?: boolean;
  pendingInv?: Buffer;
};
type Reply = Doc | Buffer;
const MAXB = 16 * 1024 * 1024;

export class Server {
  e: Engine;
  store: any;
  sock = net.createServer((s) => this.accept(s));
  cursors = new Map<bigint, Cursor>();
  cid = 1n + BigInt(Math.floor(Math.random() * 2 ** 40)) * 1000n;
  sessions = new Map<string, Session>();
  queue: { f: () => Reply | Promise<Reply>; done: (r: Reply) => void; write: boolean }[] = [];
  scheduled = false;
  waiters = new Set<() => void>();
  host = '127.0.0.1:27017';
  connId = 0;
  conns = new Set<net.Socket>();
  durable = 0;
  fp: any = null;
  fp2: any = null;
  processId = new ObjectId();
  started = Date.now();
  setName = 'rs-embedded';
  stats = { cmds: 0, batches: 0 };
  constructor(store: any, opt: any = {}) {
    this.store = store;
    this.e = new Engine(store, opt);
    this.e.onCommit = () => {
      for (const w of this.waiters) setImmediate(w);
    };
    for (const [k, v] of store.retryAll()) {
      const d = parse(v);
      if (k.startsWith('t:'))
        this.sessions.set(k.slice(2), {
          key: k.slice(2),
          num: d.n,
          state: 'committed',
          used: Date.now(),
        });
      else this.e.retry.set(k, { n: d.n, reply: d.r });
    }
    setInterval(() => this.housekeep(), 20000).unref();
  }
  listen(port: number | string, host = '127.0.0.1'): Promise<void> {
    return new Promise((ok, no) => {
      this.sock.once('error', no);
      if (typeof port === 'string')
        this.sock.listen(port, () => {
          this.host = port;
          ok();
        });
      else
        this.sock.listen(port, host, () => {
          this.host = host + ':' + (this.sock.address() as any).port;
          ok();
        });
    });
  }
  async close() {
    for (const s of this.conns) s.destroy();
    await new Promise((r) => this.sock.close(r));
    await this.store.close();
  }
  housekeep() {
    const now = Date.now();
    for (const s of this.sessions.values()) {
      if (s.tx && !s.tx.done && now - s.tx.started > 60000) {
        this.e.end(s.tx);
        s.state = 'aborted';
      }
    }
    for (const c of this.cursors.values())
      if (!c.noTimeout && now - c.at > 600000) this.cursors.delete(c.id);
    this.submit(() => {
      for (const c of [...this.e.colls.values()])
        for (const i of c.indexes)
          if (isNum(i.opts.expireAfterSeconds) && Object.keys(i.key).length === 1) {
            const f = Object.keys(i.key)[0];
            const lim = new Date(now - num(i.opts.expireAfterSeconds) * 1000);
            this.auto((tx) => {
              for (const [rid, b, d] of [...this.e.find(tx, c, { [f]: { $lt: lim } })]) {
                this.e.lockRow(tx, c, rid);
                this.e.remove(tx, c, rid, d ?? parse(b), b);
              }
              return {};
            });
          }
      return {};
    }, true).catch(() => {});
  }
  // -------------------------------------------------------- group commit: everything that arrived in this tick shares one store transaction
  submit(f: () => Reply | Promise<Reply>, write: boolean): Promise<Reply> {
    return new Promise((done) => {
      this.queue.push({ f, done, write });
      if (!this.scheduled) {
        this.scheduled = true;
        setImmediate(() => this.drain());
      }
    });
  }
  drain() {
    this.scheduled = false;
    const q = this.queue;
    this.queue = [];
    const outs: [any, Reply | Promise<Reply>][] = [];
    this.stats.batches++;
    this.stats.cmds += q.length;
    this.durable = this.e.lastTs;
    const run = () => {
      for (const it of q) {
        try {
          outs.push([it, it.f()]);
        } catch (er: any) {
          if (er instanceof Blocked) {
            this.blocked(it, er.txn);
            continue;
          }
          outs.push([it, this.errReply(er)]);
        }
      }
    };
    try {
      if (q.some((x) => x.write)) this.store.write(run);
      else run();
    } catch (er) {
      console.error('FATAL store failure', er);
      process.exit(1);
    }
    for (const [it, r] of outs)
      if (r instanceof Promise) r.then(it.done, (e) => it.done(this.errReply(e)));
      else it.done(r);
  }
  parked: any[] = [];
  blocked(it: any, tx: Tx) {
    this.parked.push(it);
    this.e.onUnlock = () => {
      const p = this.parked;
      this.parked = [];
      if (p.length) {
        this.queue.push(...p);
        if (!this.scheduled) {
          this.scheduled = true;
          setImmediate(() => this.drain());
        }
      }
    };
  }
  errReply(er: any): Doc {
    if (er instanceof CmdError)
      return {
        ok: 0,
        errmsg: er.message,
        code: er.code,
        codeName: er.codeName,
        ...er.extra,
        ...(er.labels.length ? { errorLabels: er.labels } : {}),
      };
    console.error(er);
    return { ok: 0, errmsg: 'internal: ' + er?.message, code: 1, codeName: 'InternalError' };
  }
  // -------------------------------------------------------- sockets
  accept(s: net.Socket) {
    s.setNoDelay(true);
    this.conns.add(s);
    const conn = { id: ++this.connId, s };
    let buf: Buffer = Buffer.alloc(0);
    let chain: Promise<any> = Promise.resolve();
    s.on('close', () => this.conns.delete(s));
    s.on('error', () => s.destroy());
    s.on('data', (d) => {
      buf = buf.length ? Buffer.concat([buf, d as Buffer]) : (d as Buffer);
      while (buf.length >= 4) {
        const len = buf.readInt32LE(0);
        if (len < 16 || len > 48100000) {
          s.destroy();
          return;
        }
        if (buf.length < len) break;
        const m = buf.subarray(0, len);
        buf = buf.subarray(len);
        const p = this.message(m, conn);
        chain = chain
          .then(() => p)
          .then((r) => {
            if (r) s.write(r as any);
          })
          .catch((er) => {
            console.error(er);
            s.destroy();
          });
      }
    });
  }
  async message(m: Buffer, conn: any): Promise<Buffer | null> {
    const reqId = m.readInt32LE(4),
      op = m.readInt32LE(12);
    if (op === 2004) {
      // OP_QUERY: only the handshake uses it
      let p = 20;
      while (m[p]) p++;
      const doc = parse(m, p + 9);
      const r = ser(this.hello(doc, conn));
      const h = Buffer.alloc(36);
      h.writeInt32LE(36 + r.length, 0);
      h.writeInt32LE(reqId, 4);
      h.writeInt32LE(reqId, 8);
      h.writeInt32LE(1, 12);
      h.writeInt32LE(8, 16);
      h.writeInt32LE(1, 32);
      return Buffer.concat([h, r]);
    }
    if (op !== 2013) {
      conn.s.destroy();
      return null;
    }
    const flags = m.readUInt32LE(16);
    let p = 20;
    const end = flags & 1 ? m.length - 4 : m.length;
    let body: Doc = {};
    const seqs: [string, number, number][] = [];
    while (p < end) {
      const kind = m[p++];
      const n = m.readInt32LE(p);
      if (kind === 0) body = parse(m, p);
      else {
        let q = p + 4;
        while (m[q]) q++;
        seqs.push([m.latin1Slice(p + 4, q), q + 1, p + n]);
      }
      p += n;
    }
    for (const [id, a, z] of seqs) {
      const arr: Doc[] = [];
      for (let q = a; q < z;) {
        const n = m.readInt32LE(q);
        const d = parse(m, q);
        arr.push(d);
        q += n;
      }
      body[id] = arr;
    }
    const reply = await this.command(body, conn);
    if (flags & 2) return null;
    if (reply === null) {
      conn.s.destroy();
      return null;
    }
    const b = Buffer.isBuffer(reply) ? reply : this.finish(reply);
    const h = Buffer.alloc(21);
    h.writeInt32LE(21 + b.length, 0);
    h.writeInt32LE(reqId + 1, 4);
    h.writeInt32LE(reqId, 8);
    h.writeInt32LE(2013, 12);
    return Buffer.concat([h, b]);
  }
  meta(): Doc {
    const t = this.e.ts();
    return {
      operationTime: t,
      $clusterTime: {
        clusterTime: t,
        signature: { hash: new Binary(Buffer.alloc(20)), keyId: Long.fromNumber(0) },
      },
    };
  }
  finish(r: Doc): Buffer {
    return ser({ ...r, ok: r.ok ?? 1, ...this.meta() });
  }
  hello(cmd: Doc, conn: any): Doc {
    return {
      helloOk: true,
      ismaster: true,
      isWritablePrimary: true,
      secondary: false,
      setName: this.setName,
      setVersion: 1,
      electionId: new ObjectId('7fffffff' + this.e.epoch.toString(16).padStart(16, '0')),
      hosts: [this.host],
      primary: this.host,
      me: this.host,
      lastWrite: {
        opTime: { ts: this.e.ts(), t: Long.fromNumber(this.e.epoch) },
        lastWriteDate: new Date(),
        majorityOpTime: { ts: this.e.ts(), t: Long.fromNumber(this.e.epoch) },
        majorityWriteDate: new Date(),
      },
      maxBsonObjectSize: 16777216,
      maxMessageSizeBytes: 48000000,
      maxWriteBatchSize: 100000,
      localTime: new Date(),
      logicalSessionTimeoutMinutes: 30,
      connectionId: conn.id,
      minWireVersion: 0,
      maxWireVersion: 25,
      readOnly: false,
      ok: 1,
      ...this.meta(),
    };
  }
  // -------------------------------------------------------- dispatch
  async command(cmd: Doc, conn: any): Promise<Reply | null> {
    const name = Object.keys(cmd)[0];
    const lname = name.toLowerCase();
    if (lname === 'hello' || lname === 'ismaster') return this.hello(cmd, conn);
    const hit = (fp: any) => {
      if (fp.skip > 0) {
        fp.skip--;
        return false;
      }
      if (fp.left === 0) return false;
      if (fp.left > 0) fp.left--;
      return true;
    };
    const fp = this.fp;
    if (fp && fp.data.failCommands?.includes(name) && hit(fp)) {
      const d = fp.data;
      if (d.blockConnection) await new Promise((r) => setTimeout(r, num(d.blockTimeMS)));
      if (d.closeConnection) return null;
      const coa = name === 'commitTransaction' || name === 'abortTransaction';
      const labels = (code: number, wce: boolean): string[] => {
        const l: string[] = [];
        if (
          ((cmd.txnNumber !== undefined && cmd.autocommit === undefined) || coa) &&
          RETRYABLE.has(code)
        )
          l.push('RetryableWriteError');
        if (
          !wce &&
          cmd.autocommit === false &&
          ([112, 24, 246, 251, 267].includes(code) || (!coa && RETRYABLE.has(code)))
        )
          l.push('TransientTransactionError');
        return l;
      };
      if (d.errorCode !== undefined) {
        const c = num(d.errorCode);
        const l = d.errorLabels ?? labels(c, false);
        return {
          ok: 0,
          code: c,
          codeName: NAMES[c] ?? 'Error',
          errmsg: "Failing command via 'failCommand' failpoint",
          ...(l.length ? { errorLabels: l } : {}),
        };
      }
      if (d.writeConcernError) {
        const r: any = await this.exec(cmd, name, conn);
        const x = { ...(Buffer.isBuffer(r) ? parse(r) : r) };
        x.writeConcernError = d.writeConcernError;
        const l = d.errorLabels ?? labels(num(d.writeConcernError.code), true);
        if (l.length) x.errorLabels = l;
        return x;
      }
    }
    const f2 = this.fp2;
    if (
      f2 &&
      cmd.txnNumber !== undefined &&
      RETRY.has(name) &&
      cmd.autocommit === undefined &&
      hit(f2)
    ) {
      const code = f2.data.failBeforeCommitExceptionCode;
      const close = f2.data.closeConnection !== false;
      if (code === undefined) await this.exec(cmd, name, conn);
      if (close) return null;
      return {
        ok: 0,
        code: num(code),
        errmsg: 'onPrimaryTransactionalWrite',
        codeName: NAMES[num(code)] ?? 'Error',
      };
    }
    return this.exec(cmd, name, conn);
  }
  exec(cmd: Doc, name: string, conn: any): Promise<Reply> {
    const h = (this as any)['c_' + name] ?? (this as any)['c_' + name.toLowerCase()];
    const write =
      WRITES.has(name) ||
      cmd.autocommit === false ||
      (name === 'aggregate' &&
        Array.isArray(cmd.pipeline) &&
        cmd.pipeline.some((s: any) => s.$out || s.$merge));
    return this.submit(() => {
      if (!h) throw cerr(59, `no such command: '${name}'`);
      const db = cmd.$db ?? 'test';
      const sess = cmd.lsid ? this.session(cmd.lsid) : null;
      if (cmd.apiStrict && cmd.apiVersion === undefined) throw cerr(2, 'apiVersion is required');
      if (cmd.autocommit === false && name !== 'commitTransaction' && name !== 'abortTransaction')
        return this.inTxn(cmd, name, db, sess!, h, conn);
      if (cmd.txnNumber !== undefined && cmd.autocommit === undefined && RETRY.has(name)) {
        const n = cmd.txnNumber.toString();
        const r = this.e.retry.get(sess!.key);
        if (r && r.n === n) return r.reply;
        if (r && BigInt(r.n) > BigInt(n))
          throw cerr(
            225,
            `Retryable write with txnNumber ${n} is prohibited on session because a newer retryable write with txnNumber ${r.n} has already started on this session.`,
          );
        let reply: any;
        try {
          reply = h.call(this, cmd, db, sess, conn, null);
        } catch (er: any) {
          if (er instanceof Blocked) throw er;
          throw er;
        }
        this.e.retry.set(sess!.key, { n, reply });
        if (!Buffer.isBuffer(reply)) this.store.retryPut(sess!.key, ser({ n, r: reply }));
        return reply;
      }
      return h.call(this, cmd, db, sess, conn, null);
    }, write);
  }
  session(lsid: any): Session {
    const k = Buffer.from(lsid.id.buffer).toString('hex');
    let s = this.sessions.get(k);
    if (!s) this.sessions.set(k, (s = { key: k, used: 0 }));
    s.used = Date.now();
    return s;
  }
  inTxn(cmd: Doc, name: string, db: string, s: Session, h: any, conn: any): Reply {
    const n = cmd.txnNumber.toString();
    const transient = ['TransientTransactionError'];
    if (cmd.startTransaction) {
      if (s.num !== undefined && BigInt(s.num) > BigInt(n))
        throw cerr(
          225,
          `Cannot start transaction ${n} on session because a newer transaction has already started.`,
        );
      if (s.tx && !s.tx.done) this.e.end(s.tx);
      s.num = n;
      s.state = 'active';
      s.tx = this.e.begin(s.key);
      s.tx.lsid = cmd.lsid;
      s.tx.txnNumber = cmd.txnNumber;
    } else if (s.num !== n || s.state !== 'active' || !s.tx || s.tx.done) {
      if (s.num === n && s.state === 'committed')
        throw cerr(256, `Transaction with { txnNumber: ${n} } has been committed.`);
      throw cerr(
        251,
        `Given transaction number ${n} does not match any in-progress transactions. The active transaction number is ${s.num ?? -1}`,
        {},
        transient,
      );
    } else if (
      cmd.readConcern &&
      Object.keys(cmd.readConcern).some((k) => k !== 'afterClusterTime')
    )
      throw cerr(72, 'Only the first command in a transaction may specify a readConcern');
    if (!TXN_OK.has(name)) {
      this.e.end(s.tx!);
      s.state = 'aborted';
      throw cerr(263, `Cannot run '${name}' in a multi-document transaction.`);
    }
    if (cmd.writeConcern)
      throw cerr(72, `writeConcern is not allowed within a multi-statement transaction`);
    try {
      const r: any = h.call(this, cmd, db, s, conn, s.tx);
      if (!Buffer.isBuffer(r) && r.writeErrors?.length) {
        this.e.end(s.tx!);
        s.state = 'aborted';
      }
      return r;
    } catch (er: any) {
      if (er instanceof Blocked) er = this.e.conflict();
      this.e.end(s.tx!);
      s.state = 'aborted';
      throw er;
    }
  }
  auto(f: (tx: Tx) => Doc, tx?: Tx | null): Doc {
    if (tx) return f(tx);
    const t = new Tx('auto', null);
    try {
      const r = f(t);
      this.e.commit(t);
      return r;
    } finally {
      this.e.end(t);
    }
  }
  wc(cmd: Doc, r: Doc): Doc {
    const w = cmd.writeConcern?.w;
    if (isNum(w) && num(w) > 1)
      r.writeConcernError = {
        code: 100,
        codeName: 'UnsatisfiableWriteConcern',
        errmsg: 'Not enough data-bearing nodes',
        errInfo: { writeConcern: { w, wtimeout: 0, provenance: 'clientSupplied' } },
      };
    else if (typeof w === 'string' && w !== 'majority')
      r.writeConcernError = {
        code: 79,
        codeName: 'UnknownReplWriteConcern',
        errmsg: `No write concern mode named '${w}' found in replica set configuration`,
        errInfo: { writeConcern: { w } },
      };
    return r;
  }
  coll(db: string, name: any, create = false, tx?: Tx | null): Collection | undefined {
    if (typeof name !== 'string') throw cerr(73, 'collection name has invalid type ' + typeof name);
    if (!name || (name.includes('$') && !name.startsWith('$cmd')))
      throw cerr(73, `Invalid namespace specified '${db}.${name}'`);
    const c = this.e.colls.get(db + '.' + name) ?? tx?.fresh.get(db + '.' + name);
    return c ?? (create ? this.e.create(db, name, {}, true, tx) : undefined);
  }
  // -------------------------------------------------------- cursors
  raw(batch: string, bufs: Buffer[], id: bigint, ns: string, extra: Doc = {}): Buffer {
    const keys = bufs.map((_, i) => String(i));
    let al = 5;
    for (let i = 0; i < bufs.length; i++) al += bufs[i].length + keys[i].length + 2;
    const cx = extra.cursor ? ser(extra.cursor) : null;
    const cxl = cx ? cx.length - 5 : 0;
    const nsb = Buffer.from(ns);
    const cl = 4 + 1 + batch.length + 1 + al + (1 + 3 + 8) + (1 + 3 + 4 + nsb.length + 1) + cxl + 1;
    const rest = ser({ ok: 1, ...this.meta(), ...(extra.top ?? {}) });
    const tl = 4 + 1 + 7 + cl + rest.length - 4;
    const o = Buffer.allocUnsafe(tl);
    let p = 0;
    p = o.writeInt32LE(tl, p);
    o[p++] = 3;
    p += o.write('cursor\0', p, 'latin1');
    p = o.writeInt32LE(cl, p);
    o[p++] = 4;
    p += o.write(batch + '\0', p, 'latin1');
    p = o.writeInt32LE(al, p);
    for (let i = 0; i < bufs.length; i++) {
      o[p++] = 3;
      p += o.write(keys[i], p, 'latin1');
      o[p++] = 0;
      p += bufs[i].copy(o, p);
    }
    o[p++] = 0;
    o[p++] = 0x12;
    p += o.write('id\0', p, 'latin1');
    p = o.writeBigInt64LE(id, p);
    o[p++] = 2;
    p += o.write('ns\0', p, 'latin1');
    p = o.writeInt32LE(nsb.length + 1, p);
    p += nsb.copy(o, p);
    o[p++] = 0;
    if (cx) p += cx.copy(o, p, 4, cx.length - 1);
    o[p++] = 0;
    rest.copy(o, p, 4);
    return o;
  }
  open(
    gen: Iterator<Buffer>,
    ns: string,
    batchSize: number,
    o: { single?: boolean; lsid?: string; tx?: Tx | null; noTimeout?: boolean } = {},
  ): Buffer {
    let peek: IteratorResult<Buffer> | null = null;
    const next = (n: number) => {
      const bufs: Buffer[] = [];
      let size = 0;
      for (;;) {
        const r = peek ?? gen.next();
        peek = null;
        if (r.done) return { bufs, done: true };
        if (bufs.length >= n || (bufs.length && size + r.value.length > MAXB)) {
          peek = r;
          return { bufs, done: false };
        }
        bufs.push(r.value);
        size += r.value.length;
      }
    };
    const f = batchSize === 0 && !o.single ? { bufs: [], done: false } : next(batchSize);
    if (f.done || o.single) return this.raw('firstBatch', f.bufs, 0n, ns);
    const id = this.cid++;
    this.cursors.set(id, {
      id,
      ns,
      next,
      lsid: o.lsid,
      tx: o.tx ?? undefined,
      at: Date.now(),
      noTimeout: o.noTimeout,
    });
    return this.raw('firstBatch', f.bufs, id, ns);
  }
  c_getMore(cmd: Doc, db: string, s: Session): Reply | Promise<Reply> {
    const id = BigInt(cmd.getMore.toString());
    const c = this.cursors.get(id);
    if (!c) throw cerr(43, `cursor id ${id} not found`);
    const n = cmd.batchSize ? num(cmd.batchSize) : Infinity;
    c.at = Date.now();
    if (c.ns !== db + '.' + cmd.collection)
      throw cerr(
        13,
        `Requested getMore on namespace '${db}.${cmd.collection}', but cursor belongs to a different namespace ${c.ns}`,
      );
    if (c.cs) return this.csMore(c, n, cmd.maxTimeMS ? num(cmd.maxTimeMS) : 1000);
    let r;
    try {
      r = c.next(n);
    } catch (er) {
      this.cursors.delete(id);
      throw er;
    }
    if (r.done) this.cursors.delete(id);
    return this.raw('nextBatch', r.bufs, r.done ? 0n : id, c.ns);
  }
  c_killCursors(cmd: Doc) {
    const killed: any[] = [],
      nf: any[] = [];
    for (const x of cmd.cursors) {
      const id = BigInt(x.toString());
      (this.cursors.delete(id) ? killed : nf).push(Long.fromBigInt(id));
    }
    for (const w of this.waiters) setImmediate(w);
    return { cursorsKilled: killed, cursorsNotFound: nf, cursorsAlive: [], cursorsUnknown: [] };
  }
  // -------------------------------------------------------- CRUD
  c_insert(cmd: Doc, db: string, s: any, _c: any, tx: Tx | null) {
    if (!Array.isArray(cmd.documents) || !cmd.documents.length)
      throw cerr(
        cmd.documents ? 16 : 40414,
        'Write batch sizes must be between 1 and 100000. Got 0 operations.',
      );
    const c = this.coll(db, cmd.insert, true, tx)!;
    const errs: any[] = [];
    let n = 0;
    return this.wc(
      cmd,
      this.auto((t) => {
        for (let i = 0; i < cmd.documents.length; i++) {
          try {
            this.e.insert(t, c, cmd.documents[i], undefined, cmd.bypassDocumentValidation);
            n++;
          } catch (er: any) {
            if (!(er instanceof CmdError) || er.labels.length) throw er;
            errs.push({ index: i, code: er.code, ...er.extra, errmsg: er.message });
            if (cmd.ordered !== false || tx) break;
          }
        }
        return { n, ...(errs.length ? { writeErrors: errs } : {}) };
      }, tx),
    );
  }
  co(c: Collection | undefined, spec?: Doc) {
    return spec ? collationOf(spec).c : c?.collation;
  }
  letVars(v?: Doc) {
    return v
      ? Object.fromEntries(Object.keys(v).map((k) => [k, expr(v[k], {})({}) ?? null]))
      : undefined;
  }
  updateDoc(
    tx: Tx,
    c: Collection,
    u: Compiled,
    rid: number,
    buf: Buffer,
    doc: Doc,
    pos: number | undefined,
    o: any,
  ): { changed: boolean; after: Doc } {
    this.e.lockRow(tx, c, rid);
    let after: Doc,
      desc: Desc | null = null;
    const before = parse(buf);
    if (u.kind === 'ops') {
      after = doc;
      desc = applyOps(after, u, {
        pos,
        coll: o.coll,
        now: o.now,
        ts: () => this.e.ts(this.e.tick()),
      });
    } else if (u.kind === 'replace') {
      after = { _id: doc._id, ...u.doc };
      if ('_id' in u.doc && !eq(u.doc._id, doc._id))
        throw cerr(
          66,
          `After applying the update, the (immutable) field '_id' was found to have been altered to _id: ${JSON.stringify(u.doc._id)}`,
        );
      after._id = doc._id;
      after = stamp(after, () => this.e.ts(this.e.tick()));
    } else {
      after = runPipeline([doc], u.stages, this.env(tx, c.db, o.coll, o.vars))[0];
      if (!('_id' in after)) after = { _id: doc._id, ...after };
      else if (!eq(after._id, doc._id))
        throw cerr(
          66,
          "Performing an update on the path '_id' would modify the immutable field '_id'",
        );
      desc = diff(before, after);
    }
    return { changed: this.e.replace(tx, c, rid, before, buf, after, desc, o.bypass), after };
  }
  upsert(tx: Tx, c: Collection, q: Doc, u: Compiled, o: any): Doc {
    let d: Doc;
    const base = upsertBase(q);
    if (u.kind === 'ops') {
      d = base;
      applyOps(d, u, {
        insert: true,
        coll: o.coll,
        now: o.now,
        ts: () => this.e.ts(this.e.tick()),
      });
    } else if (u.kind === 'replace') {
      d = stamp({ ...('_id' in base ? { _id: base._id } : {}), ...u.doc }, () =>
        this.e.ts(this.e.tick()),
      );
      if ('_id' in base && '_id' in u.doc && !eq(base._id, u.doc._id))
        throw cerr(66, 'The _id field cannot be changed');
    } else {
      d = runPipeline([base], u.stages, this.env(tx, c.db, o.coll, o.vars))[0];
    }
    if (o.supplied && u.kind !== 'ops')
      d = { ...o.supplied, ...('_id' in d ? { _id: d._id } : {}) };
    return this.e.insert(tx, c, d, undefined, o.bypass);
  }
  c_update(cmd: Doc, db: string, s: any, _c: any, tx: Tx | null) {
    const c = this.coll(
      db,
      cmd.update,
      cmd.updates.some((x: any) => x.upsert),
      tx,
    );
    const now = new Date();
    let n = 0,
      nm = 0;
    const ups: any[] = [],
      errs: any[] = [];
    return this.wc(
      cmd,
      this.auto((t) => {
        for (let i = 0; i < cmd.updates.length; i++) {
          const x = cmd.updates[i];
          try {
            const coll = this.co(c, x.collation);
            const u = compileUpdate(x.u, x.arrayFilters, coll);
            if (x.multi && u.kind === 'replace')
              throw cerr(9, 'multi update is not supported for replacement-style update');
            if (u.kind === 'pipeline' && x.arrayFilters)
              throw cerr(9, 'arrayFilters may not be specified for pipeline-syle updates');
            const vars = this.letVars({ ...cmd.let, ...x.c });
            const o = {
              coll,
              now,
              vars,
              bypass: cmd.bypassDocumentValidation,
              supplied: x.upsertSupplied ? x.c?.new : undefined,
            };
            if (!c) continue;
            if (c.view) throw cerr(166, `Namespace ${c.ns} is a view, not a collection`);
            const m: any[] = [];
            for (const r of this.e.find(t, c, x.q, {
              hint: x.hint,
              coll,
              vars,
              sort: x.sort,
              limit: x.multi ? 0 : 1,
            })) {
              m.push(r);
              if (!x.multi) break;
            }
            if (!m.length && x.upsert) {
              const d = this.upsert(t, c, x.q, u, o);
              n++;
              ups.push({ index: i, _id: d._id });
              continue;
            }
            const q = needPos(x.u) ? compile(x.q, coll) : null;
            for (const [rid, buf, dd] of m) {
              const d = dd ?? parse(buf);
              let pos: number | undefined;
              if (q) {
                const cc: Ctx = { vars };
                q(d, cc);
                pos = cc.pos;
              }
              if (this.updateDoc(t, c, u, rid, buf, d, pos, o).changed) nm++;
              n++;
            }
          } catch (er: any) {
            if (!(er instanceof CmdError) || er.labels.length) throw er;
            errs.push({ index: i, code: er.code, ...er.extra, errmsg: er.message });
            if (cmd.ordered !== false || tx) break;
          }
        }
        return {
          n,
          nModified: nm,
          ...(ups.length ? { upserted: ups } : {}),
          ...(errs.length ? { writeErrors: errs } : {}),
        };
      }, tx),
    );
  }
  c_delete(cmd: Doc, db: string, s: any, _c: any, tx: Tx | null) {
    const c = this.coll(db, cmd.delete, false, tx);
    let n = 0;
    const errs: any[] = [];
    return this.wc(
      cmd,
      this.auto((t) => {
        for (let i = 0; i < cmd.deletes.length; i++) {
          const x = cmd.deletes[i];
          try {
            if (!c) {
              compile(x.q);
              continue;
            }
            if (c.view) throw cerr(166, `Namespace ${c.ns} is a view, not a collection`);
            const coll = this.co(c, x.collation);
            const m: any[] = [];
            for (const r of this.e.find(t, c, x.q, {
              hint: x.hint,
              coll,
              vars: this.letVars(cmd.let),
              limit: num(x.limit),
            })) {
              m.push(r);
              if (num(x.limit) === 1) break;
            }
            for (const [rid, buf, d] of m) {
              this.e.lockRow(t, c, rid);
              this.e.remove(t, c, rid, d ?? parse(buf), buf);
              n++;
            }
          } catch (er: any) {
            if (!(er instanceof CmdError) || er.labels.length) throw er;
            errs.push({ index: i, code: er.code, errmsg: er.message });
            if (cmd.ordered !== false || tx) break;
          }
        }
        return { n, ...(errs.length ? { writeErrors: errs } : {}) };
      }, tx),
    );
  }
  c_findAndModify(cmd: Doc, db: string, s: any, _c: any, tx: Tx | null) {
    const c = this.coll(db, cmd.findAndModify ?? cmd.findandmodify, !!cmd.upsert, tx);
    const coll = this.co(c, cmd.collation);
    const now = new Date();
    const q = cmd.query ?? {};
    if (cmd.remove && cmd.update) throw cerr(9, 'Cannot specify both an update and remove=true');
    if (cmd.remove && cmd.new)
      throw cerr(
        9,
        "Cannot specify both new=true and remove=true; 'remove' always returns the deleted document",
      );
    if (!cmd.remove && !cmd.update)
      throw cerr(9, 'Either an update or remove=true must be specified');
    return this.wc(
      cmd,
      this.auto((t) => {
        const vars = this.letVars(cmd.let);
        const u = cmd.update ? compileUpdate(cmd.update, cmd.arrayFilters, coll) : null;
        const proj =
          cmd.fields && Object.keys(cmd.fields).length
            ? compileProjection(cmd.fields, { find: true, filter: q, coll, vars })
            : null;
        const out = (d: Doc | null, pos?: number) => (d && proj ? proj(d, { pos }) : d);
        const o = { coll, now, vars, bypass: cmd.bypassDocumentValidation };
        let m: any = null;
        if (c)
          for (const r of this.e.find(t, c, q, {
            sort: cmd.sort,
            hint: cmd.hint,
            coll,
            vars,
            limit: 1,
          })) {
            m = r;
            break;
          }
        if (cmd.remove) {
          if (!m) return { lastErrorObject: { n: 0 }, value: null };
          const d = m[2] ?? parse(m[1]);
          this.e.lockRow(t, c!, m[0]);
          this.e.remove(t, c!, m[0], d, m[1]);
          return { lastErrorObject: { n: 1 }, value: out(d) };
        }
        if (!m) {
          if (!cmd.upsert || !c)
            return { lastErrorObject: { n: 0, updatedExisting: false }, value: null };
          const d = this.upsert(t, c, q, u!, o);
          return {
            lastErrorObject: { n: 1, updatedExisting: false, upserted: d._id },
            value: cmd.new ? out(d) : null,
          };
        }
        const d = m[2] ?? parse(m[1]);
        const cc: Ctx = { vars };
        compile(q, coll)(d, cc);
        const before = parse(m[1]);
        const r = this.updateDoc(t, c!, u!, m[0], m[1], d, cc.pos, o);
        return {
          lastErrorObject: { n: 1, updatedExisting: true },
          value: out(cmd.new ? r.after : before, cc.pos),
        };
      }, tx),
    );
  }
  c_find(cmd: Doc, db: string, s: any, _c: any, tx: Tx | null): Reply {
    const c = this.coll(db, cmd.find, false, tx);
    const filter = cmd.filter ?? {};
    const coll = this.co(c, cmd.collation);
    const vars = this.letVars(cmd.let);
    const proj =
      cmd.projection && Object.keys(cmd.projection).length
        ? compileProjection(cmd.projection, { find: true, filter, coll, vars })
        : null;
    const lim = cmd.limit ? Math.abs(num(cmd.limit)) : 0,
      skip = num(cmd.skip ?? 0),
      bs = cmd.batchSize !== undefined ? num(cmd.batchSize) : 101;
    if (skip < 0) throw cerr(51024, `BSON field 'skip' value must be >= 0, actual value '${skip}'`);
    if (!c) {
      compile(filter, coll);
      return this.raw('firstBatch', [], 0n, db + '.' + cmd.find);
    }
    if (c.view) {
      const p: Doc[] = [];
      if (Object.keys(filter).length) p.push({ $match: filter });
      if (cmd.sort && Object.keys(cmd.sort).length) p.push({ $sort: cmd.sort });
      if (skip) p.push({ $skip: skip });
      if (lim) p.push({ $limit: lim });
      if (cmd.projection && Object.keys(cmd.projection).length)
        p.push({ $project: cmd.projection });
      return this.open(
        this.aggDocs(tx, db, cmd.find, p, coll, vars)[Symbol.iterator]().map(ser) as any,
        c.ns,
        bs,
        { single: cmd.singleBatch },
      );
    }
    const e = this.e;
    const needCtx =
      proj && cmd.projection && Object.keys(cmd.projection).some((k) => k.endsWith('.$'));
    const q = needCtx ? compile(filter, coll) : null;
    const sk = cmd.showRecordId;
    compile(filter, coll);
    const gen = (function* () {
      let n = 0,
        k = 0;
      for (const [rid, b, d] of e.find(tx, c, filter, {
        sort: cmd.sort,
        hint: cmd.hint,
        coll,
        vars,
        limit: lim ? lim + skip : bs + 1,
      })) {
        if (k++ < skip) continue;
        if (proj || sk) {
          const dd = d ?? parse(b);
          const cc: Ctx = {};
          if (q) q(dd, cc);
          const o = proj ? proj(dd, cc) : dd;
          if (sk) o.$recordId = Long.fromNumber(rid);
          yield ser(o);
        } else yield b;
        if (lim && ++n >= lim) return;
      }
    })();
    return this.open(gen, c.ns, bs, {
      single: cmd.singleBatch || num(cmd.limit ?? 0) < 0,
      lsid: s?.key,
      tx,
      noTimeout: cmd.noCursorTimeout,
    });
  }
  c_count(cmd: Doc, db: string, s: any, _c: any, tx: Tx | null) {
    const c = this.coll(db, cmd.count);
    if (!c) return { n: 0 };
    const q = cmd.query ?? {};
    let n = 0;
    const lim = Math.abs(num(cmd.limit ?? 0)),
      skip = num(cmd.skip ?? 0);
    if (c.view) n = this.aggDocs(tx, db, cmd.count, [{ $match: q }]).length;
    else if (!Object.keys(q).length && !tx) n = c.count;
    else
      for (const _ of this.e.find(tx, c, q, { hint: cmd.hint, coll: this.co(c, cmd.collation) })) {
        n++;
        if (lim && n >= lim + skip) break;
      }
    n = Math.max(0, n - skip);
    if (lim) n = Math.min(n, lim);
    return { n };
  }
  c_distinct(cmd: Doc, db: string, s: any, _c: any, tx: Tx | null) {
    const c = this.coll(db, cmd.distinct, false, tx);
    const m = new Map<string, any>();
    if (c) {
      const docs = c.view
        ? this.aggDocs(tx, db, cmd.distinct, [{ $match: cmd.query ?? {} }])
        : [
            ...this.e.find(tx, c, cmd.query ?? {}, {
              coll: this.co(c, cmd.collation),
              hint: cmd.hint,
            }),
          ].map((x) => x[2] ?? parse(x[1]));
      for (const d of docs) {
        const v = get(d, cmd.key);
        for (const x of Array.isArray(v) ? v : [v])
          if (x !== undefined)
            for (const y of Array.isArray(x) && cmd.key.includes('.') ? x : [x]) {
              const k = encKey(
                [y],
                undefined,
                cmd.collation ? collationOf(cmd.collation).norm : undefined,
              ).latin1Slice();
              if (!m.has(k)) m.set(k, y);
            }
      }
    }
    return { values: [...m.values()].sort((a, b) => cmp(a, b)) };
  }
  // -------------------------------------------------------- aggregation
  env(tx: Tx | null, db: string, coll?: any, vars?: Doc): Env {
    const all = (name: string) => this.aggDocs(tx, db, name, []);
    return {
      coll,
      vars,
      resolve: all,
      run: (n, p, v) => this.aggDocs(tx, db, n, p, coll, v),
      lookup: (n, f) => this.aggDocs(tx, db, n, [{ $match: f }]),
      hasIndex: (n, f) =>
        !!this.e.colls
          .get(db + '.' + n)
          ?.indexes.some((i) => Object.keys(i.key)[0] === f && !i.partial && !i.sparse && !i.coll),
      out: (k, sp, docs) => this.writeOut(tx, db, k, sp, docs),
    };
  }
  aggDocs(
    tx: Tx | null,
    db: string,
    name: any,
    p: Doc[],
    coll?: any,
    vars?: Doc,
    hint?: any,
  ): Doc[] {
    if (isObj(name)) {
      db = name.db;
      name = name.coll;
    }
    const c = this.e.colls.get(db + '.' + name) ?? tx?.fresh.get(db + '.' + name);
    if (c?.view) return this.aggDocs(tx, db, c.view.on, [...c.view.pipeline, ...p], coll, vars);
    const env = this.env(tx, db, coll ?? c?.collation, vars);
    if (p[0]?.$documents) return runPipeline([], p, env);
    let i = 0;
    let filter: Doc = {};
    let sort: Doc | undefined;
    const ms: Doc[] = [];
    while (p[i]?.$match) {
      ms.push(p[i].$match);
      i++;
    }
    if (ms.length) filter = ms.length === 1 ? ms[0] : { $and: ms };
    if (p[i]?.$sort) {
      sort = p[i].$sort;
      i++;
    }
    if (!c) {
      compile(filter);
      return runPipeline([], p.slice(i), env);
    }
    let lim = Infinity,
      skip = 0;
    if (p[i]?.$skip !== undefined) {
      skip = num(p[i].$skip);
      i++;
    }
    if (p[i]?.$limit !== undefined && num(p[i].$limit) > 0) {
      lim = num(p[i].$limit);
      i++;
    }
    const rest = p.slice(i);
    if (
      rest.length === 1 &&
      (rest[0].$count ||
        (rest[0].$group &&
          rest[0].$group._id !== null &&
          !isObj(rest[0].$group._id) &&
          typeof rest[0].$group._id !== 'string' &&
          Object.keys(rest[0].$group).length === 2 &&
          rest[0].$group.n?.$sum === 1)) &&
      !ms.length &&
      lim === Infinity &&
      !tx
    ) {
      const n = Math.max(0, c.count - skip);
      if (rest[0].$count) return n ? [{ [rest[0].$count]: n }] : [];
      return n ? [{ _id: rest[0].$group._id, n }] : [];
    }
    const docs: Doc[] = [];
    for (const [, b, d] of this.e.find(tx, c, filter, {
      sort,
      coll: env.coll,
      vars,
      hint,
      limit: lim === Infinity ? 0 : lim + skip,
    })) {
      if (skip-- > 0) continue;
      docs.push(d ?? parse(b));
      if (docs.length >= lim) break;
    }
    return runPipeline(docs, rest, env);
  }
  writeOut(tx: Tx | null, db: string, k: string, sp: any, docs: Doc[]) {
    if (tx) throw cerr(263, `${k} cannot be used in a transaction`);
    if (k === '$out') {
      const [d, n] = isObj(sp) ? [sp.db ?? db, sp.coll] : [db, sp];
      let c = this.e.colls.get(d + '.' + n);
      const keep = c ? c.indexes.filter((i) => i.name !== '_id_').map((i) => i.opts) : [];
      if (c) this.e.drop(c, false);
      c = this.e.create(d, n);
      for (const i of keep) this.e.createIndex(c, i);
      this.auto((t) => {
        for (const x of docs) this.e.insert(t, c!, x);
        return {};
      });
      return;
    }
    const into = sp.into ?? sp;
    const [d, n] = isObj(into) ? [into.db ?? db, into.coll] : [db, into];
    const c = this.coll(d, n, true)!;
    const on: string[] = Array.isArray(sp.on) ? sp.on : [sp.on ?? '_id'];
    const wm = sp.whenMatched ?? 'merge',
      wn = sp.whenNotMatched ?? 'insert';
    this.auto((t) => {
      for (let x of docs) {
        if (!('_id' in x)) x = { _id: new ObjectId(), ...x };
        const q = Object.fromEntries(on.map((f) => [f, get(x, f)]));
        let m: any = null;
        for (const r of this.e.find(t, c, q)) {
          m = r;
          break;
        }
        if (!m) {
          if (wn === 'insert') this.e.insert(t, c, x);
          else if (wn === 'fail')
            throw cerr(
              13113,
              '$merge could not find a matching document in the target collection for at least one document in the source collection',
            );
          continue;
        }
        if (wm === 'keepExisting') continue;
        if (wm === 'fail') throw this.e.dup(c, c.indexes[0], x);
        const old = parse(m[1]);
        const nd = Array.isArray(wm)
          ? runPipeline([old], wm, this.env(t, db, undefined, { new: plain(x) }))[0]
          : wm === 'replace'
            ? { ...x, _id: old._id }
            : { ...old, ...x, _id: old._id };
        this.e.replace(t, c, m[0], parse(m[1]), m[1], nd, diff(parse(m[1]), nd));
      }
      return {};
    });
  }
  c_aggregate(cmd: Doc, db: string, s: any, _c: any, tx: Tx | null): Reply {
    const p = cmd.pipeline;
    if (!Array.isArray(p)) throw cerr(14, "'pipeline' must be specified as an array");
    validatePipeline(p);
    const bs = cmd.cursor?.batchSize !== undefined ? num(cmd.cursor.batchSize) : 101;
    const vars = this.letVars(cmd.let);
    if (p[0]?.$changeStream) return this.openCS(cmd, db, p, bs, s);
    if (cmd.explain) return { queryPlanner: {}, stages: p };
    if (cmd.readConcern?.level === 'linearizable' && p.some((x: any) => x.$out || x.$merge))
      throw cerr(72, '$out cannot be used with a linearizable read concern');
    const isDb = isNum(cmd.aggregate);
    const ns = isDb ? db + '.$cmd.aggregate' : db + '.' + cmd.aggregate;
    if (isDb) {
      if (p[0]?.$listLocalSessions || p[0]?.$currentOp || p[0]?.$listSessions) {
        const env = this.env(tx, db);
        let docs: Doc[] = p[0].$listLocalSessions
          ? [...this.sessions.values()].map((x) => ({
              _id: { id: new Binary(Buffer.from(x.key, 'hex'), 4) },
              lastUse: new Date(x.used),
            }))
          : [];
        return this.open(
          runPipeline(docs, p.slice(1), env)[Symbol.iterator]().map(ser) as any,
          ns,
          bs,
        );
      }
      return this.open(
        runPipeline([], p, this.env(tx, db, undefined, vars))
          [Symbol.iterator]()
          .map(ser) as any,
        ns,
        bs,
      );
    }
    const c = this.coll(db, cmd.aggregate);
    const last = p.at(-1);
    if (p[0]?.$collStats) {
      return this.open(
        runPipeline(
          [
            {
              ns,
              count: c?.count ?? 0,
              storageStats: {
                count: c?.count ?? 0,
                size: 0,
                storageSize: 0,
                nindexes: c?.indexes.length ?? 0,
              },
            },
          ],
          p.slice(1),
          this.env(tx, db),
        )
          [Symbol.iterator]()
          .map(ser) as any,
        ns,
        bs,
      );
    }
    if (p[0]?.$indexStats)
      return this.open(
        runPipeline(
          (c?.indexes ?? []).map((i) => ({
            name: i.name,
            key: i.key,
            accesses: { ops: 0, since: new Date() },
          })),
          p.slice(1),
          this.env(tx, db),
        )
          [Symbol.iterator]()
          .map(ser) as any,
        ns,
        bs,
      );
    const docs = this.aggDocs(tx, db, cmd.aggregate, p, this.co(c, cmd.collation), vars, cmd.hint);
    const r = this.open(docs[Symbol.iterator]().map(ser) as any, ns, bs, { lsid: s?.key, tx });
    if (last && ('$out' in last || '$merge' in last) && cmd.writeConcern) {
      const w = this.wc(cmd, {});
      if (w.writeConcernError) return { ...parse(r), ...w };
    }
    return r;
  }
  // -------------------------------------------------------- change streams
  tok(n: number, inv = false): Doc {
    return { _data: n.toString(16).padStart(14, '0') + (inv ? '01' : '00') };
  }
  untok(t: any): [number, boolean] {
    if (!t || typeof t._data !== 'string' || !/^[0-9a-f]{16}$/i.test(t._data))
      throw cerr(260, 'Invalid resume token');
    return [parseInt(t._data.slice(0, 14), 16), t._data.endsWith('01')];
  }
  openCS(cmd: Doc, db: string, p: Doc[], bs: number, s: any): Reply {
    const o = p[0].$changeStream;
    const scope = o.allChangesForCluster
      ? {}
      : isNum(cmd.aggregate)
        ? { db }
        : { db, coll: cmd.aggregate };
    let pos = this.durable;
    /* nothing acknowledged yet after this point */ const [first] = this.store.oplogRange();
    for (const k of Object.keys(o))
      if (
        ![
          'fullDocument',
          'fullDocumentBeforeChange',
          'resumeAfter',
          'startAfter',
          'startAtOperationTime',
          'allChangesForCluster',
          'showExpandedEvents',
          'showSystemEvents',
          'showRawUpdateDescription',
        ].includes(k)
      )
        throw cerr(40415, `BSON field '$changeStream.${k}' is an unknown field.`);
    if (
      [o.resumeAfter, o.startAfter, o.startAtOperationTime].filter((x) => x !== undefined).length >
      1
    )
      throw cerr(40674, 'Only one type of resume option is allowed, but multiple were found.');
    if (
      o.fullDocument !== undefined &&
      !['default', 'updateLookup', 'whenAvailable', 'required'].includes(o.fullDocument)
    )
      throw cerr(
        2,
        `Enumeration value '${o.fullDocument}' for field '$changeStream.fullDocument' is not a valid value.`,
      );
    for (const st of p.slice(1)) {
      const k = Object.keys(st)[0];
      if (
        ![
          '$match',
          '$project',
          '$addFields',
          '$set',
          '$unset',
          '$replaceRoot',
          '$replaceWith',
          '$redact',
          '$changeStreamSplitLargeEvent',
        ].includes(k)
      )
        throw cerr(20, `${k} is not permitted in a $changeStream pipeline`);
    }
    const rt = o.resumeAfter ?? o.startAfter;
    if (rt) {
      const [n, inv] = this.untok(rt);
      if (inv && o.resumeAfter)
        throw cerr(
          260,
          "Attempting to resume a change stream using 'resumeAfter' is not allowed from an invalidate notification.",
        );
      if (first && n < first - 1 && n < this.e.lastTs && n < first)
        throw cerr(
          286,
          'Resume of change stream was not possible, as the resume point may no longer be in the oplog.',
          {},
          ['NonResumableChangeStreamError'],
        );
      pos = n;
    } else if (o.startAtOperationTime)
      pos =
        num(Long.fromBits(o.startAtOperationTime.high, 0, true)) * 1048576 +
        (o.startAtOperationTime.low >>> 0) -
        1;
    const ns = isNum(cmd.aggregate) ? db + '.$cmd.aggregate' : db + '.' + cmd.aggregate;
    const cs: CS = {
      pos,
      scope,
      env: this.env(null, db, this.co(undefined, cmd.collation)),
      pipeline: p.slice(1),
      full: o.fullDocument ?? 'default',
      before: o.fullDocumentBeforeChange ?? 'off',
      expanded: !!o.showExpandedEvents,
    };
    const id = this.cid++;
    const c: Cursor = { id, ns, next: null as any, cs, at: Date.now(), noTimeout: true };
    this.cursors.set(id, c);
    const bufs = this.csScan(cs, bs === 0 ? 0 : bs);
    return this.raw('firstBatch', bufs, cs.dead ? 0n : id, ns, {
      cursor: { postBatchResumeToken: this.tok(cs.pos) },
    });
  }
  csScan(cs: CS, n: number): Buffer[] {
    const out: Buffer[] = [];
    if (n === 0) return out;
    let size = 0;
    for (;;) {
      const rows = this.store.oplogScan(cs.pos, 500);
      if (!rows.length) {
        return out;
      }
      for (const [ts, b] of rows) {
        const d = parse(b);
        let ev = this.event(cs, ts, d);
        if (ev) {
          const orig = ev;
          const r = runPipeline([ev], cs.pipeline, cs.env);
          if (r.length) {
            if (!r[0]._id || !eq(r[0]._id, orig._id)) {
              throw cerr(
                280,
                'Encountered an event whose _id field, which contains the resume token, was modified by the pipeline. Modifying the _id field of an event makes it impossible to resume the stream from that point.',
                {},
                ['NonResumableChangeStreamError'],
              );
            }
            const x = ser(r[0]);
            if (out.length && size + x.length > MAXB) return out;
            out.push(x);
            size += x.length;
          }
        }
        cs.pos = ts;
        if (
          (cs.scope.coll &&
            (d.op === 'drop' || d.op === 'rename') &&
            d.db === cs.scope.db &&
            d.coll === cs.scope.coll) ||
          (cs.scope.db && d.op === 'dropDatabase' && d.db === cs.scope.db)
        ) {
          const inv = {
            _id: this.tok(ts, true),
            operationType: 'invalidate',
            clusterTime: this.e.ts(num(d.ct)),
            wallTime: d.wall,
          };
          const r = runPipeline([inv], cs.pipeline, cs.env);
          if (r.length) out.push(ser(r[0]));
          cs.dead = true;
          return out;
        }
        if (out.length >= n) return out;
      }
    }
  }
  event(cs: CS, ts: number, d: Doc): Doc | null {
    const { scope } = cs;
    if (scope.db && d.db !== scope.db) return null;
    if (
      scope.coll &&
      d.op !== 'dropDatabase' &&
      d.coll !== scope.coll &&
      !(d.op === 'rename' && d.extra?.to?.coll === scope.coll && cs.expanded)
    )
      return null;
    if (!scope.db && (d.db === 'admin' || d.db === 'config' || d.db === 'local')) return null;
    if (d.op === 'dropDatabase' && scope.coll) return null;
    if (['create', 'createIndexes', 'dropIndexes', 'modify'].includes(d.op) && !cs.expanded)
      return null;
    const ev: Doc = {
      _id: this.tok(ts),
      operationType: d.op,
      clusterTime: this.e.ts(num(d.ct)),
      wallTime: d.wall,
    };
    if (cs.expanded && d.uuid)
      ev.collectionUUID = new Binary(Buffer.from(d.uuid.replace(/-/g, ''), 'hex'), 4);
    if (d.doc) ev.fullDocument = d.doc;
    ev.ns = d.op === 'dropDatabase' ? { db: d.db } : { db: d.db, coll: d.coll };
    if (cs.expanded && d.op === 'create') ev.nsType = 'collection';
    if (d.op === 'rename') {
      ev.to = d.extra.to;
      if (cs.expanded)
        ev.operationDescription = {
          to: d.extra.to,
          ...(d.extra.dropTarget ? { dropTarget: d.extra.dropTarget } : {}),
        };
    } else if (d.extra?.operationDescription)
      ev.operationDescription = d.extra.operationDescription;
    if (d.key) ev.documentKey = d.key;
    if (d.desc) {
      ev.updateDescription = d.desc;
      if (cs.expanded) ev.updateDescription = { ...d.desc, disambiguatedPaths: {} };
    }
    if (d.op === 'update' && cs.full !== 'default') {
      if (cs.full === 'updateLookup') {
        const c = this.e.colls.get(d.db + '.' + d.coll);
        ev.fullDocument = null;
        if (c)
          for (const r of this.e.find(null, c, { _id: d.key._id })) {
            ev.fullDocument = parse(r[1]);
            break;
          }
      } else {
        ev.fullDocument = d.extra?.post ?? null;
        if (!ev.fullDocument && cs.full === 'required')
          throw cerr(
            47,
            'Change stream was configured to require a post-image for all update events, but the post-image was not found',
            {},
            ['NonResumableChangeStreamError'],
          );
      }
    }
    if (cs.before !== 'off' && ['update', 'replace', 'delete'].includes(d.op)) {
      if (d.pre) ev.fullDocumentBeforeChange = d.pre;
      else if (cs.before === 'required')
        throw cerr(47, 'Change stream was configured to require a pre-image', {}, [
          'NonResumableChangeStreamError',
        ]);
      else ev.fullDocumentBeforeChange = null;
    }
    if (d.lsid) {
      ev.lsid = d.lsid;
      ev.txnNumber = d.txn;
    }
    return ev;
  }
  csMore(c: Cursor, n: number, wait: number): Reply | Promise<Reply> {
    const cs = c.cs!;
    const attempt = (): Buffer | null => {
      const bufs = this.csScan(cs, n);
      if (bufs.length || cs.dead) {
        if (cs.dead) this.cursors.delete(c.id);
        return this.raw('nextBatch', bufs, cs.dead ? 0n : c.id, c.ns, {
          cursor: { postBatchResumeToken: this.tok(cs.pos, cs.dead) },
        });
      }
      return null;
    };
    let r: Buffer | null;
    try {
      r = attempt();
    } catch (er) {
      this.cursors.delete(c.id);
      throw er;
    }
    if (r) return r;
    return new Promise((ok, no) => {
      let t: any;
      const fin = (f: () => void) => {
        clearTimeout(t);
        this.waiters.delete(w);
        f();
      };
      const w = () => {
        // Each commit schedules a wake-up; one that comes after the answer must not take events that nobody gets.
        if (!this.waiters.has(w)) return;
        if (!this.cursors.has(c.id)) return fin(() => no(cerr(43, `cursor id ${c.id} not found`)));
        try {
          const x = attempt();
          if (x) fin(() => ok(x));
        } catch (er) {
          this.cursors.delete(c.id);
          fin(() => no(er));
        }
      };
      this.waiters.add(w);
      t = setTimeout(
        () =>
          fin(() => {
            ok(
              this.raw('nextBatch', [], c.id, c.ns, {
                cursor: { postBatchResumeToken: this.tok(cs.pos) },
              }),
            );
          }),
        wait,
      );
    });
  }
  // -------------------------------------------------------- transactions
  c_commitTransaction(cmd: Doc, db: string, s: Session) {
    const n = cmd.txnNumber?.toString();
    if (s?.num !== n)
      throw cerr(
        251,
        `Given transaction number ${n} does not match any in-progress transactions. The active transaction number is ${s?.num ?? -1}`,
        {},
        ['TransientTransactionError'],
      );
    if (s.state === 'committed') return this.wc(cmd, {});
    if (s.state !== 'active' || s.tx!.done)
      throw cerr(251, `Transaction with { txnNumber: ${n} } has been aborted.`, {}, [
        'TransientTransactionError',
      ]);
    if (s.tx!.ops.length) this.store.retryPut('t:' + s.key, ser({ n, r: {} }));
    this.e.commit(s.tx!);
    s.state = 'committed';
    return this.wc(cmd, {});
  }
  c_abortTransaction(cmd: Doc, db: string, s: Session) {
    const n = cmd.txnNumber?.toString();
    if (s?.num !== n || s.state !== 'active')
      throw cerr(251, `Transaction ${n} has been aborted or does not exist`, {});
    this.e.end(s.tx!);
    s.state = 'aborted';
    return {};
  }
  c_endSessions(cmd: Doc) {
    for (const l of cmd.endSessions) {
      const k = Buffer.from(l.id.buffer).toString('hex');
      const s = this.sessions.get(k);
      if (s?.tx && !s.tx.done) this.e.end(s.tx);
      this.sessions.delete(k);
    }
    return {};
  }
  c_startSession() {
    return {
      id: { id: new Binary(Buffer.from(crypto.randomUUID().replace(/-/g, ''), 'hex'), 4) },
      timeoutMinutes: 30,
    };
  }
  c_refreshSessions() {
    return {};
  }
  c_killSessions(cmd: Doc) {
    return this.c_killAllSessions(cmd);
  }
  c_killAllSessions(cmd: Doc) {
    for (const s of this.sessions.values())
      if (s.tx && !s.tx.done) {
        this.e.end(s.tx);
        s.state = 'aborted';
      }
    return {};
  }
  // -------------------------------------------------------- catalog
  c_create(cmd: Doc, db: string, s: any, _c: any, tx: Tx | null) {
    const {
      create,
      $db,
      lsid,
      $clusterTime,
      writeConcern,
      txnNumber,
      autocommit,
      startTransaction,
      comment,
      readConcern,
      ...opts
    } = cmd;
    for (const k of Object.keys(opts))
      if (k[0] === '$' || k.startsWith('api') || k === 'maxTimeMS') delete opts[k];
    const c = this.e.colls.get(db + '.' + create);
    if (c) {
      if (JSON.stringify(c.opts) === JSON.stringify(opts)) return {};
      throw cerr(48, `Collection ${db}.${create} already exists.`);
    }
    this.coll(db, create);
    if (opts.capped && opts.size === undefined)
      throw cerr(72, "the 'size' field is required when 'capped' is true");
    if (opts.clusteredIndex && opts.clusteredIndex.unique !== true)
      throw cerr(2, 'clusteredIndex requires unique:true');
    this.e.create(db, create, opts, true, tx);
    return this.wc(cmd, {});
  }
  c_drop(cmd: Doc, db: string) {
    const c = this.coll(db, cmd.drop);
    if (!c) return {};
    const n = c.indexes.length;
    this.e.drop(c);
    return this.wc(cmd, { nIndexesWas: n, ns: c.ns });
  }
  c_dropDatabase(cmd: Doc, db: string) {
    const cs = [...this.e.colls.values()].filter((c) => c.db === db);
    for (const c of cs) this.e.drop(c);
    if (cs.length) this.e.log([{ op: 'dropDatabase', db, coll: '' }], null);
    return { dropped: db };
  }
  c_renameCollection(cmd: Doc) {
    const [db, ...r] = cmd.renameCollection.split('.');
    const [tdb, ...tr] = cmd.to.split('.');
    const c = this.e.colls.get(cmd.renameCollection);
    if (!c) throw cerr(26, `Source collection ${cmd.renameCollection} does not exist`);
    const t = this.e.colls.get(cmd.to);
    if (t) {
      if (!cmd.dropTarget) throw cerr(48, 'target namespace exists');
      this.e.drop(t);
    }
    this.e.colls.delete(c.ns);
    const old = { db: c.db, coll: c.name };
    c.db = tdb;
    c.name = tr.join('.');
    c.ns = cmd.to;
    this.e.colls.set(c.ns, c);
    this.e.save(c);
    this.e.log(
      [
        {
          op: 'rename',
          ...old,
          c,
          extra: { to: { db: tdb, coll: c.name }, ...(t ? { dropTarget: t.uuid } : {}) },
        },
      ],
      null,
    );
    return {};
  }
  c_collMod(cmd: Doc, db: string) {
    const c = this.coll(db, cmd.collMod);
    if (!c) throw cerr(26, `ns does not exist: ${db}.${cmd.collMod}`);
    if (cmd.index) {
      const i = c.indexes.find((x) =>
        cmd.index.name
          ? x.name === cmd.index.name
          : JSON.stringify(x.key) === JSON.stringify(cmd.index.keyPattern),
      );
      if (!i)
        throw cerr(
          27,
          `cannot find index ${JSON.stringify(cmd.index.keyPattern ?? cmd.index.name)} for ns ${c.ns}`,
        );
      for (const k of ['expireAfterSeconds', 'hidden', 'unique', 'prepareUnique'])
        if (k in cmd.index) {
          if (k === 'unique') {
            const seen = new Map<string, any>();
            const viol: any[] = [];
            for (const [, b] of this.store.scan(c.id, 0, 1e9)) {
              const d = parse(b);
              for (const kk of this.e.keys(i, d)) {
                const x = kk.latin1Slice();
                const a = seen.get(x);
                if (a) a.push(d._id);
                else seen.set(x, [d._id]);
              }
            }
            for (const a of seen.values()) if (a.length > 1) viol.push({ ids: a });
            if (viol.length)
              throw cerr(
                359,
                'Cannot convert the index to unique. Please resolve conflicting documents before running collMod again.',
                { violations: viol },
              );
            i.unique = true;
            this.e.uniq.delete(i.id);
          }
          i.opts[k] = cmd.index[k];
        }
    }
    for (const k of [
      'validator',
      'validationLevel',
      'validationAction',
      'changeStreamPreAndPostImages',
      'viewOn',
      'pipeline',
    ])
      if (k in cmd) c.opts[k] = cmd[k];
    this.e.applyOpts(c);
    this.e.save(c);
    this.e.log([{ op: 'modify', db, coll: c.name, c, extra: { operationDescription: {} } }], null);
    return {};
  }
  c_listCollections(cmd: Doc, db: string) {
    const q = compile(cmd.filter ?? {});
    const docs = [...this.e.colls.values()]
      .filter((c) => c.db === db)
      .map((c) =>
        cmd.nameOnly
          ? {
              name: c.name,
              type: c.view ? 'view' : c.opts.timeseries ? 'timeseries' : 'collection',
            }
          : {
              name: c.name,
              type: c.view ? 'view' : c.opts.timeseries ? 'timeseries' : 'collection',
              options: c.opts,
              info: {
                readOnly: !!c.view,
                ...(c.view
                  ? {}
                  : { uuid: new Binary(Buffer.from(c.uuid.replace(/-/g, ''), 'hex'), 4) }),
              },
              ...(c.view ? {} : { idIndex: { v: 2, key: { _id: 1 }, name: '_id_' } }),
            },
      )
      .filter((d) => q(d, {}));
    return this.open(
      docs[Symbol.iterator]().map(ser) as any,
      db + '.$cmd.listCollections',
      cmd.cursor?.batchSize !== undefined ? num(cmd.cursor.batchSize) : Infinity,
    );
  }
  c_listDatabases(cmd: Doc) {
    const m = new Map<string, number>();
    for (const c of this.e.colls.values()) m.set(c.db, (m.get(c.db) ?? 0) + 1);
    const q = compile(cmd.filter ?? {});
    const dbs = [...m]
      .sort()
      .map(([name]) => (cmd.nameOnly ? { name } : { name, sizeOnDisk: 8192, empty: false }))
      .filter((d) => q(d, {}));
    return {
      databases: dbs,
      ...(cmd.nameOnly ? {} : { totalSize: 8192 * dbs.length, totalSizeMb: 0 }),
    };
  }
  c_createIndexes(cmd: Doc, db: string, _s?: any, _c?: any, tx?: Tx | null) {
    const pre = this.coll(db, cmd.createIndexes, false, tx);
    if (tx && pre && !tx.fresh.has(pre.ns))
      throw cerr(
        263,
        `Cannot create new indexes on existing collection ${pre.ns} in a multi-document transaction.`,
      );
    const before = pre?.indexes.length ?? 0;
    if (pre?.view) throw cerr(166, 'Namespace is a view');
    const c = pre ?? this.e.create(db, cmd.createIndexes, {}, true, tx);
    if (!Array.isArray(cmd.indexes) || !cmd.indexes.length)
      throw cerr(2, 'Must specify at least one index to create');
    const n0 = before || 1;
    let made = 0;
    for (const sp of cmd.indexes) {
      if (!sp.key || !Object.keys(sp.key).length)
        throw cerr(67, 'Index keys cannot be an empty object');
      for (const k of Object.keys(sp.key)) {
        const v = sp.key[k];
        if (
          !(isNum(v) && num(v) !== 0) &&
          !['text', 'hashed', '2d', '2dsphere', 'wildcard'].includes(v)
        )
          throw cerr(
            67,
            `Values in v:2 index key pattern cannot be of type ${typeof v} / value ${JSON.stringify(v)}. Only numbers > 0, numbers < 0, and strings are allowed.`,
          );
      }
      if (sp.expireAfterSeconds !== undefined && Object.keys(sp.key).length > 1)
        throw cerr(
          67,
          'TTL indexes are single-field indexes, compound indexes do not support TTL.',
        );
      if (sp.sparse && sp.partialFilterExpression)
        throw cerr(67, 'cannot mix "partialFilterExpression" and "sparse" options');
      if (!sp.name)
        throw cerr(
          9,
          "Error in specification: The 'name' field is a required property of an index specification",
        );
      if (this.e.createIndex(c, { v: 2, ...sp })) made++;
    }
    return this.wc(cmd, {
      numIndexesBefore: n0,
      numIndexesAfter: c.indexes.length,
      createdCollectionAutomatically: !pre,
      ...(made ? {} : { note: 'all indexes already exist' }),
      commitQuorum: 'votingMembers',
    });
  }
  c_createSearchIndexes(): any {
    throw cerr(
      31082,
      'Using Atlas Search Database Commands and the $listSearchIndexes aggregation stage requires additional configuration. Please connect to Atlas or an AtlasCLI local deployment to enable.',
    );
  }
  c_updateSearchIndex() {
    return this.c_createSearchIndexes();
  }
  c_dropSearchIndex() {
    return this.c_createSearchIndexes();
  }
  c_dropIndexes(cmd: Doc, db: string) {
    const c = this.coll(db, cmd.dropIndexes);
    if (!c) throw cerr(26, `ns not found ${db}.${cmd.dropIndexes}`);
    const n = c.indexes.length;
    const drop = (x: any) => {
      const i = c.indexes.find((i) =>
        typeof x === 'string'
          ? i.name === x
          : JSON.stringify(plain(i.key)) === JSON.stringify(plain(x)),
      );
      if (!i)
        throw cerr(
          27,
          `index not found with name [${typeof x === 'string' ? x : JSON.stringify(x)}]`,
        );
      if (i.name === '_id_') throw cerr(72, 'cannot drop _id index');
      this.e.dropIndex(c, i);
    };
    if (cmd.index === '*')
      for (const i of c.indexes.slice()) {
        if (i.name !== '_id_') this.e.dropIndex(c, i);
      }
    else for (const x of Array.isArray(cmd.index) ? cmd.index : [cmd.index]) drop(x);
    return this.wc(cmd, { nIndexesWas: n });
  }
  c_listIndexes(cmd: Doc, db: string) {
    const c = this.coll(db, cmd.listIndexes);
    if (!c) throw cerr(26, `ns does not exist: ${db}.${cmd.listIndexes}`);
    return this.open(
      c.indexes
        .map((i) => (i.opts.name === '_id_' ? { v: 2, key: { _id: 1 }, name: '_id_' } : i.opts))
        [Symbol.iterator]()
        .map(ser) as any,
      c.ns,
      cmd.cursor?.batchSize !== undefined ? num(cmd.cursor.batchSize) : 101,
    );
  }
  c_bulkWrite(cmd: Doc, db: string, s: any, conn: any, tx: Tx | null): Reply {
    // 8.0 client-level bulk write, mapped onto the single commands
    const res: Doc[] = [];
    const tot = { nErrors: 0, nInserted: 0, nMatched: 0, nModified: 0, nUpserted: 0, nDeleted: 0 };
    const common = (i: number): [string, string] => {
      const ns = cmd.nsInfo[i].ns;
      const p = ns.indexOf('.');
      return [ns.slice(0, p), ns.slice(p + 1)];
    };
    const t = tx;
    cmd.ops.some((op: any, idx: number) => {
      const k = Object.keys(op)[0];
      const [d, n] = common(num(op[k]));
      let r: any;
      const base = {
        let: cmd.let,
        ordered: true,
        bypassDocumentValidation: cmd.bypassDocumentValidation,
      };
      try {
        r =
          k === 'insert'
            ? this.c_insert({ ...base, insert: n, documents: [op.document] }, d, s, conn, t)
            : k === 'update'
              ? this.c_update(
                  {
                    ...base,
                    update: n,
                    updates: [
                      {
                        q: op.filter,
                        u: op.updateMods,
                        multi: op.multi,
                        upsert: op.upsert,
                        hint: op.hint,
                        arrayFilters: op.arrayFilters,
                        collation: op.collation,
                        c: op.constants,
                        sort: op.sort,
                      },
                    ],
                  },
                  d,
                  s,
                  conn,
                  t,
                )
              : this.c_delete(
                  {
                    ...base,
                    delete: n,
                    deletes: [
                      {
                        q: op.filter,
                        limit: op.multi ? 0 : 1,
                        hint: op.hint,
                        collation: op.collation,
                      },
                    ],
                  },
                  d,
                  s,
                  conn,
                  t,
                );
      } catch (er: any) {
        if (er instanceof Blocked || er.labels?.length) throw er;
        r = { n: 0, writeErrors: [{ code: er.code, errmsg: er.message, ...er.extra }] };
      }
      const we = r.writeErrors?.[0];
      if (we) {
        tot.nErrors++;
        const { index, errmsg, code, ...info } = we;
        res.push({
          ok: 0,
          idx,
          code,
          errmsg,
          ...(we.errInfo ? { errInfo: we.errInfo } : {}),
          ...(we.keyPattern ? { keyPattern: we.keyPattern, keyValue: we.keyValue } : {}),
          n: 0,
        });
        return cmd.ordered !== false || !!tx;
      }
      if (k === 'insert') tot.nInserted += r.n;
      else if (k === 'delete') tot.nDeleted += r.n;
      else {
        if (r.upserted) tot.nUpserted++;
        else tot.nMatched += r.n;
        tot.nModified += r.nModified;
      }
      if (!cmd.errorsOnly)
        res.push({
          ok: 1,
          idx,
          n: r.n,
          ...(k === 'update' ? { nModified: r.nModified } : {}),
          ...(r.upserted ? { upserted: { _id: r.upserted[0]._id } } : {}),
        });
      return false;
    });
    const wce = this.wc(cmd, {});
    const b: any = parse(
      this.open(
        res[Symbol.iterator]().map(ser) as any,
        'admin.$cmd.bulkWrite',
        cmd.cursor?.batchSize !== undefined ? num(cmd.cursor.batchSize) : 101,
      ),
    );
    return { cursor: b.cursor, ...tot, ...wce };
  }
  // -------------------------------------------------------- admin
  c_ping() {
    return {};
  }
  c_buildinfo() {
    return {
      version: '8.0.0',
      gitVersion: 'embedded',
      modules: [],
      versionArray: [8, 0, 0, 0],
      maxBsonObjectSize: 16777216,
      bits: 64,
      debug: false,
      storageEngines: ['embedded'],
    };
  }
  c_buildInfo() {
    return this.c_buildinfo();
  }
  c_getParameter(cmd: Doc) {
    const o: Doc = {};
    const all: Doc = {
      featureCompatibilityVersion: { version: '8.0' },
      enableTestCommands: true,
      requireApiVersion: false,
      authenticationMechanisms: ['SCRAM-SHA-256'],
      transactionLifetimeLimitSeconds: 60,
    };
    if (cmd.getParameter === '*') return all;
    for (const k of Object.keys(cmd)) if (k in all) o[k] = all[k];
    if (!Object.keys(o).length) throw cerr(72, 'no option found to get');
    return o;
  }
  c_setParameter() {
    return { was: null };
  }
  c_connectionStatus() {
    return { authInfo: { authenticatedUsers: [], authenticatedUserRoles: [] } };
  }
  c_whatsmyuri() {
    return { you: '127.0.0.1:0' };
  }
  c_getCmdLineOpts() {
    return { argv: ['embedded'], parsed: {} };
  }
  c_getLog() {
    return { totalLinesWritten: 0, log: [] };
  }
  c_hostInfo() {
    return { system: { hostname: 'localhost' }, os: {} };
  }
  c_logout() {
    return {};
  }
  c_fsync() {
    return { numFiles: 1 };
  }
  c_profile() {
    return { was: 0, slowms: 100 };
  }
  c_atlasVersion(): any {
    throw cerr(59, "no such command: 'atlasVersion'");
  }
  c_serverStatus() {
    const m = process.memoryUsage();
    return {
      host: this.host,
      version: '8.0.0',
      process: 'mongod',
      pid: Long.fromNumber(process.pid),
      uptime: (Date.now() - this.started) / 1000,
      connections: { current: this.conns.size },
      mem: { resident: Math.round(m.rss / 1048576) },
      repl: { setName: this.setName },
      storageEngine: { name: 'embedded', supportsCommittedReads: true },
      batches: this.stats.batches,
      cmds: this.stats.cmds,
    };
  }
  c_replSetGetStatus() {
    return {
      set: this.setName,
      myState: 1,
      members: [
        {
          _id: 0,
          name: this.host,
          health: 1,
          state: 1,
          stateStr: 'PRIMARY',
          self: true,
          optime: { ts: this.e.ts(), t: Long.fromNumber(this.e.epoch) },
        },
      ],
    };
  }
  c_replSetGetConfig() {
    return { config: { _id: this.setName, version: 1, members: [{ _id: 0, host: this.host }] } };
  }
  c_dbStats(_: Doc, db: string) {
    const cs = [...this.e.colls.values()].filter((c) => c.db === db);
    return {
      db,
      collections: cs.length,
      objects: cs.reduce((a, c) => a + c.count, 0),
      indexes: cs.reduce((a, c) => a + c.indexes.length, 0),
      dataSize: 0,
      storageSize: 0,
    };
  }
  c_collStats(cmd: Doc, db: string) {
    const c = this.coll(db, cmd.collStats);
    return {
      ns: db + '.' + cmd.collStats,
      count: c?.count ?? 0,
      size: 0,
      storageSize: 0,
      nindexes: c?.indexes.length ?? 0,
      capped: !!c?.opts.capped,
    };
  }
  c_validate(cmd: Doc, db: string) {
    return { ns: db + '.' + cmd.validate, valid: true, errors: [] };
  }
  c_explain(cmd: Doc, db: string) {
    const x = cmd.explain;
    const n = Object.keys(x)[0];
    const c = this.e.colls.get(db + '.' + x[n]);
    const p: any = c ? this.e.plan(c, x.filter ?? x.query ?? {}, x.sort, { hint: x.hint }) : null;
    const wp = p?.idx
      ? {
          stage: 'FETCH',
          inputStage: {
            stage: 'IXSCAN',
            indexName: p.idx.name,
            keyPattern: p.idx.key,
            direction: p.rev ? 'backward' : 'forward',
          },
        }
      : { stage: c ? 'COLLSCAN' : 'EOF' };
    return {
      explainVersion: '1',
      queryPlanner: {
        namespace: db + '.' + x[n],
        winningPlan: p && !p.sorted ? { stage: 'SORT', inputStage: wp } : wp,
        rejectedPlans: [],
      },
      executionStats: {
        executionSuccess: true,
        nReturned: 0,
        executionTimeMillis: 0,
        totalKeysExamined: 0,
        totalDocsExamined: 0,
      },
      serverInfo: { host: this.host, port: 0, version: '8.0.0' },
    };
  }
  c_configureFailPoint(cmd: Doc) {
    const n = cmd.configureFailPoint;
    const v =
      cmd.mode === 'off'
        ? null
        : {
            data: cmd.data ?? {},
            left: isObj(cmd.mode) && cmd.mode.times !== undefined ? num(cmd.mode.times) : -1,
            skip: isObj(cmd.mode) && cmd.mode.skip !== undefined ? num(cmd.mode.skip) : 0,
          };
    if (n === 'failCommand') this.fp = v;
    else if (n === 'onPrimaryTransactionalWrite') this.fp2 = v;
    else if (n === 'failGetMoreAfterCursorCheckout')
      this.fp = v && {
        ...v,
        data: { ...v.data, failCommands: ['getMore'], errorLabels: ['ResumableChangeStreamError'] },
      };
    else if (v) throw cerr(2, 'unknown fail point');
    return { count: 0 };
  }
}
const stamp = (d: Doc, ts: () => Timestamp) => {
  for (const k of Object.keys(d))
    if (d[k]?._bsontype === 'Timestamp' && d[k].low === 0 && d[k].high === 0 && k !== '_id')
      d[k] = ts();
  return d;
};
const needPos = (u: any) =>
  isObj(u) &&
  Object.keys(u).some(
    (k) => k[0] === '$' && isObj(u[k]) && Object.keys(u[k]).some((p) => p.includes('.$')),
  );
const RETRYABLE = new Set([11600, 11602, 10107, 13435, 13436, 189, 91, 7, 6, 89, 9001, 262]);
const WRITES = new Set([
  'insert',
  'update',
  'delete',
  'findAndModify',
  'findandmodify',
  'create',
  'drop',
  'dropDatabase',
  'renameCollection',
  'collMod',
  'createIndexes',
  'dropIndexes',
  'commitTransaction',
  'bulkWrite',
  'deleteIndexes',
]);
const RETRY = new Set(['insert', 'update', 'delete', 'findAndModify', 'bulkWrite']);
const TXN_OK = new Set([
  'insert',
  'update',
  'delete',
  'findAndModify',
  'find',
  'aggregate',
  'distinct',
  'getMore',
  'killCursors',
  'create',
  'createIndexes',
  'bulkWrite',
]);
