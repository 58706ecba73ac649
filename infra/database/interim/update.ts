// @ts-nocheck
/* oxlint-disable */
// Update language: operators, positional paths, replacement, pipeline; returns the change-stream updateDescription.
import {
  cmp,
  eq,
  same,
  rank,
  R,
  isObj,
  isNum,
  num,
  arith,
  typeName,
  Timestamp,
  Long,
  ObjectId,
  ser,
  parse,
  type Doc,
  type Coll,
} from './bsonx.ts';
import { compile } from './match.ts';
import { cerr } from './errors.ts';
export type Desc = { updatedFields: Doc; removedFields: string[]; truncatedArrays: any[] };
const NUMERIC = /^(0|[1-9]\d*)$/;
const OPS = new Set([
  '$set',
  '$unset',
  '$inc',
  '$mul',
  '$min',
  '$max',
  '$push',
  '$addToSet',
  '$pull',
  '$pullAll',
  '$pop',
  '$rename',
  '$currentDate',
  '$bit',
  '$setOnInsert',
]);
type Item = { op: string; path: string; arg: any };
export type Compiled =
  | { kind: 'ops'; items: Item[]; filters: Map<string, (e: any) => boolean> }
  | { kind: 'replace'; doc: Doc }
  | { kind: 'pipeline'; stages: Doc[] };
