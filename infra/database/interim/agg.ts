// @ts-nocheck
/* oxlint-disable */
// Aggregation: own stages where order/BSON semantics matter, mingo for expressions and the long tail.
import { Aggregator } from 'mingo/aggregator';
import { Context, evalExpr as mEval } from 'mingo/core';
import * as X from 'mingo/operators/expression';
import * as A from 'mingo/operators/accumulator';
import * as P from 'mingo/operators/pipeline';
import * as PR from 'mingo/operators/projection';
import * as Q from 'mingo/operators/query';
import * as W from 'mingo/operators/window';
import {
  cmp,
  eq,
  plain,
  encKey,
  isObj,
  isNum,
  num,
  rank,
  R,
  typeName,
  ObjectId,
  Long,
  Decimal128,
  Binary,
  parse,
  type Doc,
  type Coll,
} from './bsonx.ts';
import { compile, exprHook } from './match.ts';
import { compileProjection, putPath } from './project.ts';
import { sortDocs, get } from './update.ts';
import { cerr } from './errors.ts';
const ev = (o: any, e: any, opt: any) => (mEval as any)(o, e, opt);
const c2 = (f: (n: number) => boolean) => (o: any, e: any, opt: any) => {
  const [a, b] = ev(o, e, opt);
  return f(cmp(a, b));
};
const toStr = (v: any): any =>
  v === null || v === undefined
    ? null
    : v instanceof Date
      ? v.toISOString()
      : v?._bsontype === 'ObjectId'
        ? v.toHexString()
        : typeof v === 'object' && v?._bsontype
          ? v.toString()
          : String(v);
