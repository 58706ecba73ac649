// @ts-nocheck
/* oxlint-disable */
// find projections and $project/$addFields/$unset
import { isObj, isNum, num, rank, R, cmp, type Doc, type Coll } from './bsonx.ts';
import { compile, exprHook, type Ctx } from './match.ts';
import { cerr } from './errors.ts';
type Node = { leaf?: any; kids?: Map<string, Node> };
const truthy = (v: any) => v === true || (isNum(v) && num(v) !== 0);
const falsy = (v: any) => v === false || (isNum(v) && num(v) === 0);
export function compileProjection(
  spec: Doc,
  o: { find: boolean; filter?: Doc; coll?: Coll; vars?: Doc },
): ((d: Doc, c: Ctx) => Doc) | null {
  const flat: [string, any][] = [];
  const flatten = (s: Doc, pre: string) => {
    for (const k of Object.keys(s)) {
      const v = s[k];
      if (isObj(v) && !Object.keys(v).some((x) => x[0] === '$')) {
        if (!Object.keys(v).length)
          throw cerr(
            51270,
            `An empty sub-projection is not a valid value. Found empty object at path ${pre + k}`,
          );
        flatten(v, pre + k + '.');
      } else flat.push([pre + k, v]);
    }
  };
  flatten(spec, '');
  if (!flat.length) {
    if (!o.find)
      throw cerr(
        51272,
        'Invalid $project :: caused by :: projection specification must have at least one field',
      );
    return null;
  }
  let mode: 'in' | 'ex' | undefined;
  let idMode: boolean | undefined;
  for (const [k, v] of flat) {
    if (k === '_id' && (truthy(v) || falsy(v))) {
      idMode = truthy(v);
      continue;
    }
    if (truthy(v)) {
      if (mode === 'ex')
        throw cerr(
          31253,
          `Invalid $project :: caused by :: Cannot do inclusion on field ${k} in exclusion projection`,
        );
      mode = 'in';
    } else if (falsy(v)) {
      if (mode === 'in')
        throw cerr(
          31254,
          `Invalid $project :: caused by :: Cannot do exclusion on field ${k} in inclusion projection`,
        );
      mode = 'ex';
    } else if (isObj(v) && '$slice' in v && o.find) continue;
    else if (isObj(v) && '$meta' in v) continue;
    else if (isObj(v) && '$elemMatch' in v && o.find) mode ??= 'in';
    else mode ??= 'in';
  }
  if (mode === undefined) mode = idMode === true ? 'in' : 'ex';
  const root: Node = { kids: new Map() };
  let positional: string | null = null;
  const computed: [string[], (d: Doc, c: Ctx) => any][] = [];
  const post: ((out: Doc, d: Doc, c: Ctx) => void)[] = [];
  const set = (path: string, leaf: any) => {
    let n = root;
    const ps = path.split('.');
    for (const p of ps) {
      n.kids ??= new Map();
      let x = n.kids.get(p);
      if (!x) n.kids.set(p, (x = {}));
      if (x.leaf !== undefined) throw cerr(31249, `Path collision at ${path}`);
      n = x;
    }
    if (n.kids)
      throw cerr(31250, `Path collision at ${path} remaining portion ${[...n.kids.keys()][0]}`);
    n.leaf = leaf;
  };
  for (let [k, v] of flat) {
    if (k === '_id' && (truthy(v) || falsy(v))) {
      if (mode === 'in' ? idMode : !idMode) set('_id', true);
      continue;
    }
    if (truthy(v) && o.find && k.endsWith('.$')) {
      if (positional)
        throw cerr(31276, 'Cannot specify more than one positional projection per query.');
      positional = k.slice(0, -2);
      set(positional, true);
      continue;
    }
    if (truthy(v) || falsy(v)) {
      set(k, true);
      continue;
    }
    if (isObj(v) && '$meta' in v) continue;
    if (isObj(v) && '$slice' in v && o.find) {
      const a = v.$slice;
      const sl = (x: any) => {
        if (!Array.isArray(x)) return x;
        if (Array.isArray(a)) {
          const s = num(a[0]),
            l = num(a[1]);
          const st = s < 0 ? Math.max(0, x.length + s) : s;
          return x.slice(st, st + l);
        }
        const n = num(a);
        return n < 0 ? x.slice(n) : x.slice(0, n);
      };
      if (mode === 'in') set(k, true);
      post.push((out) => {
        const ps = k.split('.');
        let q: any = out;
        for (const p of ps.slice(0, -1)) q = q?.[p];
        if (q && Array.isArray(q[ps.at(-1)!])) q[ps.at(-1)!] = sl(q[ps.at(-1)!]);
      });
      continue;
    }
    if (isObj(v) && '$elemMatch' in v && o.find) {
      const q = compile({ [k]: { $elemMatch: v.$elemMatch } }, o.coll);
      computed.push([
        [k],
        (d) => {
          const arr = d[k];
          if (!Array.isArray(arr)) return undefined;
          const c: Ctx = {};
          return q(d, c) ? [arr[c.pos!]] : undefined;
        },
      ]);
      continue;
    }
    const f = exprHook.f(v, o.vars);
    computed.push([k.split('.'), (d) => f(d)]);
  }
  const include =
    idMode === undefined && mode === 'in'
      ? (root.kids!.has('_id') || set('_id', true), root)
      : root;
  const inc = (d: any, n: Node): any => {
    const out: any = {};
    for (const k of Object.keys(d)) {
      const x = n.kids!.get(k);
      if (!x) continue;
      if (x.leaf !== undefined) out[k] = d[k];
      else {
        const v = sub(d[k], x);
        if (v !== undefined) out[k] = v;
      }
    }
    return out;
  };
  const sub = (v: any, n: Node): any =>
    Array.isArray(v)
      ? v.map((e) => sub(e, n)).filter((e) => e !== undefined)
      : isObj(v)
        ? inc(v, n)
        : undefined;
  const exc = (d: any, n: Node): any => {
    const out: any = {};
    for (const k of Object.keys(d)) {
      const x = n.kids!.get(k);
      if (!x) {
        out[k] = d[k];
        continue;
      }
      if (x.leaf !== undefined) continue;
      out[k] = esub(d[k], x);
    }
    return out;
  };
  const esub = (v: any, n: Node): any =>
    Array.isArray(v) ? v.map((e) => esub(e, n)) : isObj(v) ? exc(v, n) : v;
  const posQ = positional && o.filter ? compile(o.filter, o.coll) : null;
  return (d, c) => {
    const out =
      mode === 'in'
        ? include.kids!.size
          ? inc(d, include)
          : {}
        : root.kids!.size
          ? exc(d, root)
          : { ...d };
    for (const [ps, f] of computed) {
      const v = f(d, c);
      if (v === undefined) continue;
      putPath(out, ps, v);
    }
    for (const p of post) p(out, d, c);
    if (positional) {
      let pos = c.pos;
      if (pos === undefined && posQ) {
        const cc: Ctx = {};
        posQ(d, cc);
        pos = cc.pos;
      }
      const ps = positional.split('.');
      let src: any = d,
        q: any = out;
      for (const p of ps.slice(0, -1)) {
        q = q?.[p];
        src = src?.[p];
      }
      const arr = src?.[ps.at(-1)!];
      if (q && Array.isArray(arr)) {
        if (pos === undefined)
          throw cerr(
            51246,
            "Executor error during find command :: caused by :: positional operator '.$' couldn't find a matching element in the array",
          );
        q[ps.at(-1)!] = arr.slice(pos, pos + 1);
      }
    }
    return out;
  };
}
export function putPath(out: any, ps: string[], v: any) {
  if (ps.length === 1) {
    out[ps[0]] = v;
    return;
  }
  const cur = out[ps[0]];
  if (Array.isArray(cur)) {
    out[ps[0]] = cur.map((e) => {
      const x = isObj(e) ? { ...e } : {};
      putPath(x, ps.slice(1), v);
      return x;
    });
    return;
  }
  const x = isObj(cur) ? { ...cur } : {};
  out[ps[0]] = x;
  putPath(x, ps.slice(1), v);
}