export function compileUpdate(u: any, arrayFilters?: Doc[], coll?: Coll): Compiled {
  if (Array.isArray(u)) {
    for (const s of u) {
      const k = Object.keys(s)[0];
      if (!['$addFields', '$set', '$project', '$unset', '$replaceRoot', '$replaceWith'].includes(k))
        throw cerr(40324, `Unrecognized pipeline stage name: '${k}'`);
    }
    return { kind: 'pipeline', stages: u };
  }
  const ks = Object.keys(u);
  if (!ks.length || ks[0][0] !== '$') {
    for (const k of ks)
      if (k[0] === '$')
        throw cerr(
          52,
          `The dollar ($) prefixed field '${k}' in '${k}' is not allowed in the context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith.`,
        );
    return { kind: 'replace', doc: u };
  }
  const items: Item[] = [];
  for (const op of ks) {
    if (!OPS.has(op))
      throw cerr(
        9,
        op[0] === '$'
          ? `Unknown modifier: ${op}. Expected a valid update modifier or pipeline-style update specified as an array`
          : `Unknown modifier: ${op}`,
      );
    if (!isObj(u[op]))
      throw cerr(
        9,
        `Modifiers operate on fields but we found type ${typeName(u[op])} instead. For example: {$mod: {<field>: ...}} not {${op}: ${JSON.stringify(u[op])}}`,
      );
    for (const path of Object.keys(u[op])) {
      if (path === '' || path.split('.').some((p) => p === ''))
        throw cerr(
          56,
          `The update path '${path}' contains an empty field name, which is not allowed.`,
        );
      items.push({ op, path, arg: u[op][path] });
      if (op === '$rename') {
        if (typeof u[op][path] !== 'string')
          throw cerr(2, `The 'to' field for $rename must be a string: ${path}`);
        items.push({ op: '$renameTo', path: u[op][path], arg: path });
      }
    }
  }
  const seen: string[] = [];
  for (const it of items) {
    for (const s of seen)
      if (s === it.path || s.startsWith(it.path + '.') || it.path.startsWith(s + '.'))
        throw cerr(
          40,
          `Updating the path '${it.path}' would create a conflict at '${s.length < it.path.length ? s : it.path}'`,
        );
    seen.push(it.path);
  }
  items.sort((a, b) => {
    const x = a.path.split('.'),
      y = b.path.split('.');
    for (let i = 0; i < Math.min(x.length, y.length); i++) {
      if (x[i] === y[i]) continue;
      if (NUMERIC.test(x[i]) && NUMERIC.test(y[i])) return +x[i] - +y[i];
      return x[i] < y[i] ? -1 : 1;
    }
    return x.length - y.length;
  });
  const filters = new Map<string, (e: any) => boolean>();
  for (const f of arrayFilters ?? []) {
    const ids = new Set<string>();
    const collect = (o: any) => {
      for (const k of Object.keys(o)) {
        if (k[0] === '$') {
          for (const x of o[k]) collect(x);
        } else ids.add(k.split('.')[0]);
      }
    };
    collect(f);
    if (ids.size !== 1)
      throw cerr(
        9,
        ids.size
          ? `Error parsing array filter :: caused by :: Expected a single top-level field name, found '${[...ids][0]}' and '${[...ids][1]}'`
          : 'Cannot use an expression without a top-level field name in arrayFilters',
      );
    const id = [...ids][0];
    if (filters.has(id))
      throw cerr(9, `Found multiple array filters with the same top-level field name ${id}`);
    const q = compile(f, coll);
    filters.set(id, (e) => q({ [id]: e }, {}));
  }
  const used = new Set<string>();
  for (const it of items)
    for (const p of it.path.split('.')) {
      const m = /^\$\[(.+)\]$/.exec(p);
      if (m) {
        used.add(m[1]);
        if (!filters.has(m[1]))
          throw cerr(2, `No array filter found for identifier '${m[1]}' in path '${it.path}'`);
      }
    }
  for (const id of filters.keys())
    if (!used.has(id))
      throw cerr(
        9,
        `The array filter for identifier '${id}' was not used in the update { ${ks[0]}: ... }`,
      );
  return { kind: 'ops', items, filters };
}
function expand(
  doc: any,
  path: string,
  pos: number | undefined,
  filters: Map<string, (e: any) => boolean>,
): string[][] {
  let cur: { parts: string[]; v: any }[] = [{ parts: [], v: doc }];
  for (const p of path.split('.')) {
    const next: typeof cur = [];
    for (const c of cur) {
      if (p === '$') {
        if (pos === undefined)
          throw cerr(2, 'The positional operator did not find the match needed from the query.');
        next.push({ parts: [...c.parts, String(pos)], v: c.v?.[pos] });
      } else if (p === '$[]' || /^\$\[.+\]$/.test(p)) {
        if (!Array.isArray(c.v)) {
          if (c.v === undefined)
            throw cerr(
              2,
              `The path '${c.parts.join('.')}' must exist in the document in order to apply array updates.`,
            );
          throw cerr(
            2,
            `Cannot apply array updates to non-array element ${c.parts.at(-1)}: ${JSON.stringify(c.v)}`,
          );
        }
        const f = p === '$[]' ? null : filters.get(p.slice(2, -1))!;
        c.v.forEach((e: any, i: number) => {
          if (!f || f(e)) next.push({ parts: [...c.parts, String(i)], v: e });
        });
      } else
        next.push({
          parts: [...c.parts, p],
          v:
            c.v === null || typeof c.v !== 'object'
              ? undefined
              : Object.hasOwn(c.v, p)
                ? c.v[p]
                : undefined,
        });
    }
    cur = next;
  }
  return cur.map((c) => c.parts);
}
const show = (v: any) => {
  try {
    return JSON.stringify(v).replace(/"([a-zA-Z_]\w*)":/g, '$1: ');
  } catch {
    return String(v);
  }
};
/** parent container for writing; creates missing objects when create */
function parent(
  doc: any,
  parts: string[],
  create: boolean,
): { o: any; k: string; createdAt?: number } | null {
  let o = doc,
    createdAt: number | undefined;
  for (let i = 0; i < parts.length - 1; i++) {
    const k = parts[i];
    let v = Array.isArray(o) ? o[+k] : Object.hasOwn(o, k) ? o[k] : undefined;
    if (Array.isArray(o) && !NUMERIC.test(k)) {
      if (!create) return null;
      throw cerr(28, `Cannot create field '${k}' in element {${parts[i - 1]}: ${show(o)}}`);
    }
    if (v === undefined && !(Array.isArray(o) && +k < o.length)) {
      if (!create) return null;
      v = {};
      if (Array.isArray(o)) pad(o, +k);
      createdAt ??= i;
      setOwn(o, k, v);
    } else if (!(isObj(v) || Array.isArray(v))) {
      if (!create) return null;
      throw cerr(28, `Cannot create field '${parts[i + 1]}' in element {${k}: ${show(v)}}`);
    }
    o = v;
  }
  const k = parts[parts.length - 1];
  if (Array.isArray(o) && !NUMERIC.test(k)) {
    if (!create) return null;
    throw cerr(
      28,
      `Cannot create field '${k}' in element {${parts[parts.length - 2]}: ${show(o)}}`,
    );
  }
  return { o, k, createdAt };
}
const setOwn = (o: any, k: string, v: any) => {
  if (k === '__proto__')
    Object.defineProperty(o, k, { value: v, enumerable: true, writable: true, configurable: true });
  else o[k] = v;
};
function pad(a: any[], n: number) {
  if (n - a.length > 1500000) throw cerr(2, 'array index too large');
  while (a.length < n) a.push(null);
}
export const clone = (v: any): any =>
  Array.isArray(v)
    ? v.map(clone)
    : isObj(v)
      ? Object.fromEntries(Object.keys(v).map((k) => [k, clone(v[k])]))
      : v;
