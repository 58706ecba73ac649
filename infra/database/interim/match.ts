// @ts-nocheck
/* oxlint-disable */
// MongoDB filter compiler. match(doc, ctx) — ctx.pos receives the array index for the positional operator.
import {
  cmp,
  eq,
  rank,
  R,
  isObj,
  isNum,
  num,
  typeName,
  TYPE_CODE,
  plain,
  Long,
  type Doc,
  type Coll,
} from './bsonx.ts';
import { cerr } from './errors.ts';
export type Ctx = { pos?: number; vars?: Doc };
export type Pred = (d: Doc, c: Ctx) => boolean;
type Leaf = {
  f: (v: any, c: Ctx) => boolean;
  missing: boolean;
  whole?: boolean /* array itself only */;
  noLeafArray?: boolean;
};
export const exprHook: { f: (e: any, vars?: Doc) => (d: Doc) => any } = {
  f: () => {
    throw cerr(2, '$expr not available');
  },
};

export function compile(filter: Doc, coll?: Coll): Pred {
  const ps: Pred[] = [];
  for (const k of Object.keys(filter ?? {})) {
    const v = filter[k];
    if (k[0] === '$' && k !== '$ref' && k !== '$id' && k !== '$db') {
      switch (k) {
        case '$and':
        case '$or':
        case '$nor': {
          if (!Array.isArray(v) || !v.length) throw cerr(2, `${k} must be a nonempty array`);
          const qs = v.map((x: any) => {
            if (!isObj(x)) throw cerr(2, `${k} entries need to be full objects`);
            return compile(x, coll);
          });
          ps.push(
            k === '$and'
              ? (d, c) => qs.every((q) => q(d, c))
              : k === '$or'
                ? (d, c) => qs.some((q) => q(d, c))
                : (d, c) => !qs.some((q) => q(d, c)),
          );
          break;
        }
        case '$expr': {
          let g: any;
          ps.push((d, c) => {
            g ??= exprHook.f(v, c.vars);
            const r = g(d);
            return !(
              r === false ||
              r === null ||
              r === undefined ||
              r === 0 ||
              (isNum(r) && num(r) === 0)
            );
          });
          break;
        }
        case '$comment':
          break;
        case '$jsonSchema': {
          const q = jsonSchema(v);
          ps.push((d) => q(d));
          break;
        }
        case '$alwaysTrue':
          break;
        case '$alwaysFalse':
          ps.push(() => false);
          break;
        case '$text':
          throw cerr(27, 'text index required for $text query');
        case '$where':
          throw cerr(2, '$where is not supported by the embedded server');
        default:
          throw cerr(
            2,
            `unknown top level operator: ${k}. If you have a field name that starts with a '$' symbol, consider using $getField or $setField.`,
          );
      }
    } else ps.push(field(k, v, coll));
  }
  if (ps.length === 1) return ps[0];
  return (d, c) => {
    for (let i = 0; i < ps.length; i++) if (!ps[i](d, c)) return false;
    return true;
  };
}
const isOpObj = (v: any) =>
  isObj(v) &&
  Object.keys(v).length > 0 &&
  Object.keys(v)[0][0] === '$' &&
  !('$ref' in v && '$id' in v);