const toOid = (v: any): any => {
  if (v === null || v === undefined) return null;
  if (v?._bsontype === 'ObjectId') return v;
  if (typeof v === 'string' && /^[0-9a-f]{24}$/i.test(v)) return new ObjectId(v);
  throw cerr(241, `Failed to parse objectId '${v}' in $convert with no onError value`);
};
const toDate = (v: any): any => {
  if (v === null || v === undefined) return null;
  if (v?._bsontype === 'ObjectId') return v.getTimestamp();
  if (v instanceof Date) return v;
  const d = new Date(isNum(v) ? num(v) : v);
  if (isNaN(+d)) throw cerr(241, `Error parsing date string '${v}'`);
  return d;
};
const setOp = (f: (a: any[], b: any[]) => any) => (o: any, e: any, opt: any) => {
  const [a, b] = ev(o, e, opt);
  return a == null || b == null ? null : f(a, b);
};
const ddup = (a: any[]) => {
  const m = new Map<string, any>();
  for (const x of a) {
    const k = encKey([x]).latin1Slice();
    if (!m.has(k)) m.set(k, x);
  }
  return m;
};
const over: any = {
  $eq: c2((n) => n === 0),
  $ne: c2((n) => n !== 0),
  $gt: c2((n) => n > 0),
  $gte: c2((n) => n >= 0),
  $lt: c2((n) => n < 0),
  $lte: c2((n) => n <= 0),
  $cmp: (o: any, e: any, p: any) => {
    const [a, b] = ev(o, e, p);
    return cmp(a, b);
  },
  $in: (o: any, e: any, p: any) => {
    const [a, b] = ev(o, e, p);
    if (!Array.isArray(b))
      throw cerr(40081, '$in requires an array as a second argument, found: ' + typeName(b));
    return b.some((x) => eq(x, a));
  },
  $indexOfArray: (o: any, e: any, p: any) => {
    const [a, b, s, z] = ev(o, e, p);
    if (a == null) return null;
    for (let i = s ?? 0; i < Math.min(z ?? a.length, a.length); i++) if (eq(a[i], b)) return i;
    return -1;
  },
  $type: (o: any, e: any, p: any) => {
    const v = ev(o, e, p);
    return v === undefined ? 'missing' : typeName(v);
  },
  $toString: (o: any, e: any, p: any) => toStr(ev(o, e, p)),
  $toObjectId: (o: any, e: any, p: any) => toOid(ev(o, e, p)),
  $toDate: (o: any, e: any, p: any) => toDate(ev(o, e, p)),
  $convert: (o: any, e: any, p: any) => {
    const v = ev(o, e.input, p);
    if (v == null) return 'onNull' in e ? ev(o, e.onNull, p) : null;
    let to = ev(o, e.to, p);
    if (isObj(to)) to = to.type;
    try {
      switch (to) {
        case 'string':
        case 2:
          return toStr(v);
        case 'objectId':
        case 7:
          return toOid(v);
        case 'date':
        case 9:
          return toDate(v);
        default:
          return (X as any).$convert(o, { input: v, to }, p);
      }
    } catch (x) {
      if ('onError' in e) return ev(o, e.onError, p);
      throw x;
    }
  },
  $setUnion: (o: any, e: any, p: any) => {
    const as = ev(o, e, p);
    if (as.some((a: any) => a == null)) return null;
    return [...ddup(as.flat()).values()];
  },
  $setIntersection: (o: any, e: any, p: any) => {
    const as: any[][] = ev(o, e, p);
    if (as.some((a) => a == null)) return null;
    let m = ddup(as[0] ?? []);
    for (const b of as.slice(1)) {
      const n = ddup(b);
      m = new Map([...m].filter(([k]) => n.has(k)));
    }
    return [...m.values()];
  },
  $setDifference: setOp((a, b) => {
    const n = ddup(b);
    return [...ddup(a)].filter(([k]) => !n.has(k)).map((x) => x[1]);
  }),
  $setEquals: setOp((a, b) => {
    const m = ddup(a),
      n = ddup(b);
    return m.size === n.size && [...m.keys()].every((k) => n.has(k));
  }),
  $setIsSubset: setOp((a, b) => {
    const n = ddup(b);
    return [...ddup(a).keys()].every((k) => n.has(k));
  }),
  $sortArray: (o: any, e: any, p: any) => {
    const a = ev(o, e.input, p);
    if (a == null) return null;
    return isObj(e.sortBy)
      ? sortDocs([...a], e.sortBy)
      : [...a].sort((x, y) => num(e.sortBy) * cmp(x, y));
  },
  $literal: (_o: any, e: any) => e,
  $toLower: (o: any, e: any, p: any) => {
    let v = ev(o, e, p);
    if (Array.isArray(v)) v = v[0];
    return v == null ? '' : String(v).toLowerCase();
  },
  $toUpper: (o: any, e: any, p: any) => {
    let v = ev(o, e, p);
    if (Array.isArray(v)) v = v[0];
    return v == null ? '' : String(v).toUpperCase();
  },
  $indexOfCP: (o: any, e: any, p: any) => {
    const [s, t, a, z] = ev(o, e, p);
    if (s == null) return null;
    const cp = [...s].slice(0, z ?? undefined).join('');
    const i = cp.indexOf(t, [...s].slice(0, a ?? 0).join('').length);
    return i < 0 ? -1 : [...cp.slice(0, i)].length;
  },
  $week: (o: any, e: any, p: any) => {
    let v = ev(o, isObj(e) && 'date' in e ? e.date : e, p);
    if (v == null) return null;
    v = toDate(v);
    const doy = Math.floor((+v - Date.UTC(v.getUTCFullYear(), 0, 1)) / 864e5);
    return Math.floor((doy + 7 - v.getUTCDay()) / 7);
  },
  $map: (o: any, e: any, p: any) => {
    const a = ev(o, e.input, p);
    if (a == null) return null;
    const as = e.as ?? 'this';
    return a.map((x: any) => ev(o, e.in, vars(p, o, { [as]: x, this: x })) ?? null);
  },
  $filter: (o: any, e: any, p: any) => {
    const a = ev(o, e.input, p);
    if (a == null) return null;
    const as = e.as ?? 'this';
    const lim = e.limit !== undefined ? ev(o, e.limit, p) : Infinity;
    const out = [];
    for (const x of a) {
      const r = ev(o, e.cond, vars(p, o, { [as]: x, this: x }));
      if (r !== false && r != null && r !== 0) out.push(x);
      if (out.length >= lim) break;
    }
    return out;
  },
};
function vars(p: any, root: any, v: Doc) {
  const c = ComputeOptions.init(p);
  c.update({ root: p.local?.root ?? root, variables: v });
  return c;
}
const minmax = (s: number) => (o: any, e: any, p: any) => {
  let a =
    e === null && Array.isArray(o) ? o : Array.isArray(o) ? o.map((d) => ev(d, e, p)) : ev(o, e, p);
  if (!Array.isArray(a)) a = [a];
  let b: any;
  for (const x of a)
    if (x !== null && x !== undefined && (b === undefined || cmp(x, b) * s < 0)) b = x;
  return b ?? null;
};
const accOver: any = { $min: minmax(1), $max: minmax(-1) };
const CTX = Context.init({
  accumulator: { ...A, ...accOver },
  expression: { ...X, ...over },
  pipeline: { ...P },
  projection: { ...PR },
  query: { ...Q },
  window: { ...W },
} as any);
// ComputeOptions is not exported by mingo: an operator that returns its options gives us the class
const ComputeOptions: any = (mEval as any)(
  {},
  { $probe: 1 },
  { context: Context.init({ expression: { $probe: (_o: any, _e: any, p: any) => p } } as any) },
).constructor;
export const mopts = (extra: any = {}) => ({
  context: CTX,
  useStrictMode: true,
  scriptEnabled: false,
  ...extra,
});
const pcache = new WeakMap<any, any>();
const pl = (d: any) => {
  let x = pcache.get(d);
  if (!x) pcache.set(d, (x = plain(d)));
  return x;
};
/** compile an expression; literals pass through mingo untouched */
export function expr(e: any, variables?: Doc): (d: any) => any {
  const x = plain(e);
  if (typeof x === 'string' && x[0] === '$' && x[1] !== '$' && !x.includes('.')) {
    const k = x.slice(1);
    return (d) => (Object.hasOwn(d, k) ? d[k] : undefined);
  }
  if (x === null || (typeof x !== 'object' && !(typeof x === 'string' && x[0] === '$')))
    return () => x;
  const o = mopts({ variables: variables ?? {} });
  return (d) => {
    try {
      return ev(pl(d), x, ComputeOptions.init(o as any));
    } catch (er: any) {
      if (er.code) throw er;
      if (/undefined variable/.test(er.message)) throw cerr(17276, er.message);
      throw cerr(
        /not registered|unregistered|unknown/.test(er.message) ? 168 : 2,
        er.message.replace(
          /^accumulator '(.*)' is not registered\.$/,
          "Unrecognized expression '$1'",
        ),
      );
    }
  };
}
exprHook.f = expr;
export type Env = {
  coll?: Coll;
  vars?: Doc;
  resolve: (name: string) => Doc[];
  lookup: (name: string, filter: Doc, pipeline?: Doc[], vars?: Doc) => Doc[];
  hasIndex: (name: string, field: string) => boolean;
  out?: (stage: string, spec: any, docs: Doc[]) => void;
  run: (name: string, pipeline: Doc[], vars?: Doc) => Doc[];
};
const STAGES = new Set([
  '$match',
  '$project',
  '$addFields',
  '$set',
  '$unset',
  '$sort',
  '$limit',
  '$skip',
  '$count',
  '$unwind',
  '$group',
  '$lookup',
  '$facet',
  '$replaceRoot',
  '$replaceWith',
  '$sortByCount',
  '$unionWith',
  '$out',
  '$merge',
  '$sample',
  '$bucket',
  '$bucketAuto',
  '$graphLookup',
  '$setWindowFields',
  '$densify',
  '$fill',
  '$redact',
  '$documents',
  '$indexStats',
  '$collStats',
  '$geoNear',
  '$changeStream',
  '$changeStreamSplitLargeEvent',
  '$search',
  '$searchMeta',
  '$vectorSearch',
  '$listLocalSessions',
  '$listSessions',
  '$currentOp',
  '$planCacheStats',
  '$_internalInhibitOptimization',
  '$listSearchIndexes',
]);
export function validatePipeline(p: any[]) {
  for (const s of p) {
    if (!isObj(s) || Object.keys(s).length !== 1)
      throw cerr(40323, 'A pipeline stage specification object must contain exactly one field.');
    const k = Object.keys(s)[0];
    if (!STAGES.has(k)) throw cerr(40324, `Unrecognized pipeline stage name: '${k}'`);
  }
}
export function runPipeline(docs: Doc[], p: Doc[], env: Env): Doc[] {
  for (let i = 0; i < p.length; i++) {
    const k = Object.keys(p[i])[0];
    docs = stage(docs, k, p[i][k], env);
  }
  return docs;
}
function stage(docs: Doc[], k: string, s: any, env: Env): Doc[] {
  switch (k) {
    case '$match': {
      const q = compile(s, env.coll);
      const c = env.vars ? { vars: env.vars } : {};
      return docs.filter((d) => q(d, c));
    }
    case '$sort':
      return sortDocs(docs.slice(), s, env.coll);
    case '$limit':
      if (num(s) <= 0) throw cerr(15958, 'the limit must be positive');
      return docs.slice(0, num(s));
    case '$skip':
      return docs.slice(num(s));
    case '$count':
      if (typeof s !== 'string' || !s || s[0] === '$' || s.includes('.'))
        throw cerr(40156, 'the count field must be a non-empty string');
      return docs.length ? [{ [s]: docs.length }] : [];
    case '$project': {
      const f = compileProjection(s, { find: false, vars: env.vars })!;
      return docs.map((d) => f(d, {}));
    }
    case '$addFields':
    case '$set': {
      const fs: [string[], (d: Doc) => any][] = [];
      const fl = (o: Doc, pre: string[]) => {
        for (const x of Object.keys(o)) {
          const v = o[x];
          const ps = [...pre, ...x.split('.')];
          if (isObj(v) && Object.keys(v).length && Object.keys(v)[0][0] !== '$') fl(v, ps);
          else fs.push([ps, expr(v, env.vars)]);
        }
      };
      fl(s, []);
      return docs.map((d) => {
        const o = { ...d };
        for (const [ps, f] of fs) {
          const v = f(d);
          if (v !== undefined) putPath(o, ps, v);
          else if (ps.length === 1) delete o[ps[0]];
        }
        return o;
      });
    }
    case '$unset': {
      const f = compileProjection(
        Object.fromEntries((Array.isArray(s) ? s : [s]).map((x: string) => [x, 0])),
        { find: false },
      )!;
      return docs.map((d) => f(d, {}));
    }
    case '$replaceRoot':
    case '$replaceWith': {
      const f = expr(k === '$replaceRoot' ? s.newRoot : s, env.vars);
      return docs.map((d) => {
        const v = f(d);
        if (!isObj(v))
          throw cerr(
            40228,
            `'newRoot' expression must evaluate to an object, but resulting value was: ${JSON.stringify(v) ?? 'MISSING'}`,
          );
        return v;
      });
    }
    case '$unwind': {
      const path = typeof s === 'string' ? s : s.path;
      if (path[0] !== '$')
        throw cerr(28818, `path option to $unwind stage should be prefixed with a '$': ${path}`);
      const ps = path.slice(1).split('.');
      const keep = s.preserveNullAndEmptyArrays === true,
        ix = s.includeArrayIndex;
      const out: Doc[] = [];
      for (const d of docs) {
        let v: any = d;
        for (const p of ps) v = v?.[p];
        if (Array.isArray(v)) {
          if (!v.length) {
            if (keep) {
              const o = { ...d };
              if (ps.length === 1) delete o[ps[0]];
              if (ix) o[ix] = null;
              out.push(o);
            }
            continue;
          }
          v.forEach((e, i) => {
            const o = { ...d };
            putPath(o, ps, e);
            if (ix) o[ix] = i;
            out.push(o);
          });
        } else if (v !== null && v !== undefined) {
          const o = { ...d };
          if (ix) o[ix] = null;
          out.push(o);
        } else if (keep) {
          const o = { ...d };
          if (ix) o[ix] = null;
          out.push(o);
        }
      }
      return out;
    }
    case '$group':
      return group(docs, s, env);
    case '$sortByCount':
      return sortDocs(group(docs, { _id: s, count: { $sum: 1 } }, env), { count: -1 });
    case '$facet': {
      const o: Doc = {};
      for (const n of Object.keys(s)) {
        validatePipeline(s[n]);
        o[n] = runPipeline(docs, s[n], env);
      }
      return [o];
    }
    case '$sample': {
      const a = docs.slice();
      for (let i = a.length - 1; i > 0; i--) {
        const j = Math.floor(Math.random() * (i + 1));
        [a[i], a[j]] = [a[j], a[i]];
      }
      return a.slice(0, num(s.size));
    }
    case '$unionWith': {
      const name = typeof s === 'string' ? s : s.coll;
      return docs.concat(env.run(name, s.pipeline ?? [], env.vars));
    }
    case '$lookup': {
      const lf = s.localField,
        ff = s.foreignField;
      const pipe = s.pipeline;
      if (s.from === undefined && pipe)
        return docs.map((d) => set1(d, s.as, runPipeline([], pipe, env)));
      const lets = Object.entries(s.let ?? {}).map(([n, e]) => [n, expr(e, env.vars)] as const);
      let all: Doc[] | null = null;
      let map: Map<string, Doc[]> | null = null;
      let cached: Doc[] | null = null;
      const useIdx = ff && env.hasIndex(s.from, ff);
      return docs.map((d) => {
        const v: Doc = { ...env.vars };
        for (const [n, f] of lets) v[n] = f(d) ?? null;
        let rows: Doc[];
        if (ff) {
          let lv = get(d, lf);
          const vals: any[] = Array.isArray(lv) ? lv : [lv === undefined ? null : lv];
          if (useIdx)
            rows = vals.length
              ? env.lookup(s.from, { [ff]: vals.length === 1 ? { $eq: vals[0] } : { $in: vals } })
              : [];
          else {
            if (!map) {
              map = new Map();
              all = env.resolve(s.from);
              for (const f of all) {
                let x = get(f, ff);
                const xs: any[] = Array.isArray(x) ? [...x, x] : [x === undefined ? null : x];
                for (const y of ddup(xs).keys()) {
                  const a = map.get(y);
                  if (a) a.push(f);
                  else map.set(y, [f]);
                }
              }
            }
            const set = new Set<Doc>();
            for (const x of vals)
              for (const f of map.get(encKey([x]).latin1Slice()) ?? []) set.add(f);
            rows = vals.length > 1 ? all!.filter((f) => set.has(f)) : [...set];
          }
          if (pipe?.length) rows = runPipeline(rows, pipe, { ...env, vars: v });
        } else
          rows =
            lets.length || env.vars
              ? env.run(s.from, pipe ?? [], v)
              : (cached ??= env.run(s.from, pipe ?? [], v));
        return set1(d, s.as, rows);
      });
    }
    case '$out':
    case '$merge':
      env.out!(k, s, docs);
      return [];
    case '$documents': {
      const v = expr(s, env.vars)({});
      return v;
    }
    case '$changeStreamSplitLargeEvent':
    case '$_internalInhibitOptimization':
      return docs;
    case '$search':
    case '$searchMeta':
    case '$vectorSearch':
    case '$listSearchIndexes':
      throw cerr(
        31082,
        `Using Atlas Search Database Commands and the ${k} aggregation stage requires additional configuration. Please connect to Atlas or an AtlasCLI local deployment to enable.`,
      );
    default: // mingo's own stage
      try {
        return new Aggregator(
          [{ [k]: plain(s) }],
          mopts({
            variables: env.vars ?? {},
            collectionResolver: env.resolve,
            collation: undefined,
          }) as any,
        ).run(docs.map(pl)) as Doc[];
      } catch (e: any) {
        if (e.code) throw e;
        throw cerr(2, `${k}: ${e.message}`);
      }
  }
}
const set1 = (d: Doc, as: string, v: any) => {
  const o = { ...d };
  putPath(o, as.split('.'), v);
  return o;
};
function group(docs: Doc[], s: Doc, env: Env): Doc[] {
  if (!isObj(s) || !('_id' in s)) throw cerr(15955, 'a group specification must include an _id');
  const idf = expr(s._id, env.vars);
  const names = Object.keys(s).filter((k) => k !== '_id');
  const accs = names.map((n) => {
    const a = s[n];
    if (!isObj(a) || Object.keys(a).length !== 1)
      throw cerr(40234, `The field '${n}' must be an accumulator object`);
    const op = Object.keys(a)[0];
    return acc(op, a[op], env);
  });
  const m = new Map<string, { id: any; st: any[] }>();
  for (const d of docs) {
    let id = idf(d);
    if (id === undefined) id = null;
    const k = encKey([id]).latin1Slice();
    let g = m.get(k);
    if (!g) m.set(k, (g = { id, st: accs.map((a) => a.init()) }));
    for (let i = 0; i < accs.length; i++) g.st[i] = accs[i].add(g.st[i], d);
  }
  return [...m.values()].map((g) => {
    const o: Doc = { _id: g.id };
    names.forEach((n, i) => {
      const v = accs[i].fin(g.st[i]);
      o[n] = v === undefined ? null : v;
    });
    return o;
  });
}
type Acc = { init: () => any; add: (s: any, d: Doc) => any; fin: (s: any) => any };
function acc(op: string, e: any, env: Env): Acc {
  const f = [
    '$count',
    '$top',
    '$topN',
    '$bottom',
    '$bottomN',
    '$firstN',
    '$lastN',
    '$minN',
    '$maxN',
    '$percentile',
    '$median',
    '$accumulator',
  ].includes(op)
    ? () => null
    : expr(e, env.vars);
  switch (op) {
    case '$sum':
      return {
        init: () => ({ n: 0, x: null as any }),
        add: (s, d) => {
          const v = f(d);
          if (typeof v === 'number') s.n += v;
          else if (
            v?._bsontype === 'Long' ||
            v?._bsontype === 'Decimal128' ||
            v?._bsontype === 'Double'
          )
            s.n += num(v);
          return s;
        },
        fin: (s) => s.n,
      };
    case '$avg':
      return {
        init: () => ({ n: 0, c: 0 }),
        add: (s, d) => {
          const v = f(d);
          if (isNum(v)) {
            s.n += num(v);
            s.c++;
          }
          return s;
        },
        fin: (s) => (s.c ? s.n / s.c : null),
      };
    case '$min':
    case '$max': {
      const g = op === '$min' ? 1 : -1;
      return {
        init: () => undefined,
        add: (s, d) => {
          const v = f(d);
          return v === null || v === undefined
            ? s
            : s === undefined || cmp(v, s, env.coll) * g < 0
              ? v
              : s;
        },
        fin: (s) => s ?? null,
      };
    }
    case '$first':
      return { init: () => null, add: (s, d) => s ?? { v: f(d) }, fin: (s) => s?.v ?? null };
    case '$last':
      return { init: () => null, add: (_s, d) => ({ v: f(d) }), fin: (s) => s?.v ?? null };
    case '$push':
      return {
        init: () => [],
        add: (s, d) => {
          const v = f(d);
          if (v !== undefined) s.push(v);
          return s;
        },
        fin: (s) => s,
      };
    case '$addToSet':
      return {
        init: () => new Map(),
        add: (s, d) => {
          const v = f(d);
          if (v !== undefined) {
            const k = encKey([v]).latin1Slice();
            if (!s.has(k)) s.set(k, v);
          }
          return s;
        },
        fin: (s) => [...s.values()],
      };
    case '$count':
      return { init: () => 0, add: (s) => s + 1, fin: (s) => s };
    case '$mergeObjects':
      return { init: () => ({}), add: (s, d) => Object.assign(s, f(d) ?? {}), fin: (s) => s };
    default: {
      const fn = (A as any)[op];
      if (!fn) throw cerr(15952, `unknown group operator '${op}'`);
      const x = plain(e);
      return {
        init: () => [],
        add: (s, d) => {
          s.push(pl(d));
          return s;
        },
        fin: (s) => fn(s, x, ComputeOptions.init(mopts({ variables: env.vars ?? {} }) as any)),
      };
    }
  }
}