export function applyOps(
  doc: Doc,
  c: Compiled & { kind: 'ops' },
  o: { pos?: number; insert?: boolean; coll?: Coll; now: Date; ts: () => Timestamp },
): Desc {
  const upd: Doc = {};
  const removed: string[] = [];
  for (const it of c.items) {
    if (it.op === '$setOnInsert' && !o.insert) continue;
    if (it.op === '$rename') continue;
    for (const parts of expand(doc, it.path, o.pos, c.filters))
      one(doc, it, parts, o, upd, removed);
  }
  return { updatedFields: upd, removedFields: removed, truncatedArrays: [] };
}
function one(doc: Doc, it: Item, parts: string[], o: any, upd: Doc, removed: string[]) {
  const path = parts.join('.');
  const create = !['$unset', '$pull', '$pullAll', '$pop'].includes(it.op);
  if (it.op === '$renameTo') {
    const src = it.arg.split('.');
    const sp = parent(doc, src, false);
    if (!sp || !Object.hasOwn(sp.o, sp.k)) return;
    if (Array.isArray(sp.o))
      throw cerr(2, `The source field cannot be an array element, '${it.arg}' in doc`);
    const v = sp.o[sp.k];
    delete sp.o[sp.k];
    removed.push(it.arg);
    const dp = parent(doc, parts, true)!;
    setOwn(dp.o, dp.k, v);
    upd[path] = v;
    return;
  }
  if (parts[0] === '_id' && it.op !== '$setOnInsert' && !o.insert) {
    const before = doc._id;
    const t: any = { _id: clone(before) };
    if (it.op === '$set' && parts.length === 1 && eq(before, it.arg)) return;
    throw cerr(
      66,
      `Performing an update on the path '${path}' would modify the immutable field '_id'`,
    );
  }
  const p = parent(doc, parts, create);
  if (!p) return;
  const cur = Array.isArray(p.o) ? p.o[+p.k] : Object.hasOwn(p.o, p.k) ? p.o[p.k] : undefined;
  const topPath = p.createdAt !== undefined ? parts.slice(0, p.createdAt + 1).join('.') : path;
  const put = (v: any, sub?: string) => {
    if (Array.isArray(p.o)) {
      pad(p.o, +p.k);
      p.o[+p.k] = v;
    } else setOwn(p.o, p.k, v);
    if (p.createdAt !== undefined) {
      let x: any = doc;
      for (const q of parts.slice(0, p.createdAt + 1)) x = x[q];
      upd[topPath] = x;
    } else upd[path] = v;
  };
  const numErr = (name: string) =>
    cerr(
      14,
      `Cannot apply ${name} to a value of non-numeric type. {_id: ${show(doc._id)}} has the field '${p.k}' of non-numeric type ${typeName(cur)}`,
    );
  switch (it.op) {
    case '$set':
    case '$setOnInsert':
      if (cur === undefined || !same(cur, it.arg)) put(clone(it.arg));
      return;
    case '$unset':
      if (cur === undefined) return;
      if (Array.isArray(p.o)) {
        p.o[+p.k] = null;
        upd[path] = null;
      } else {
        delete p.o[p.k];
        removed.push(path);
      }
      return;
    case '$inc':
    case '$mul': {
      if (!isNum(it.arg))
        throw cerr(
          14,
          `Cannot ${it.op === '$inc' ? 'increment' : 'multiply'} with non-numeric argument: {${it.path}: ${show(it.arg)}}`,
        );
      if (cur === undefined) {
        put(it.op === '$inc' ? it.arg : arith('*', 0, it.arg));
        return;
      }
      if (!isNum(cur)) throw numErr(it.op);
      const r = arith(it.op === '$inc' ? '+' : '*', cur, it.arg);
      if (r === null)
        throw cerr(
          2,
          `Failed to apply ${it.op} operations to current value (${show(cur)}) for document {_id: ${show(doc._id)}}`,
        );
      if (!same(r, cur)) put(r);
      return;
    }
    case '$min':
    case '$max': {
      if (cur === undefined) {
        put(clone(it.arg));
        return;
      }
      const d = cmp(it.arg, cur, o.coll);
      if (it.op === '$min' ? d < 0 : d > 0) put(clone(it.arg));
      return;
    }
    case '$currentDate': {
      const a = it.arg;
      if (a === true || a === false || (isObj(a) && a.$type === 'date')) put(o.now);
      else if (isObj(a) && a.$type === 'timestamp') put(o.ts());
      else
        throw cerr(
          2,
          `${typeName(a)} is not valid type for $currentDate. Please use a boolean ('true') or a $type expression ({$type: 'timestamp/date'}).`,
        );
      return;
    }
    case '$bit': {
      if (!isObj(it.arg))
        throw cerr(2, 'The $bit modifier is not compatible with a ' + typeName(it.arg));
      if (cur !== undefined && !['int', 'long'].includes(typeName(cur)))
        throw cerr(2, `Cannot apply $bit to a value of non-integral type.`);
      let v: any = cur ?? 0;
      for (const op of Object.keys(it.arg)) {
        const l = v?._bsontype === 'Long' || it.arg[op]?._bsontype === 'Long';
        const x = Long.fromValue(typeof v === 'number' ? v : v),
          y = Long.fromValue(it.arg[op]?._bsontype === 'Int32' ? it.arg[op].value : it.arg[op]);
        const r = op === 'and' ? x.and(y) : op === 'or' ? x.or(y) : op === 'xor' ? x.xor(y) : null;
        if (!r)
          throw cerr(2, `The $bit modifier only supports 'and', 'or', and 'xor', not '${op}'`);
        v = l ? r : r.toInt();
      }
      if (cur === undefined || !same(v, cur)) put(v);
      return;
    }
    case '$pop': {
      if (cur === undefined) return;
      if (!Array.isArray(cur))
        throw cerr(14, `Path '${path}' contains an element of non-array type '${typeName(cur)}'`);
      const n = num(it.arg);
      if (n !== 1 && n !== -1) throw cerr(9, `$pop expects 1 or -1, found: ${show(it.arg)}`);
      if (!cur.length) return;
      if (n < 0) cur.shift();
      else cur.pop();
      upd[path] = cur;
      return;
    }
    case '$push': {
      const a = it.arg;
      const mod = isObj(a) && '$each' in a;
      const each: any[] = mod ? a.$each : [a];
      if (mod) {
        for (const k of Object.keys(a))
          if (!['$each', '$slice', '$sort', '$position'].includes(k))
            throw cerr(2, `Unrecognized clause in $push: ${k}`);
        if (!Array.isArray(each))
          throw cerr(
            2,
            `The argument to $each in $push must be an array but it was of type: ${typeName(each)}`,
          );
      } else if (
        isObj(a) &&
        Object.keys(a).some((k) => k[0] === '$' && ['$slice', '$sort', '$position'].includes(k))
      )
        throw cerr(
          52,
          `The dollar ($) prefixed field '${Object.keys(a)[0]}' in '${path}' is not valid for storage.`,
        );
      if (cur !== undefined && !Array.isArray(cur))
        throw cerr(
          2,
          `The field '${path}' must be an array but is of type ${typeName(cur)} in document {_id: ${show(doc._id)}}`,
        );
      const isNew = cur === undefined;
      const arr: any[] = isNew ? [] : cur;
      const before = isNew ? null : arr.slice();
      const len0 = arr.length;
      let at = arr.length;
      if (mod && a.$position !== undefined) {
        const q = num(a.$position);
        at = q < 0 ? Math.max(0, arr.length + q) : Math.min(q, arr.length);
      }
      arr.splice(at, 0, ...each.map(clone));
      if (mod && a.$sort !== undefined) {
        const s = a.$sort;
        arr.sort(isObj(s) ? sortFn(s, o.coll) : (x, y) => num(s) * cmp(x, y, o.coll));
      }
      if (mod && a.$slice !== undefined) {
        const n = num(a.$slice);
        if (n >= 0) arr.splice(n);
        else arr.splice(0, Math.max(0, arr.length + n));
      }
      if (isNew) {
        put(arr);
        return;
      }
      if (before!.length === arr.length && before!.every((x, i) => same(x, arr[i]))) return;
      if (
        at === len0 &&
        (!mod || (a.$sort === undefined && a.$slice === undefined)) &&
        !(topPath in upd)
      )
        for (let i = len0; i < arr.length; i++) upd[`${path}.${i}`] = arr[i];
      else upd[path] = arr;
      return;
    }
    case '$addToSet': {
      const a = it.arg;
      const each: any[] = isObj(a) && '$each' in a ? a.$each : [a];
      if (!Array.isArray(each))
        throw cerr(
          14,
          `The argument to $each in $addToSet must be an array but it was of type ${typeName(each)}`,
        );
      if (cur !== undefined && !Array.isArray(cur))
        throw cerr(
          2,
          `Cannot apply $addToSet to non-array field. Field named '${p.k}' has non-array type ${typeName(cur)}`,
        );
      const arr: any[] = cur ?? [];
      const n0 = arr.length;
      for (const e of each) if (!arr.some((x) => eq(x, e, o.coll))) arr.push(clone(e));
      if (cur === undefined) put(arr);
      else if (arr.length !== n0)
        for (let i = n0; i < arr.length; i++) upd[`${path}.${i}`] = arr[i];
      return;
    }
    case '$pull':
    case '$pullAll': {
      if (cur === undefined) return;
      if (!Array.isArray(cur)) throw cerr(2, `Cannot apply ${it.op} to a non-array value`);
      let f: (e: any) => boolean;
      if (it.op === '$pullAll') {
        if (!Array.isArray(it.arg))
          throw cerr(2, `$pullAll requires an array argument but was given a ${typeName(it.arg)}`);
        f = (e) => it.arg.some((x: any) => eq(x, e, o.coll));
      } else if (
        isObj(it.arg) &&
        Object.keys(it.arg)[0]?.[0] === '$' &&
        !['$and', '$or', '$nor'].includes(Object.keys(it.arg)[0])
      ) {
        const q = compile({ v: it.arg }, o.coll);
        f = (e) => q({ v: Array.isArray(e) ? [e] : e }, {});
      } else if (isObj(it.arg)) {
        const q = compile(it.arg, o.coll);
        f = (e) => isObj(e) && q(e, {});
      } else if (rank(it.arg) === R.re) {
        const q = compile({ v: it.arg }, o.coll);
        f = (e) => q({ v: e }, {});
      } else f = (e) => eq(e, it.arg, o.coll);
      const kept = cur.filter((e: any) => !f(e));
      if (kept.length !== cur.length) {
        cur.length = 0;
        for (const e of kept) cur.push(e);
        upd[path] = cur;
      }
      return;
    }
  }
}
export function get(d: any, path: string): any {
  let v = d;
  for (const p of path.split('.')) {
    if (v === null || typeof v !== 'object') return undefined;
    v =
      Array.isArray(v) && !NUMERIC.test(p)
        ? v.map((x) => x?.[p]).filter((x) => x !== undefined)
        : v[p];
  }
  return v;
}
/** sort key comparators: arrays sort by min (asc) or max (desc) element, missing = null */
function sortVal(d: any, parts: string[], dir: number, coll?: Coll): any {
  let best: any,
    has = false;
  const take = (x: any) => {
    if (!has) {
      best = x;
      has = true;
    } else {
      const c = cmp(x, best, coll);
      if (dir > 0 ? c < 0 : c > 0) best = x;
    }
  };
  const walk = (v: any, i: number, leafArr: boolean) => {
    if (i === parts.length) {
      if (Array.isArray(v)) {
        if (!v.length) take(undefined);
        else for (const e of v) take(e === undefined ? null : e);
      } else take(v === undefined ? null : v);
      return;
    }
    if (Array.isArray(v)) {
      if (NUMERIC.test(parts[i]) && +parts[i] < v.length) {
        walk(v[+parts[i]], i + 1, false);
        return;
      }
      if (!v.length) take(null);
      for (const e of v)
        if (isObj(e)) walk(e, i, false);
        else take(null);
      return;
    }
    if (isObj(v)) walk(Object.hasOwn(v, parts[i]) ? v[parts[i]] : undefined, i + 1, false);
    else take(null);
  };
  walk(d, 0, false);
  return has ? best : null;
}
export function sortKeys(spec: Doc, coll?: Coll) {
  const fs = Object.keys(spec)
    .filter((k) => !isObj(spec[k]))
    .map((k) => ({ parts: k.split('.'), dir: num(spec[k]) < 0 ? -1 : 1 }));
  return {
    key: (d: any) => fs.map((f) => sortVal(d, f.parts, f.dir, coll)),
    cmp: (a: any[], b: any[]) => {
      for (let i = 0; i < fs.length; i++) {
        const c = cmp(a[i], b[i], coll);
        if (c) return c * fs[i].dir;
      }
      return 0;
    },
  };
}
export function sortFn(spec: Doc, coll?: Coll) {
  const s = sortKeys(spec, coll);
  return (a: any, b: any) => s.cmp(s.key(a), s.key(b));
}
export function sortDocs<T>(a: T[], spec: Doc, coll?: Coll, of: (t: T) => any = (t) => t): T[] {
  const s = sortKeys(spec, coll);
  return a
    .map((t) => ({ t, k: s.key(of(t)) }))
    .sort((x, y) => s.cmp(x.k, y.k))
    .map((x) => x.t);
}
/** document built from the equality parts of an upsert filter */
export function upsertBase(filter: Doc): Doc {
  const d: Doc = {};
  const add = (q: Doc) => {
    for (const k of Object.keys(q)) {
      const v = q[k];
      if (k === '$and') {
        for (const x of v) add(x);
        continue;
      }
      if (k === '$or' && v.length === 1) {
        add(v[0]);
        continue;
      }
      if (k[0] === '$') continue;
      let val = v;
      if (isObj(v) && Object.keys(v)[0]?.[0] === '$' && !('$ref' in v)) {
        if ('$eq' in v) val = v.$eq;
        else if (Array.isArray(v.$in) && v.$in.length === 1) val = v.$in[0];
        else if (Array.isArray(v.$all) && v.$all.length === 1 && !isObj(v.$all[0])) val = v.$all[0];
        else continue;
      }
      if (rank(val) === R.re) continue;
      const p = parent(d, k.split('.'), true)!;
      if (Object.hasOwn(p.o, p.k))
        throw cerr(54, `cannot infer query fields to set, path '${k}' is matched twice`);
      setOwn(p.o, p.k, clone(val));
    }
  };
  add(filter);
  return d;
}
export function diff(a: Doc, b: Doc): Desc {
  const upd: Doc = {},
    rem: string[] = [],
    trunc: any[] = [];
  const go = (x: any, y: any, pre: string) => {
    for (const k of Object.keys(x)) if (!Object.hasOwn(y, k)) rem.push(pre + k);
    for (const k of Object.keys(y)) {
      if (!Object.hasOwn(x, k)) {
        upd[pre + k] = y[k];
        continue;
      }
      if (same(x[k], y[k])) continue;
      if (isObj(x[k]) && isObj(y[k])) go(x[k], y[k], pre + k + '.');
      else if (Array.isArray(x[k]) && Array.isArray(y[k])) {
        const n = Math.min(x[k].length, y[k].length);
        let changed = 0;
        for (let i = 0; i < n; i++) if (!same(x[k][i], y[k][i])) changed++;
        if (changed > n / 2) {
          upd[pre + k] = y[k];
          continue;
        }
        if (y[k].length < x[k].length) trunc.push({ field: pre + k, newSize: y[k].length });
        for (let i = 0; i < y[k].length; i++)
          if (i >= n || !same(x[k][i], y[k][i])) {
            if (i < n && isObj(x[k][i]) && isObj(y[k][i])) go(x[k][i], y[k][i], `${pre}${k}.${i}.`);
            else upd[`${pre}${k}.${i}`] = y[k][i];
          }
      } else upd[pre + k] = y[k];
    }
  };
  go(a, b, '');
  return { updatedFields: upd, removedFields: rem, truncatedArrays: trunc };
}