function field(path: string, v: any, coll?: Coll): Pred {
  const parts = path.split('.');
  if (!isOpObj(v)) return leafPred(parts, rank(v) === R.re ? regexLeaf(v) : eqLeaf(v, coll));
  const ps: Pred[] = [];
  for (const op of Object.keys(v)) {
    if (op[0] !== '$') throw cerr(2, `unknown operator: ${op}`);
    if (op === '$options') {
      if (!('$regex' in v)) throw cerr(2, '$options needs a $regex');
      continue;
    }
    ps.push(opPred(parts, op, v[op], v, coll));
  }
  return ps.length === 1 ? ps[0] : (d, c) => ps.every((p) => p(d, c));
}
function eqLeaf(v: any, coll?: Coll): Leaf {
  if (v === null || v === undefined)
    return { f: (x) => x === null || x === undefined, missing: true };
  return { f: (x) => eq(x, v, coll), missing: false };
}
function toRe(v: any, options?: string): RegExp {
  let src: string, fl: string;
  if (v instanceof RegExp) {
    src = v.source;
    fl = v.flags;
  } else if (v?._bsontype === 'BSONRegExp') {
    src = v.pattern;
    fl = v.options;
  } else if (typeof v === 'string') {
    src = v;
    fl = '';
  } else throw cerr(2, '$regex has to be a string');
  if (options !== undefined) fl = options;
  for (const ch of fl)
    if (!'imsxugylu'.includes(ch)) throw cerr(51108, `invalid flag in regex options: ${ch}`);
  if (fl.includes('x'))
    src = src
      .replace(/\\#/g, '\u0001')
      .replace(/\s+|#.*$/gm, '')
      .replace(/\u0001/g, '\\#');
  const inl = /^\(\?([imsx]+)\)/.exec(src);
  if (inl) {
    src = src.slice(inl[0].length);
    fl += inl[1];
  }
  const jsf = [...new Set(fl.replace(/[^ims]/g, ''))].join('');
  try {
    return new RegExp(src, jsf + 'u');
  } catch {
    try {
      return new RegExp(src, jsf);
    } catch (e: any) {
      throw cerr(51091, 'Regular expression is invalid: ' + e.message);
    }
  }
}
function regexLeaf(v: any, options?: string): Leaf {
  const re = toRe(v, options);
  return {
    f: (x) => (typeof x === 'string' ? re.test(x) : rank(x) === R.re && eq(x, v)),
    missing: false,
  };
}
function ordLeaf(op: string, v: any, coll?: Coll): Leaf {
  const r = rank(v);
  if (r === R.nul || r === R.undef)
    return op === '$gte' || op === '$lte'
      ? { f: (x) => x === null || x === undefined, missing: true }
      : { f: () => false, missing: false };
  const any = r === R.min || r === R.max;
  const nan = r === R.num && Number.isNaN(num(v));
  const ok =
    op === '$gt'
      ? (c: number) => c > 0
      : op === '$gte'
        ? (c: number) => c >= 0
        : op === '$lt'
          ? (c: number) => c < 0
          : (c: number) => c <= 0;
  return {
    f: (x) => {
      const rx = rank(x);
      if (rx !== r) return any ? ok(cmp(x, v, coll)) : false;
      if (r === R.num) {
        const xn = typeof x === 'number' ? Number.isNaN(x) : Number.isNaN(num(x));
        if (xn !== nan) return false;
      }
      return ok(cmp(x, v, coll));
    },
    missing: any && (op === '$gt' || op === '$gte') === (r === R.min),
  };
}
function typeSet(v: any): Set<string> {
  const s = new Set<string>();
  for (const t of Array.isArray(v) ? v : [v]) {
    if (typeof t === 'string') {
      if (t === 'number') for (const n of ['int', 'long', 'double', 'decimal']) s.add(n);
      else if (t in TYPE_CODE) s.add(t);
      else throw cerr(2, `Unknown type name alias: ${t}`);
    } else {
      const n = Object.keys(TYPE_CODE).find((k) => TYPE_CODE[k] === num(t));
      if (!n) throw cerr(2, `Invalid numerical type code: ${num(t)}`);
      s.add(n);
    }
  }
  return s;
}
function opPred(parts: string[], op: string, a: any, all: Doc, coll?: Coll): Pred {
  switch (op) {
    case '$eq':
      return leafPred(parts, eqLeaf(a, coll));
    case '$ne': {
      const p = leafPred(parts, eqLeaf(a, coll));
      return (d) => !p(d, {});
    }
    case '$gt':
    case '$gte':
    case '$lt':
    case '$lte':
      return leafPred(parts, ordLeaf(op, a, coll));
    case '$in':
    case '$nin': {
      if (!Array.isArray(a)) throw cerr(2, `${op} needs an array`);
      const hasNull = a.some((x) => x === null || x === undefined);
      const res = a.filter((x) => rank(x) === R.re).map((x) => regexLeaf(x));
      const vals = a.filter((x) => rank(x) !== R.re);
      let f: (x: any, c: Ctx) => boolean;
      if (vals.length > 8 && !coll) {
        // hash on primitives / ObjectId
        const set = new Set<any>();
        const rest: any[] = [];
        for (const x of vals) {
          if (typeof x === 'string' || typeof x === 'boolean') set.add(x);
          else if (x?._bsontype === 'ObjectId') set.add('\0o' + x.toHexString());
          else if (isNum(x) && x?._bsontype !== 'Decimal128') set.add(num(x));
          else rest.push(x);
        }
        f = (x) =>
          (typeof x === 'string' || typeof x === 'boolean'
            ? set.has(x)
            : x?._bsontype === 'ObjectId'
              ? set.has('\0o' + x.toHexString())
              : isNum(x)
                ? set.has(num(x))
                : false) ||
          rest.some((v) => (v === null ? x === null || x === undefined : eq(x, v))) ||
          res.some((r) => r.f(x, {}));
      } else
        f = (x) =>
          vals.some((v) =>
            v === null || v === undefined ? x === null || x === undefined : eq(x, v, coll),
          ) || res.some((r) => r.f(x, {}));
      const p = leafPred(parts, { f, missing: hasNull });
      return op === '$in' ? p : (d) => !p(d, {});
    }
    case '$exists': {
      const want = !(a === false || a === null || a === 0 || (isNum(a) && num(a) === 0));
      const p = leafPred(parts, { f: (x) => x !== undefined, missing: false, whole: true });
      return want ? p : (d) => !p(d, {});
    }
    case '$type': {
      const s = typeSet(a);
      return leafPred(parts, { f: (x) => s.has(typeName(x)), missing: false });
    }
    case '$regex':
      return leafPred(parts, regexLeaf(a, all.$options));
    case '$not': {
      const q =
        rank(a) === R.re
          ? leafPred(parts, regexLeaf(a))
          : (() => {
              if (!isObj(a) || !Object.keys(a).length)
                throw cerr(2, '$not needs a regex or a document');
              return field(parts.join('.'), a, coll);
            })();
      return (d) => !q(d, {});
    }
    case '$size': {
      const n = num(a);
      if (!isNum(a))
        throw cerr(2, `Failed to parse $size. Expected a number in: $size: ${JSON.stringify(a)}`);
      return leafPred(parts, {
        f: (x) => Array.isArray(x) && x.length === n,
        missing: false,
        whole: true,
      });
    }
    case '$all': {
      if (!Array.isArray(a)) throw cerr(2, '$all needs an array');
      const qs = a.map((x) =>
        isObj(x) && '$elemMatch' in x
          ? opPred(parts, '$elemMatch', x.$elemMatch, x, coll)
          : leafPred(parts, rank(x) === R.re ? regexLeaf(x) : eqLeaf(x, coll)),
      );
      return a.length ? (d, c) => qs.every((q) => q(d, c)) : () => false;
    }
    case '$elemMatch': {
      if (!isObj(a)) throw cerr(2, '$elemMatch needs an Object');
      const k0 = Object.keys(a)[0];
      const isVal =
        k0 !== undefined &&
        k0[0] === '$' &&
        ![
          '$ref',
          '$id',
          '$db',
          '$and',
          '$or',
          '$nor',
          '$expr',
          '$where',
          '$comment',
          '$jsonSchema',
        ].includes(k0);
      const test: (e: any, c: Ctx) => boolean = isVal
        ? (() => {
            const q = field('v', a, coll);
            return (e: any, c: Ctx) => (Array.isArray(e) ? q({ v: [e] }, c) : q({ v: e }, c));
          })()
        : (() => {
            const q = compile(a, coll);
            return (e: any, c: Ctx) =>
              isObj(e)
                ? q(e, { vars: c.vars })
                : Array.isArray(e)
                  ? q(Object.assign({}, e), {})
                  : false;
          })();
      return leafPred(parts, {
        f: (x, c) => {
          if (!Array.isArray(x)) return false;
          for (let i = 0; i < x.length; i++)
            if (test(x[i], { vars: c.vars })) {
              c.pos ??= i;
              return true;
            }
          return false;
        },
        missing: false,
        whole: true,
      });
    }
    case '$mod': {
      if (!Array.isArray(a) || a.length < 2) throw cerr(2, 'malformed mod, not enough elements');
      const m = BigInt(Math.trunc(num(a[0]))),
        r = BigInt(Math.trunc(num(a[1])));
      if (!m) throw cerr(2, 'divisor cannot be 0');
      return leafPred(parts, {
        f: (x) => isNum(x) && Number.isFinite(num(x)) && BigInt(Math.trunc(num(x))) % m === r,
        missing: false,
      });
    }
    case '$bitsAllSet':
    case '$bitsAnySet':
    case '$bitsAllClear':
    case '$bitsAnyClear': {
      let mask = 0n;
      if (Array.isArray(a)) for (const b of a) mask |= 1n << BigInt(num(b));
      else if (isNum(a)) mask = BigInt(num(a));
      else {
        const by = a.buffer as Uint8Array;
        for (let i = 0; i < by.length; i++) mask |= BigInt(by[i]) << BigInt(8 * i);
      }
      return leafPred(parts, {
        f: (x) => {
          if (x?._bsontype === 'Binary') {
            let n = 0n;
            const by = x.buffer as Uint8Array;
            for (let i = 0; i < by.length; i++) n |= BigInt(by[i]) << BigInt(8 * i);
            return op === '$bitsAllSet'
              ? (n & mask) === mask
              : op === '$bitsAnySet'
                ? (n & mask) !== 0n
                : op === '$bitsAllClear'
                  ? (n & mask) === 0n
                  : (n & mask) !== mask;
          }
          if (!isNum(x)) return false;
          const n = BigInt.asUintN(
            64,
            x?._bsontype === 'Long' ? x.toBigInt() : BigInt(Math.trunc(num(x))),
          );
          return op === '$bitsAllSet'
            ? (n & mask) === mask
            : op === '$bitsAnySet'
              ? (n & mask) !== 0n
              : op === '$bitsAllClear'
                ? (n & mask) === 0n
                : (n & mask) !== mask;
        },
        missing: false,
      });
    }
    case '$expr':
    case '$comment':
      return () => true;
    case '$near':
    case '$nearSphere':
    case '$geoWithin':
    case '$geoIntersects':
      throw cerr(2, `${op} (geospatial) is not supported by the embedded server`);
    default:
      throw cerr(2, `unknown operator: ${op}`);
  }
}
const NUMERIC = /^(0|[1-9]\d*)$/;
function leafPred(parts: string[], L: Leaf): Pred {
  const n = parts.length;
  const walk = (v: any, i: number, c: Ctx, inArr: boolean): boolean => {
    if (i === n) {
      if (v === undefined)
        return L.missing && !inArr ? L.f(undefined, c) : L.missing ? L.f(undefined, c) : false;
      if (L.f(v, c)) return true;
      if (Array.isArray(v) && !L.whole)
        for (let j = 0; j < v.length; j++)
          if (L.f(v[j], c)) {
            c.pos ??= j;
            return true;
          }
      return false;
    }
    if (Array.isArray(v)) {
      if (NUMERIC.test(parts[i])) {
        const x = v[+parts[i]];
        if (x !== undefined || +parts[i] < v.length) {
          if (walk(x, i + 1, c, false)) return true;
        }
      }
      for (let j = 0; j < v.length; j++) {
        const e = v[j];
        if (
          typeof e === 'object' &&
          e !== null &&
          !Array.isArray(e) &&
          e._bsontype === undefined &&
          !(e instanceof Date)
        ) {
          const sub: Ctx = { vars: c.vars };
          if (walk(e, i, sub, true)) {
            c.pos ??= j;
            return true;
          }
        } else if (Array.isArray(e) && NUMERIC.test(parts[i]) && false) return true;
      }
      return false;
    }
    if (
      typeof v === 'object' &&
      v !== null &&
      !(v instanceof Date) &&
      (v._bsontype === undefined || v._bsontype === 'DBRef')
    ) {
      const x = Object.hasOwn(v, parts[i]) ? v[parts[i]] : undefined;
      return walk(x, i + 1, c, inArr);
    }
    return L.missing ? L.f(undefined, c) : false;
  };
  if (n === 1) {
    const k = parts[0];
    return (d, c) => walk(Object.hasOwn(d, k) ? d[k] : undefined, 1, c, false);
  }
  return (d, c) => walk(d, 0, c, false);
}
/** the useful core of $jsonSchema */
export function jsonSchema(s: any): (v: any) => boolean {
  const t = s.bsonType
    ? typeSet(s.bsonType)
    : s.type
      ? typeSet(
          (Array.isArray(s.type) ? s.type : [s.type]).map((x: string) =>
            x === 'boolean' ? 'bool' : x,
          ),
        )
      : null;
  const props = Object.entries(s.properties ?? {}).map(([k, x]) => [k, jsonSchema(x)] as const),
    items = s.items && !Array.isArray(s.items) ? jsonSchema(s.items) : null;
  const pat = s.pattern ? toRe(s.pattern) : null;
  const addl =
    s.additionalProperties && typeof s.additionalProperties === 'object'
      ? jsonSchema(s.additionalProperties)
      : null;
  const anyOf = s.anyOf?.map(jsonSchema),
    allOf = s.allOf?.map(jsonSchema),
    oneOf = s.oneOf?.map(jsonSchema),
    not = s.not ? jsonSchema(s.not) : null;
  return (v) => {
    if (t && !t.has(typeName(v))) return false;
    if (s.enum && !s.enum.some((e: any) => eq(e, v))) return false;
    if (isNum(v)) {
      const n = num(v);
      if (
        s.minimum !== undefined &&
        (s.exclusiveMinimum ? n <= num(s.minimum) : n < num(s.minimum))
      )
        return false;
      if (
        s.maximum !== undefined &&
        (s.exclusiveMaximum ? n >= num(s.maximum) : n > num(s.maximum))
      )
        return false;
    }
    if (typeof v === 'string') {
      if (s.minLength !== undefined && [...v].length < num(s.minLength)) return false;
      if (s.maxLength !== undefined && [...v].length > num(s.maxLength)) return false;
      if (pat && !pat.test(v)) return false;
    }
    if (Array.isArray(v)) {
      if (s.minItems !== undefined && v.length < num(s.minItems)) return false;
      if (s.maxItems !== undefined && v.length > num(s.maxItems)) return false;
      if (items && !v.every(items)) return false;
    }
    if (isObj(v)) {
      if (s.required && !s.required.every((k: string) => k in v)) return false;
      for (const [k, q] of props) if (v[k] !== undefined && !q(v[k])) return false;
      if (s.additionalProperties === false)
        for (const k of Object.keys(v)) if (!(k in (s.properties ?? {}))) return false;
      if (addl)
        for (const k of Object.keys(v))
          if (!(k in (s.properties ?? {})) && !addl(v[k])) return false;
    }
    if (anyOf && !anyOf.some((q: any) => q(v))) return false;
    if (allOf && !allOf.every((q: any) => q(v))) return false;
    if (oneOf && oneOf.filter((q: any) => q(v)).length !== 1) return false;
    if (not && not(v)) return false;
    return true;
  };
}
