// @ts-nocheck
/* oxlint-disable */
// Collections, indexes, planner, overlay transactions with snapshots, oplog.
import { randomUUID } from 'node:crypto';
import {
  parse,
  ser,
  cmp,
  eq,
  rank,
  R,
  isObj,
  isNum,
  num,
  encKey,
  rankByte,
  Timestamp,
  Long,
  Binary,
  ObjectId,
  type Doc,
  type Coll as CollCmp,
} from './bsonx.ts';
import { compile, type Pred, type Ctx as MCtx } from './match.ts';
import { sortDocs, diff, type Desc } from './update.ts';
import { cerr } from './errors.ts';

export type IndexDef = {
  id: number;
  name: string;
  key: Doc;
  opts: Doc;
  fields: { parts: string[]; dir: number }[];
  unique: boolean;
  sparse: boolean;
  partial?: Pred;
  partialSpec?: Doc;
  multikey: boolean;
  coll?: CollCmp;
  norm?: (s: string) => string;
  hidden?: boolean;
};
export type Collection = {
  id: number;
  db: string;
  name: string;
  ns: string;
  uuid: string;
  opts: Doc;
  indexes: IndexDef[];
  next: number;
  count: number;
  validator?: Pred;
  collation?: CollCmp;
  view?: { on: string; pipeline: Doc[] };
};
type Entry = { buf: Buffer | null; old: Buffer | null; doc: Doc | null; oldDoc: Doc | null };
export type Op = {
  op: string;
  db: string;
  coll: string;
  c?: Collection;
  key?: Doc;
  doc?: Buffer;
  desc?: Desc;
  pre?: Buffer | null;
  extra?: Doc;
};
export class Blocked extends Error {
  txn: Tx;
  constructor(t: Tx) {
    super('blocked');
    this.txn = t;
  }
}
export class Tx {
  // every write command runs in one; multi-document transactions keep theirs open
  docs = new Map<number, Map<number, Entry>>();
  iadd = new Map<number, Map<string, number>>();
  idel = new Map<number, Set<string>>();
  ops: Op[] = [];
  locks: string[] = [];
  ulocks: string[] = [];
  deltas = new Map<Collection, number>();
  colls = new Map<number, Collection>();
  fresh = new Map<string, Collection>();
  snap: number | null;
  id: string;
  done = false;
  started = Date.now();
  lsid?: any;
  txnNumber?: any;
  constructor(id: string, snap: number | null) {
    this.id = id;
    this.snap = snap;
  }
}
const FF = Buffer.from([0xff]);
const lat = (b: Buffer) => b.latin1Slice();
export function collationOf(spec?: Doc): { c?: CollCmp; norm?: (s: string) => string } {
  if (!spec || !spec.locale || spec.locale === 'simple') return {};
  const st = num(spec.strength ?? 3);
  const loc = String(spec.locale).replace('_', '-');
  const ic = new Intl.Collator(loc, {
    sensitivity: st === 1 ? (spec.caseLevel ? 'case' : 'base') : st === 2 ? 'accent' : 'variant',
    numeric: !!spec.numericOrdering,
    caseFirst: spec.caseFirst && spec.caseFirst !== 'off' ? spec.caseFirst : undefined,
  } as any);
  // index keys only serve equality/pre-selection for collations, order comes from Intl
  const norm = (s: string) => {
    let x = s.normalize('NFKD');
    if (st === 1) x = x.replace(/\p{M}/gu, '');
    if (st <= 2) x = x.toLowerCase();
    return x;
  };
  return { c: { cmpStr: (a, b) => ic.compare(a, b) }, norm };
}
export class Engine {
  colls = new Map<string, Collection>();
  byId = new Map<number, Collection>();
  nextId = 1;
  lastTs: number;
  epoch: number;
  hist = new Map<string, { seq: number; old: Buffer | null }[]>();
  open = new Set<Tx>();
  lock = new Map<string, Tx>();
  ulock = new Map<string, Tx>();
  waiters: (() => void)[] = [];
  retry = new Map<string, { n: string; reply: any }>();
  pending: Doc[] = [];
  seq = 0;
  store: any;
  opt: { oplog: boolean };
  onCommit: () => void = () => {};
  onUnlock: () => void = () => {};
  constructor(store: any, opt: any = {}) {
    this.store = store;
    this.opt = { oplog: opt.oplog !== false };
    const m = new Map<string, Buffer>(store.metaAll());
    this.epoch = m.has('epoch') ? num(parse(m.get('epoch')!).v) + 1 : 1;
    store.write(() => store.metaPut('epoch', ser({ v: this.epoch })));
    for (const [k, v] of m)
      if (k.startsWith('c:')) {
        const d = parse(v);
        this.attach(d);
      }
    this.lastTs = Math.max(this.store.oplogRange()[1], 0);
    this.tick();
  }
  attach(d: Doc): Collection {
    const c: Collection = {
      id: num(d.id),
      db: d.db,
      name: d.name,
      ns: d.db + '.' + d.name,
      uuid: d.uuid,
      opts: d.opts ?? {},
      indexes: [],
      next: 1,
      count: 0,
    };
    this.applyOpts(c);
    for (const i of d.indexes) {
      c.indexes.push(this.mkIdx(c, num(i.id), i.spec, i.multikey));
      this.nextId = Math.max(this.nextId, num(i.id) + 1);
    }
    this.nextId = Math.max(this.nextId, c.id + 1);
    this.colls.set(c.ns, c);
    this.byId.set(c.id, c);
    if (!c.view) {
      c.next = this.store.maxRid(c.id) + 1;
      c.count = this.store.count(c.id);
    }
    return c;
  }
  applyOpts(c: Collection) {
    c.validator =
      c.opts.validator && Object.keys(c.opts.validator).length
        ? compile(c.opts.validator)
        : undefined;
    c.collation = collationOf(c.opts.collation).c;
    c.view = c.opts.viewOn ? { on: c.opts.viewOn, pipeline: c.opts.pipeline ?? [] } : undefined;
  }
  mkIdx(c: Collection, id: number, spec: Doc, multikey: boolean): IndexDef {
    const co = collationOf(spec.collation ?? (spec.name === '_id_' ? c.opts.collation : undefined));
    return {
      id,
      name: spec.name,
      key: spec.key,
      opts: spec,
      fields: Object.keys(spec.key).map((k) => ({
        parts: k.split('.'),
        dir: isNum(spec.key[k]) && num(spec.key[k]) < 0 ? -1 : 1,
      })),
      unique: !!spec.unique || spec.name === '_id_',
      sparse: !!spec.sparse,
      partial: spec.partialFilterExpression ? compile(spec.partialFilterExpression) : undefined,
      partialSpec: spec.partialFilterExpression,
      multikey,
      coll: co.c,
      norm: co.norm,
      hidden: !!spec.hidden,
    };
  }
  save(c: Collection) {
    this.store.metaPut(
      'c:' + c.id,
      ser({
        id: c.id,
        db: c.db,
        name: c.name,
        uuid: c.uuid,
        opts: c.opts,
        indexes: c.indexes.map((i) => ({ id: i.id, spec: i.opts, multikey: i.multikey })),
      }),
    );
  }
  tick(): number {
    const now = Math.floor(Date.now() / 1000) * 1048576 + 1;
    this.lastTs = Math.max(this.lastTs + 1, now);
    return this.lastTs;
  }
  ts(n = this.lastTs) {
    return new Timestamp({ t: Math.floor(n / 1048576), i: n % 1048576 });
  }
  // ------------------------------------------------------------ catalog
  create(db: string, name: string, opts: Doc = {}, log = true, tx?: Tx | null): Collection {
    const ns = db + '.' + name;
    if (this.colls.has(ns)) throw cerr(48, `Collection ${ns} already exists.`);
    const id = this.nextId++,
      iid = this.nextId++;
    const view = !!opts.viewOn;
    if (!view) {
      this.store.createColl(id);
      this.store.createIdx(iid);
    }
    const c = this.attach({
      id,
      db,
      name,
      uuid: randomUUID(),
      opts,
      indexes: view
        ? []
        : [{ id: iid, spec: { v: 2, key: { _id: 1 }, name: '_id_' }, multikey: false }],
    });
    if (tx) {
      this.colls.delete(c.ns);
      tx.fresh.set(c.ns, c);
      tx.ops.push({ op: 'create', db, coll: name, extra: { operationDescription: {} } });
      return c;
    } // becomes visible at commit
    this.save(c);
    if (log)
      this.log(
        [
          {
            op: 'create',
            db,
            coll: name,
            extra: {
              operationDescription: { idIndex: { v: 2, key: { _id: 1 }, name: '_id_' }, ...opts },
            },
          },
        ],
        null,
      );
    return c;
  }
  drop(c: Collection, log = true) {
    for (const t of this.open) if (t.colls.has(c.id)) throw new Blocked(t);
    for (const i of c.indexes) this.store.dropIdx(i.id);
    if (!c.view) this.store.dropColl(c.id);
    this.store.metaDel('c:' + c.id);
    this.colls.delete(c.ns);
    this.byId.delete(c.id);
    if (log) this.log([{ op: 'drop', db: c.db, coll: c.name, c }], null);
  }
  createIndex(c: Collection, spec: Doc): boolean {
    for (const i of c.indexes) {
      const sameKey =
        JSON.stringify(i.key) === JSON.stringify(spec.key) &&
        JSON.stringify(i.opts.collation ?? null) === JSON.stringify(spec.collation ?? null) &&
        JSON.stringify(i.partialSpec ?? null) ===
          JSON.stringify(spec.partialFilterExpression ?? null);
      const sameOpts =
        !!i.opts.unique === !!spec.unique &&
        !!i.opts.sparse === !!spec.sparse &&
        num(i.opts.expireAfterSeconds ?? -1) === num(spec.expireAfterSeconds ?? -1);
      if (i.name === spec.name) {
        if (sameKey && sameOpts) return false;
        if (i.name === '_id_') return false;
        throw cerr(
          86,
          `An existing index has the same name as the requested index. When index names are not specified, they are auto generated and can cause conflicts. Please refer to our documentation. Requested index: ${JSON.stringify(spec)}, existing index: ${JSON.stringify(i.opts)}`,
        );
      }
      if (
        sameKey &&
        (i.name !== '_id_' || (Object.keys(spec.key).length === 1 && '_id' in spec.key))
      ) {
        if (i.name === '_id_') return false;
        throw cerr(85, `Index already exists with a different name: ${i.name}`);
      }
    }
    const idx = this.mkIdx(c, this.nextId++, spec, false);
    this.store.createIdx(idx.id);
    const text = Object.values(spec.key).some((v) => typeof v === 'string' && v !== 'hashed'); // text/2dsphere: registered, not populated
    if (!text)
      for (let after = 0; ;) {
        const rows = this.store.scan(c.id, after, 500);
        if (!rows.length) break;
        for (const [rid, buf] of rows) {
          after = rid;
          const d = parse(buf);
          for (const k of this.keys(idx, d)) {
            if (idx.unique) {
              const o = this.store.ifirst(idx.id, k);
              if (o.length && o[0] !== rid) {
                this.store.dropIdx(idx.id);
                throw this.dup(c, idx, d);
              }
            }
            this.store.iput(idx.id, k, rid);
          }
        }
      }
    else (idx as any).inert = true;
    c.indexes.push(idx);
    if (!this.colls.has(c.ns)) return true;
    this.save(c);
    this.log(
      [
        {
          op: 'createIndexes',
          db: c.db,
          coll: c.name,
          extra: { operationDescription: { indexes: [spec] } },
        },
      ],
      null,
    );
    return true;
  }
  dropIndex(c: Collection, i: IndexDef) {
    c.indexes.splice(c.indexes.indexOf(i), 1);
    this.store.dropIdx(i.id);
    this.save(c);
    this.log(
      [
        {
          op: 'dropIndexes',
          db: c.db,
          coll: c.name,
          extra: { operationDescription: { indexes: [i.opts] } },
        },
      ],
      null,
    );
  }
  // ------------------------------------------------------------ index keys
  keys(idx: IndexDef, doc: Doc): Buffer[] {
    if (
      (idx as any).inert ||
      (idx.opts.key &&
        Object.values(idx.opts.key).some((v) => v === 'text' || v === '2dsphere' || v === '2d'))
    )
      return [];
    if (idx.partial && !idx.partial(doc, {})) return [];
    const n = idx.fields.length;
    // fast path: no arrays
    const vals: any[] = new Array(n);
    let anyPresent = false,
      arr = false;
    for (let f = 0; f < n; f++) {
      let v: any = doc;
      for (const p of idx.fields[f].parts) {
        if (Array.isArray(v)) {
          arr = true;
          break;
        }
        v = v !== null && typeof v === 'object' && Object.hasOwn(v, p) ? v[p] : undefined;
        if (v === undefined) break;
      }
      if (Array.isArray(v)) arr = true;
      if (arr) break;
      if (v !== undefined) anyPresent = true;
      vals[f] = v === undefined ? null : v;
    }
    if (!arr) {
      if (idx.sparse && !anyPresent) return [];
      return [
        encKey(
          vals,
          idx.fields.map((f) => f.dir),
          idx.norm,
        ),
      ];
    }
    const rows: any[][] = [];
    let present = false;
    const rec = (cur: { v: any; i: number }[]) => {
      // cur[f] = value reached & next part index; expand one array at a time
      for (let f = 0; f < n; f++) {
        const s = cur[f];
        const ps = idx.fields[f].parts;
        while (s.i < ps.length && !Array.isArray(s.v)) {
          s.v =
            s.v !== null && typeof s.v === 'object' && Object.hasOwn(s.v, ps[s.i])
              ? s.v[ps[s.i]]
              : undefined;
          s.i++;
        }
        while (
          s.i < ps.length &&
          Array.isArray(s.v) &&
          /^\d+$/.test(ps[s.i]) &&
          !s.v.some((e: any) => isObj(e) && ps[s.i] in e)
        ) {
          s.v = s.v[+ps[s.i]];
          s.i++;
          while (s.i < ps.length && !Array.isArray(s.v)) {
            s.v = s.v !== null && typeof s.v === 'object' ? s.v[ps[s.i]] : undefined;
            s.i++;
          }
        }
      }
      let A: any = null;
      for (let f = 0; f < n; f++) {
        const s: any = cur[f];
        if (Array.isArray(s.v) && !s.done) {
          if (A === null) A = s.v;
          else if (A !== s.v)
            throw cerr(
              171,
              `cannot index parallel arrays [${idx.fields[f].parts.at(-1)}] [${idx.fields.map((x) => x.parts.at(-1))[0]}]`,
            );
        }
      }
      if (A === null) {
        rows.push(
          cur.map((s) => {
            if (s.v !== undefined) present = true;
            return s.v === undefined ? ((s as any).emptyArr ? undefined : null) : s.v;
          }),
        );
        return;
      }
      idx.multikey ||= true;
      (idx as any).mkDirty = true;
      if (!A.length) {
        rec(
          cur.map((s, f) =>
            s.v === A
              ? ({
                  v: undefined,
                  i: 99,
                  emptyArr: s.i >= idx.fields[f].parts.length,
                  done: true,
                } as any)
              : { ...s },
          ),
        );
        return;
      }
      for (const e of A)
        rec(
          cur.map((s: any, f) =>
            s.v === A && !s.done
              ? s.i >= idx.fields[f].parts.length
                ? { v: e, i: s.i, done: true }
                : Array.isArray(e)
                  ? { v: undefined, i: 99, done: true }
                  : { v: e, i: s.i }
              : { ...s },
          ),
        );
    };
    rec(idx.fields.map(() => ({ v: doc as any, i: 0 })));
    if (idx.sparse && !present) return [];
    const seen = new Map<string, Buffer>();
    for (const r of rows) {
      const k = encKey(
        r,
        idx.fields.map((f) => f.dir),
        idx.norm,
      );
      seen.set(lat(k), k);
    }
    return [...seen.values()];
  }
  dup(c: Collection, idx: IndexDef, doc: Doc) {
    const kv: Doc = {};
    for (const k of Object.keys(idx.key)) {
      let v: any = doc;
      for (const p of k.split('.')) {
        if (Array.isArray(v))
          v = /^\d+$/.test(p) ? v[+p] : v.map((x: any) => x?.[p]).find((x: any) => x !== undefined);
        else v = v?.[p];
      }
      if (Array.isArray(v)) v = v[0];
      kv[k] = v === undefined ? null : v;
    }
    const sh = (v: any): string =>
      typeof v === 'string'
        ? JSON.stringify(v)
        : v?._bsontype === 'ObjectId'
          ? `ObjectId('${v.toHexString()}')`
          : v instanceof Date
            ? `new Date(${+v})`
            : v === null
              ? 'null'
              : isNum(v)
                ? String(v)
                : Array.isArray(v)
                  ? `[ ${v.map(sh).join(', ')} ]`
                  : isObj(v)
                    ? `{ ${Object.keys(v)
                        .map((k) => `${k}: ${sh(v[k])}`)
                        .join(', ')} }`
                    : String(v);
    return cerr(
      11000,
      `E11000 duplicate key error collection: ${c.ns} index: ${idx.name} dup key: { ${Object.keys(
        kv,
      )
        .map((k) => `${k}: ${sh(kv[k])}`)
        .join(', ')} }`,
      { keyPattern: idx.key, keyValue: kv },
    );
  }
  // ------------------------------------------------------------ visibility
  lk = (c: number, r: number) => c * 1e10 + ':' + r;
  visible(tx: Tx | null, c: Collection, rid: number, base?: Buffer): Buffer | null {
    if (tx) {
      const e = tx.docs.get(c.id)?.get(rid);
      if (e) return e.buf;
      if (tx.snap !== null) {
        const h = this.hist.get(this.lk(c.id, rid));
        if (h) for (const x of h) if (x.seq > tx.snap) return x.old;
      }
    }
    return base ?? this.store.get(c.id, rid) ?? null;
  }
  dirty(tx: Tx | null, c: Collection): Map<number, Buffer | null> | null {
    if (!tx) return null;
    const m = new Map<number, Buffer | null>();
    const o = tx.docs.get(c.id);
    if (o) for (const [r, e] of o) m.set(r, e.buf);
    if (tx.snap !== null && this.hist.size) {
      const pre = c.id * 1e10 + ':';
      for (const [k, h] of this.hist)
        if (k.startsWith(pre)) {
          const r = +k.slice(pre.length);
          if (!m.has(r))
            for (const x of h)
              if (x.seq > tx.snap) {
                m.set(r, x.old);
                break;
              }
        }
    }
    return m.size ? m : null;
  }
  // ------------------------------------------------------------ planner
  plan(
    c: Collection,
    filter: Doc,
    sort?: Doc,
    o: { hint?: any; coll?: CollCmp } = {},
  ):
    | {
        idx: IndexDef | null;
        ranges: [Buffer, Buffer][];
        rev: boolean;
        sorted: boolean;
        exact: boolean;
      }
    | { none: true } {
    const conds = new Map<string, Doc>();
    let simple = true;
    const add = (q: Doc) => {
      for (const k of Object.keys(q)) {
        const v = q[k];
        if (k === '$and' && Array.isArray(v)) {
          for (const x of v) add(x);
          continue;
        }
        if (k[0] === '$') {
          if (k !== '$comment') simple = false;
          continue;
        }
        const ops =
          isObj(v) && Object.keys(v)[0]?.[0] === '$' && !('$ref' in v)
            ? v
            : rank(v) === R.re
              ? { $regex: v }
              : { $eq: v };
        const cur = conds.get(k);
        if (cur) {
          for (const op of Object.keys(ops)) {
            if (op in cur) {
              simple = false;
            } else cur[op] = ops[op];
          }
        } else conds.set(k, { ...ops });
      }
    };
    add(filter);
    let hinted: IndexDef | undefined;
    if (o.hint) {
      if (isObj(o.hint) && '$natural' in o.hint)
        return {
          idx: null,
          ranges: [],
          rev: num(o.hint.$natural) < 0,
          sorted: !sort || !Object.keys(sort).length,
          exact: false,
        };
      hinted = c.indexes.find((i) =>
        typeof o.hint === 'string'
          ? i.name === o.hint
          : JSON.stringify(i.key) === JSON.stringify(o.hint),
      );
      if (!hinted)
        throw cerr(
          2,
          'error processing query: planner returned error :: caused by :: hint provided does not correspond to an existing index',
        );
    }
    const sk = sort ? Object.keys(sort).filter((k) => !isObj(sort[k])) : [];
    if (sk.length === 1 && sk[0] === '$natural')
      return { idx: null, ranges: [], rev: num(sort!.$natural) < 0, sorted: true, exact: false };
    let best: any = null;
    for (const idx of hinted ? [hinted] : c.indexes) {
      if ((idx as any).inert || Object.values(idx.key).some((v) => typeof v === 'string')) continue;
      if (idx.hidden && !hinted) continue;
      if (!!idx.coll !== !!o.coll && [...conds.keys()].some((k) => k in idx.key)) {
        const touchesString = Object.keys(idx.key).some((k) => conds.has(k));
        if (touchesString) {
          if (!idx.coll || !o.coll) {
            const vals = Object.keys(idx.key).flatMap((k) => Object.values(conds.get(k) ?? {}));
            if (
              idx.coll ||
              vals.some((v) => !(isNum(v) || v?._bsontype === 'ObjectId' || v instanceof Date))
            )
              continue;
          }
        }
      }
      if (idx.partialSpec && !this.implies(conds, idx.partialSpec)) continue;
      let score = 0,
        eqs = 0,
        exactAll = true;
      let pre: any[][] = [[]];
      let lo: Buffer[] | null = null;
      const dirs = idx.fields.map((f) => f.dir);
      const used = new Set<string>();
      let ranged = false;
      let ranges: [Buffer, Buffer][] = [];
      let sparseOk = !idx.sparse;
      let multiEq = false;
      const names = Object.keys(idx.key);
      for (let f = 0; f < names.length; f++) {
        const q = conds.get(names[f]);
        if (!q) break;
        const ops = Object.keys(q);
        if ('$eq' in q && rank(q.$eq) !== R.re) {
          const v = q.$eq;
          if (v !== null && v !== undefined) sparseOk = true;
          else exactAll = false;
          if (Array.isArray(v) && true) {
            exactAll = false;
            pre =
              Array.isArray(v) && idx.multikey
                ? v.length
                  ? pre.flatMap((p) => [
                      [...p, v[0]],
                      [...p, v],
                    ])
                  : pre.flatMap((p) => [
                      [...p, undefined],
                      [...p, v],
                    ])
                : pre.map((p) => [...p, v]);
          } else pre = pre.map((p) => [...p, v]);
          if (v === null || v === undefined) {
            if (idx.multikey) pre = pre.flatMap((p) => [p, [...p.slice(0, -1), undefined]]);
            else pre = pre.flatMap((p) => [p, [...p.slice(0, -1), undefined]]);
          }
          if (isObj(v)) exactAll = exactAll && true;
          if (v?._bsontype === 'Decimal128' || isNum(v)) exactAll = false;
          if (ops.length > 1) exactAll = false;
          eqs++;
          score += 10;
          used.add(names[f]);
          continue;
        }
        if (
          '$in' in q &&
          Array.isArray(q.$in) &&
          q.$in.length &&
          q.$in.every(
            (x: any) => rank(x) !== R.re && x !== null && x !== undefined && !Array.isArray(x),
          ) &&
          pre.length * q.$in.length <= 2000
        ) {
          sparseOk = true;
          const vs = [
            ...new Map(q.$in.map((x: any) => [lat(encKey([x], undefined, idx.norm)), x])).values(),
          ];
          pre = pre.flatMap((p) => vs.map((v) => [...p, v]));
          multiEq = true;
          exactAll = false;
          score += 8;
          eqs++;
          used.add(names[f]);
          continue;
        }
        if (
          Array.isArray(q.$all) &&
          q.$all.length &&
          q.$all.every(
            (x: any) => rank(x) !== R.re && rank(x) !== R.obj && x !== null && !Array.isArray(x),
          )
        ) {
          // take the rarest value, the matcher checks the others
          let pick = q.$all[0],
            min = Infinity;
          if (f === 0 && q.$all.length > 1)
            for (const v of q.$all.slice(0, 12)) {
              const k = encKey([v], dirs, idx.norm);
              const n = this.store.icount(idx.id, k, Buffer.concat([k, FF]));
              if (n < min) {
                min = n;
                pick = v;
              }
            }
          pre = pre.map((p) => [...p, pick]);
          sparseOk = true;
          exactAll = false;
          eqs++;
          score += 9;
          used.add(names[f]);
          continue;
        }
        // range on this field, then stop
        const b = this.bounds(q, idx, f, dirs);
        if (b) {
          sparseOk = true;
          exactAll = false;
          score += 4 + (b.tight ? 2 : 0);
          ranged = true;
          for (const p of pre) {
            const pk = encKey(p, dirs, idx.norm);
            ranges.push([Buffer.concat([pk, b.lo]), Buffer.concat([pk, b.hi])]);
          }
          used.add(names[f]);
        }
        break;
      }
      if (!sparseOk) continue;
      if (!ranged)
        ranges = pre.map((p) => {
          const pk = encKey(p, dirs, idx.norm);
          return [pk, Buffer.concat([pk, FF])] as [Buffer, Buffer];
        });
      // sort
      let sorted = false,
        rev = false;
      if (sk.length && !idx.multikey && !idx.coll && !o.coll && (!multiEq || ranges.length === 1)) {
        let j = 0;
        while (j < names.length && j < eqs && !sk.includes(names[j])) j++;
        const eqNames = new Set(names.slice(0, eqs));
        const want = sk.filter((k) => !eqNames.has(k) || multiEq);
        let f = eqs;
        if (multiEq) f = 0;
        const rest = names.slice(f);
        let ok = want.length <= rest.length;
        let r: boolean | undefined;
        for (let t = 0; ok && t < want.length; t++) {
          if (rest[t] !== want[t]) {
            ok = false;
            break;
          }
          const d = num(sort![want[t]]) < 0 ? -1 : 1;
          const rr = d !== idx.fields[f + t].dir;
          if (r === undefined) r = rr;
          else if (r !== rr) ok = false;
        }
        if (ok && (score > 0 || (!idx.partialSpec && !idx.sparse) || hinted)) {
          sorted = true;
          rev = !!r;
        }
      }
      if (score === 0 && !sorted && !hinted) continue;
      const total = score * 10 + (sorted ? 15 : 0) + (idx.unique && eqs === names.length ? 50 : 0);
      if (!best || total > best.total)
        best = {
          idx,
          ranges: ranges.sort((a, b) => Buffer.compare(a[0], b[0])),
          rev,
          sorted: sorted || !sk.length,
          total,
          exact:
            exactAll &&
            simple &&
            !idx.multikey &&
            !idx.coll &&
            !o.coll &&
            used.size === conds.size &&
            !ranged &&
            !multiEq,
        };
    }
    return best ?? { idx: null, ranges: [], rev: false, sorted: !sk.length, exact: false };
  }
  implies(conds: Map<string, Doc>, spec: Doc): boolean {
    for (const k of Object.keys(spec)) {
      if (k === '$and') {
        if (!spec.$and.every((x: Doc) => this.implies(conds, x))) return false;
        continue;
      }
      const q = conds.get(k);
      if (!q) return false;
      const s = isObj(spec[k]) && Object.keys(spec[k])[0]?.[0] === '$' ? spec[k] : { $eq: spec[k] };
      for (const op of Object.keys(s)) {
        const has = op in q && eq(q[op], s[op]);
        if (has) continue;
        const e = q.$eq;
        if (op === '$exists' && s[op]) {
          if (
            (e !== undefined && e !== null) ||
            '$gt' in q ||
            '$gte' in q ||
            '$lt' in q ||
            '$lte' in q ||
            (Array.isArray(q.$in) && q.$in.every((x: any) => x !== null))
          )
            continue;
          return false;
        }
        if (op === '$type' && e !== undefined) {
          if (compile({ v: { $type: s[op] } })({ v: e }, {})) continue;
          return false;
        }
        if (
          e !== undefined &&
          e !== null &&
          ['$gt', '$gte', '$lt', '$lte', '$eq', '$in'].includes(op)
        ) {
          if (compile({ v: { [op]: s[op] } })({ v: e }, {})) continue;
        }
        if (op === '$gt' && '$gt' in q && rank(q.$gt) === rank(s.$gt) && cmp(q.$gt, s.$gt) >= 0)
          continue;
        if (op === '$gt' && '$gte' in q && rank(q.$gte) === rank(s.$gt) && cmp(q.$gte, s.$gt) > 0)
          continue;
        if (
          op === '$gte' &&
          (('$gte' in q && rank(q.$gte) === rank(s.$gte) && cmp(q.$gte, s.$gte) >= 0) ||
            ('$gt' in q && rank(q.$gt) === rank(s.$gte) && cmp(q.$gt, s.$gte) >= 0))
        )
          continue;
        return false;
      }
    }
    return true;
  }
  bounds(
    q: Doc,
    idx: IndexDef,
    f: number,
    dirs: number[],
  ): { lo: Buffer; hi: Buffer; tight: boolean } | null {
    const desc = dirs[f] < 0;
    const fl = (b: Buffer) => {
      if (!desc) return b;
      const x = Buffer.from(b);
      for (let i = 0; i < x.length; i++) x[i] ^= 0xff;
      return x;
    };
    let lo: Buffer | null = null,
      hi: Buffer | null = null; // ascending space
    const enc = (v: any) => encKey([v], undefined, idx.norm);
    let r = -1;
    if (idx.coll) return null; // normalised keys do not keep the collation order
    const l = '$gt' in q ? q.$gt : q.$gte,
      u = '$lt' in q ? q.$lt : q.$lte;
    if (
      l !== undefined &&
      l !== null &&
      !Array.isArray(l) &&
      rank(l) !== R.min &&
      rank(l) !== R.max
    ) {
      r = rank(l);
      lo = enc(l);
    } // inclusive; matcher removes the equal ones
    if (
      u !== undefined &&
      u !== null &&
      !Array.isArray(u) &&
      rank(u) !== R.min &&
      rank(u) !== R.max &&
      !(idx.multikey && lo)
    ) {
      if (r >= 0 && rank(u) !== r) return null;
      r = rank(u);
      hi = Buffer.concat([enc(u), FF]);
    }
    if (!lo && !hi && '$regex' in q) {
      const g = q.$regex;
      const [src, opt] =
        g instanceof RegExp
          ? [g.source, g.flags]
          : g?._bsontype === 'BSONRegExp'
            ? [g.pattern, g.options]
            : [String(g), q.$options ?? ''];
      const m = /^\^([\w \-@:/]+)/.exec(src);
      if (m && !/[imx]/.test(opt) && !src.includes('|')) {
        let p = m[1];
        if (/[*?+{]/.test(src[m[0].length] ?? '')) p = p.slice(0, -1);
        if (p) {
          r = R.str;
          const e = enc(p).subarray(0, -2);
          lo = e;
          hi = Buffer.concat([e, FF]);
          if (idx.multikey || !p) {
          }
          const x = fl(lo),
            y = desc ? Buffer.concat([fl(e), FF]) : hi;
          return { lo: x, hi: y, tight: true };
        }
      }
    }
    if (!lo && !hi) return null;
    const tb = rankByte(r);
    lo ??= Buffer.from([tb]);
    hi ??= Buffer.from([tb + 1]);
    if (!desc) return { lo, hi, tight: true };
    // descending: complement both; [~hiVal, ~loVal+FF]
    const loVal = '$gt' in q || '$gte' in q ? fl(lo) : fl(Buffer.from([tb]));
    const hiVal =
      '$lt' in q || '$lte' in q
        ? idx.multikey && l !== undefined
          ? fl(Buffer.from([tb]))
          : fl(enc(u))
        : fl(Buffer.from([tb]));
    return {
      lo: hiVal.length === 1 ? Buffer.from([hiVal[0]]) : hiVal,
      hi: Buffer.concat([loVal, FF]),
      tight: true,
    };
  }
  /** documents in plan order: [rid, raw, parsed?] */
  *find(
    tx: Tx | null,
    c: Collection,
    filter: Doc,
    o: {
      sort?: Doc;
      hint?: any;
      coll?: CollCmp;
      vars?: Doc;
      mctx?: MCtx;
      min?: any;
      max?: any;
      limit?: number;
    } = {},
  ): Generator<[number, Buffer, Doc | null]> {
    const plan: any = this.plan(c, filter, o.sort, o);
    const q = compile(filter, o.coll);
    const dirty = this.dirty(tx, c);
    const noFilter = Object.keys(filter).length === 0;
    const self = this;
    const vars = o.vars;
    function* raw(): Generator<[number, Buffer]> {
      const seen =
        plan.idx && (plan.idx.multikey || plan.ranges.length > 1) ? new Set<number>() : null;
      let lim = Math.min(Math.max(o.limit || 100, 1), 400);
      if (plan.idx) {
        const rs = plan.rev ? plan.ranges.slice().reverse() : plan.ranges;
        for (const [lo, hi] of rs) {
          let after: [Buffer, number] | undefined;
          for (;;) {
            const rows = self.store.iscan(plan.idx.id, c.id, lo, hi, plan.rev, lim, after);
            for (const [k, r, d] of rows) {
              if (seen) {
                if (seen.has(r)) continue;
                seen.add(r);
              }
              if (dirty?.has(r)) continue;
              yield [r, d];
            }
            if (rows.length < lim) break;
            const z = rows[rows.length - 1];
            after = [z[0], z[1]];
            lim = 400;
          }
        }
      } else {
        let after = plan.rev ? Number.MAX_SAFE_INTEGER : 0;
        for (;;) {
          const rows = self.store.scan(c.id, after, lim, plan.rev);
          for (const [r, d] of rows) {
            if (!dirty?.has(r)) yield [r, d];
          }
          if (rows.length < lim) break;
          after = rows[rows.length - 1][0];
          lim = 400;
        }
      }
      if (dirty) for (const [r, b] of dirty) if (b) yield [r, b];
    }
    const pass = function* (): Generator<[number, Buffer, Doc | null]> {
      for (const [r, b] of raw()) {
        if (noFilter || (plan.exact && !dirty)) {
          yield [r, b, null];
          continue;
        }
        const d = parse(b);
        if (q(d, vars ? { vars } : {})) yield [r, b, d];
      }
    };
    if (plan.sorted && (!dirty || !o.sort || !Object.keys(o.sort).length)) {
      yield* pass();
      return;
    }
    const all: [number, Buffer, Doc][] = [];
    for (const x of pass()) all.push([x[0], x[1], x[2] ?? parse(x[1])]);
    yield* sortDocs(all, o.sort!, o.coll ?? undefined, (t) => t[2]);
  }
  // ------------------------------------------------------------ writes (into an overlay)
  private acquire(tx: Tx, c: Collection, rid: number) {
    const k = this.lk(c.id, rid);
    const t = this.lock.get(k);
    if (t && t !== tx) {
      if (tx.snap !== null) throw this.conflict();
      throw new Blocked(t);
    }
    if (tx.snap !== null) {
      const h = this.hist.get(k);
      if (h && h.some((x) => x.seq > tx.snap!)) throw this.conflict();
      if (!t) {
        this.lock.set(k, tx);
        tx.locks.push(k);
      }
    }
  }
  conflict() {
    return cerr(
      112,
      'Caused by :: Write conflict during plan execution and yielding is disabled. :: Please retry your operation or multi-document transaction.',
      {},
      ['TransientTransactionError'],
    );
  }
  private setDoc(
    tx: Tx,
    c: Collection,
    rid: number,
    buf: Buffer | null,
    doc: Doc | null,
    oldBuf: Buffer | null,
    oldDoc: Doc | null,
  ) {
    const del: [IndexDef, Buffer[]][] = [],
      add: [IndexDef, Buffer[]][] = [];
    for (const i of c.indexes) {
      const ok = oldDoc ? this.keys(i, oldDoc) : [],
        nk = doc ? this.keys(i, doc) : [];
      if ((i as any).mkDirty) {
        (i as any).mkDirty = false;
        if (this.colls.has(c.ns)) this.save(c);
      }
      if (ok.length === 1 && nk.length === 1 && ok[0].equals(nk[0])) continue;
      const os = new Set(ok.map(lat)),
        nsx = new Set(nk.map(lat));
      del.push([i, ok.filter((k) => !nsx.has(lat(k)))]);
      add.push([i, nk.filter((k) => !os.has(lat(k)))]);
    }
    for (const [i, ks] of add)
      if (i.unique)
        for (const k of ks) {
          const s = lat(k);
          const o = tx.iadd.get(i.id)?.get(s);
          if (o !== undefined && o !== rid) throw this.dup(c, i, doc!);
          const u = this.ulock.get(i.id + ':' + s);
          if (u && u !== tx) {
            if (tx.snap !== null) throw this.conflict();
            throw new Blocked(u);
          }
          for (const r of this.store.ifirst(i.id, k))
            if (r !== rid && !tx.idel.get(i.id)?.has(s + '\0' + r)) {
              if (this.visible(tx, c, r) === null && tx.snap !== null) throw this.conflict();
              throw this.dup(c, i, doc!);
            }
        }
    for (const [i, ks] of del)
      for (const k of ks) {
        const s = lat(k);
        const m = tx.iadd.get(i.id);
        if (m?.get(s) === rid) m.delete(s);
        let d = tx.idel.get(i.id);
        if (!d) tx.idel.set(i.id, (d = new Set()));
        d.add(s + '\0' + rid);
        if (tx.snap !== null && i.unique) this.ul(tx, i.id + ':' + s);
      }
    for (const [i, ks] of add)
      for (const k of ks) {
        const s = lat(k);
        let m = tx.iadd.get(i.id);
        if (!m) tx.iadd.set(i.id, (m = new Map()));
        const kk = i.unique ? s : s + '\0' + rid;
        m.set(kk, rid);
        tx.idel.get(i.id)?.delete(s + '\0' + rid);
        if (tx.snap !== null && i.unique) this.ul(tx, i.id + ':' + s);
      }
    let m = tx.docs.get(c.id);
    if (!m) tx.docs.set(c.id, (m = new Map()));
    tx.colls.set(c.id, c);
    const e = m.get(rid);
    if (e) {
      e.buf = buf;
      e.doc = doc;
    } else m.set(rid, { buf, old: oldBuf, doc, oldDoc });
  }
  private ul(tx: Tx, k: string) {
    if (!this.ulock.has(k)) {
      this.ulock.set(k, tx);
      tx.ulocks.push(k);
    }
  }
  check(c: Collection, doc: Doc, bypass?: boolean) {
    if (
      c.validator &&
      !bypass &&
      c.opts.validationAction !== 'warn' &&
      c.opts.validationLevel !== 'off' &&
      !c.validator(doc, {})
    )
      throw cerr(121, 'Document failed validation', {
        errInfo: {
          failingDocumentId: doc._id,
          details: { operatorName: Object.keys(c.opts.validator)[0] },
        },
      });
  }
  insert(tx: Tx, c: Collection, doc: Doc, buf?: Buffer, bypass?: boolean) {
    if (c.view) throw cerr(166, `Namespace ${c.ns} is a view, not a collection`);
    if (!('_id' in doc)) {
      doc = { _id: new ObjectId(), ...doc };
      buf = undefined;
    } else if (Object.keys(doc)[0] !== '_id') {
      doc = { _id: doc._id, ...doc };
      buf = undefined;
    }
    const ir = rank(doc._id);
    if (ir === R.arr || ir === R.re || ir === R.undef)
      throw cerr(
        53,
        `The '_id' value cannot be of type ${ir === R.arr ? 'array' : ir === R.re ? 'regex' : 'undefined'}`,
      );
    this.check(c, doc, bypass);
    buf ??= ser(doc);
    if (buf.length > 16777216)
      throw cerr(
        10334,
        'BSONObj size: ' + buf.length + ' is invalid. Size must be between 0 and 16793600(16MB)',
      );
    if (ir === R.obj)
      for (const k of Object.keys(doc._id))
        if (k[0] === '$')
          throw cerr(
            52,
            `The dollar ($) prefixed field '${k}' in '_id.${k}' is not valid for storage.`,
          );
    const rid = c.next++;
    this.setDoc(tx, c, rid, buf, doc, null, null);
    if (tx.snap !== null) {
      const k = this.lk(c.id, rid);
      this.lock.set(k, tx);
      tx.locks.push(k);
    }
    tx.deltas.set(c, (tx.deltas.get(c) ?? 0) + 1);
    tx.ops.push({ op: 'insert', db: c.db, coll: c.name, c, key: { _id: doc._id }, doc: buf });
    return doc;
  }
  lockRow(tx: Tx, c: Collection, rid: number) {
    this.acquire(tx, c, rid);
  }
  replace(
    tx: Tx,
    c: Collection,
    rid: number,
    old: Doc,
    oldBuf: Buffer,
    doc: Doc,
    desc: Desc | null,
    bypass?: boolean,
  ): boolean {
    const buf = ser(doc);
    if (buf.equals(oldBuf)) return false;
    if (buf.length > 16777216) throw cerr(10334, 'BSONObj size: ' + buf.length + ' is invalid.');
    this.check(c, doc, bypass);
    this.setDoc(tx, c, rid, buf, doc, oldBuf, old);
    tx.ops.push({
      op: desc ? 'update' : 'replace',
      db: c.db,
      coll: c.name,
      c,
      key: { _id: doc._id },
      doc: desc ? undefined : buf,
      desc: desc ?? undefined,
      pre: c.opts.changeStreamPreAndPostImages?.enabled ? oldBuf : undefined,
      extra: c.opts.changeStreamPreAndPostImages?.enabled ? { post: buf } : undefined,
    });
    return true;
  }
  remove(tx: Tx, c: Collection, rid: number, old: Doc, oldBuf: Buffer) {
    this.setDoc(tx, c, rid, null, null, oldBuf, old);
    tx.deltas.set(c, (tx.deltas.get(c) ?? 0) - 1);
    tx.ops.push({
      op: 'delete',
      db: c.db,
      coll: c.name,
      c,
      key: { _id: old._id },
      pre: c.opts.changeStreamPreAndPostImages?.enabled ? oldBuf : undefined,
    });
  }
  begin(id: string): Tx {
    const t = new Tx(id, this.seq);
    this.open.add(t);
    return t;
  }
  /** apply an overlay; caller has the store transaction open */
  commit(tx: Tx) {
    for (const c of tx.fresh.values()) {
      if (this.colls.has(c.ns)) {
        this.end(tx);
        throw this.conflict();
      }
      this.colls.set(c.ns, c);
      this.save(c);
    }
    const fresh = tx.fresh.size > 0;
    tx.fresh = new Map();
    if (tx.docs.size || fresh) {
      const seq = ++this.seq;
      const others = [...this.open].some((t) => t !== tx);
      for (const [cid, m] of tx.docs)
        for (const [rid, e] of m) {
          if (e.buf === null && e.old === null) continue;
          if (others) {
            const k = this.lk(cid, rid);
            let h = this.hist.get(k);
            if (!h) this.hist.set(k, (h = []));
            h.push({ seq, old: e.old });
          }
          if (e.buf) this.store.put(cid, rid, e.buf);
          else this.store.del(cid, rid);
        }
      for (const [iid, s] of tx.idel)
        for (const x of s) {
          const p = x.lastIndexOf('\0');
          this.store.idel(iid, Buffer.from(x.slice(0, p), 'latin1'), +x.slice(p + 1));
        }
      for (const [iid, m] of tx.iadd)
        for (const [s, rid] of m) {
          const u = this.uniq.get(iid) ?? this.isUniq(iid);
          this.store.iput(iid, Buffer.from(u ? s : s.slice(0, s.lastIndexOf('\0')), 'latin1'), rid);
        }
      for (const [c, n] of tx.deltas) c.count += n;
      this.log(tx.ops, tx);
    }
    this.end(tx);
  }
  uniq = new Map<number, boolean>();
  isUniq(id: number) {
    for (const c of this.colls.values())
      for (const i of c.indexes)
        if (i.id === id) {
          this.uniq.set(id, i.unique);
          return i.unique;
        }
    return false;
  }
  end(tx: Tx) {
    if (tx.done) return;
    tx.done = true;
    for (const c of tx.fresh.values()) {
      this.store.dropColl(c.id);
      for (const i of c.indexes) this.store.dropIdx(i.id);
      this.byId.delete(c.id);
    }
    for (const k of tx.locks) if (this.lock.get(k) === tx) this.lock.delete(k);
    for (const k of tx.ulocks) if (this.ulock.get(k) === tx) this.ulock.delete(k);
    if (this.open.delete(tx)) {
      if (!this.open.size) this.hist.clear();
      this.onUnlock();
    }
  }
  log(ops: Op[], tx: Tx | null) {
    if (!ops.length) return;
    const ct = this.tick();
    if (!this.opt.oplog) return;
    const wall = new Date();
    ops.forEach((o, i) => {
      const t = i === 0 ? ct : this.tick();
      this.store.oplogAppend(
        t,
        ser({
          op: o.op,
          db: o.db,
          coll: o.coll,
          ct: Long.fromNumber(ct),
          wall,
          ...(o.key ? { key: o.key } : {}),
          ...(o.doc ? { doc: parse(o.doc) } : {}),
          ...(o.desc ? { desc: o.desc } : {}),
          ...(o.pre ? { pre: parse(o.pre) } : {}),
          ...(o.extra
            ? { extra: { ...o.extra, ...(o.extra.post ? { post: parse(o.extra.post) } : {}) } }
            : {}),
          ...(o.c ? { uuid: o.c.uuid } : {}),
          ...(tx?.txnNumber !== undefined && tx.snap !== null
            ? { lsid: tx.lsid, txn: tx.txnNumber }
            : {}),
        }),
      );
    });
    if (++this.trimCount % 500 === 0) this.store.oplogTrim(this.lastTs - 3600 * 1048576);
    this.onCommit();
  }
  trimCount = 0;
}
