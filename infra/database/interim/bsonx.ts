// @ts-nocheck
/* oxlint-disable */
// Typed BSON reader (keeps int32/int64/double apart), MongoDB ordering, order-preserving index keys.
import {
  Long,
  Double,
  Int32,
  Decimal128,
  ObjectId,
  Binary,
  Timestamp,
  BSONRegExp,
  MinKey,
  MaxKey,
  Code,
  DBRef,
  BSONSymbol,
  serialize as bserialize,
} from 'bson';
export {
  Long,
  Double,
  Int32,
  Decimal128,
  ObjectId,
  Binary,
  Timestamp,
  BSONRegExp,
  MinKey,
  MaxKey,
  Code,
};
export type Doc = Record<string, any>;

// ---------------------------------------------------------------- parse
const MAXI32 = 2147483647,
  MINI32 = -2147483648;
export function parse(b: Buffer, off = 0): Doc {
  return readDoc(b, off, false);
}
function readDoc(b: Buffer, off: number, arr: boolean): any {
  const end = off + b.readInt32LE(off) - 1;
  let p = off + 4;
  const out: any = arr ? [] : {};
  while (p < end) {
    const t = b[p++];
    let e = p,
      hi = false;
    while (b[e] !== 0) {
      if (b[e] > 127) hi = true;
      e++;
    }
    let key: string | null = null;
    if (!arr) key = hi ? b.utf8Slice(p, e) : b.latin1Slice(p, e);
    p = e + 1;
    let v: any;
    switch (t) {
      case 0x01: {
        const d = b.readDoubleLE(p);
        p += 8;
        v = Number.isInteger(d) && d <= MAXI32 && d >= MINI32 ? new Double(d) : d;
        break;
      }
      case 0x02: {
        const n = b.readInt32LE(p);
        v = b.utf8Slice(p + 4, p + 3 + n);
        p += 4 + n;
        break;
      }
      case 0x03: {
        v = readDoc(b, p, false);
        p += b.readInt32LE(p);
        break;
      }
      case 0x04: {
        v = readDoc(b, p, true);
        p += b.readInt32LE(p);
        break;
      }
      case 0x05: {
        const n = b.readInt32LE(p);
        const st = b[p + 4];
        let s = p + 5,
          l = n;
        if (st === 2) {
          s += 4;
          l -= 4;
        }
        v = new Binary(Buffer.from(b.subarray(s, s + l)), st);
        p += 5 + n;
        break;
      }
      case 0x06:
        v = undefined;
        break;
      case 0x07:
        v = new ObjectId(Buffer.from(b.subarray(p, p + 12)));
        p += 12;
        break;
      case 0x08:
        v = b[p++] === 1;
        break;
      case 0x09:
        v = new Date(b.readInt32LE(p + 4) * 4294967296 + b.readUInt32LE(p));
        p += 8;
        break;
      case 0x0a:
        v = null;
        break;
      case 0x0b: {
        let q = p;
        while (b[q]) q++;
        const pat = b.utf8Slice(p, q);
        p = q + 1;
        q = p;
        while (b[q]) q++;
        v = new BSONRegExp(pat, b.latin1Slice(p, q));
        p = q + 1;
        break;
      }
      case 0x0d: {
        const n = b.readInt32LE(p);
        v = new Code(b.utf8Slice(p + 4, p + 3 + n));
        p += 4 + n;
        break;
      }
      case 0x0e: {
        const n = b.readInt32LE(p);
        v = new BSONSymbol(b.utf8Slice(p + 4, p + 3 + n));
        p += 4 + n;
        break;
      }
      case 0x0f: {
        const n = b.readInt32LE(p);
        const sl = b.readInt32LE(p + 4);
        v = new Code(b.utf8Slice(p + 8, p + 7 + sl), readDoc(b, p + 8 + sl, false));
        p += n;
        break;
      }
      case 0x10:
        v = b.readInt32LE(p);
        p += 4;
        break;
      case 0x11:
        v = new Timestamp(new Long(b.readInt32LE(p), b.readInt32LE(p + 4), true));
        p += 8;
        break;
      case 0x12:
        v = new Long(b.readInt32LE(p), b.readInt32LE(p + 4));
        p += 8;
        break;
      case 0x13:
        v = new Decimal128(Buffer.from(b.subarray(p, p + 16)));
        p += 16;
        break;
      case 0xff:
        v = new MinKey();
        break;
      case 0x7f:
        v = new MaxKey();
        break;
      default:
        throw new Error('bad BSON type ' + t);
    }
    if (arr) out.push(v);
    else if (key === '__proto__')
      Object.defineProperty(out, key, {
        value: v,
        enumerable: true,
        writable: true,
        configurable: true,
      });
    else out[key!] = v;
  }
  return out;
}
export function ser(d: Doc): Buffer {
  const u = bserialize(d, { ignoreUndefined: false, checkKeys: false });
  return Buffer.from(u.buffer, u.byteOffset, u.byteLength);
}

// ---------------------------------------------------------------- types
export const R = {
  min: 0,
  undef: 1,
  nul: 2,
  num: 3,
  str: 4,
  obj: 5,
  arr: 6,
  bin: 7,
  oid: 8,
  bool: 9,
  date: 10,
  ts: 11,
  re: 12,
  code: 14,
  max: 99,
};
export function rank(v: any): number {
  switch (typeof v) {
    case 'number':
    case 'bigint':
      return R.num;
    case 'string':
      return R.str;
    case 'boolean':
      return R.bool;
    case 'undefined':
      return R.undef;
  }
  if (v === null) return R.nul;
  if (Array.isArray(v)) return R.arr;
  if (v instanceof Date) return R.date;
  switch (v._bsontype) {
    case undefined:
      return v instanceof RegExp ? R.re : v instanceof Uint8Array ? R.bin : R.obj;
    case 'Double':
    case 'Int32':
    case 'Long':
    case 'Decimal128':
      return R.num;
    case 'ObjectId':
      return R.oid;
    case 'Binary':
      return R.bin;
    case 'Timestamp':
      return R.ts;
    case 'BSONRegExp':
      return R.re;
    case 'BSONSymbol':
      return R.str;
    case 'MinKey':
      return R.min;
    case 'MaxKey':
      return R.max;
    case 'Code':
      return R.code;
  }
  return R.obj;
}
export const isNum = (v: any) => rank(v) === R.num;
export const isObj = (v: any) => rank(v) === R.obj;
export function num(v: any): number {
  // lossy
  if (typeof v === 'number') return v;
  if (typeof v === 'bigint') return Number(v);
  switch (v?._bsontype) {
    case 'Double':
    case 'Int32':
      return v.value;
    case 'Long':
      return v.toNumber();
    case 'Decimal128':
      return decNum(v);
  }
  return NaN;
}
function decNum(d: any) {
  const s = d.toString();
  return s === 'Infinity' ? Infinity : s === '-Infinity' ? -Infinity : Number(s);
}
function decParts(s: string): [bigint, number] | null {
  // value = m * 10^e
  const m = /^([+-]?)(\d+)(?:\.(\d*))?(?:E([+-]?\d+))?$/i.exec(s);
  if (!m) return null;
  const digs = m[2] + (m[3] ?? '');
  let v = BigInt(digs);
  if (m[1] === '-') v = -v;
  return [v, Number(m[4] ?? 0) - (m[3]?.length ?? 0)];
}
function dblParts(d: number): [bigint, number] {
  // exact decimal expansion of a double
  let e = 0,
    x = d;
  while (!Number.isInteger(x) && e < 1100) {
    x *= 2;
    e++;
  } // x = d*2^e exactly
  return [BigInt(x) * 5n ** BigInt(e), -e];
}
function exactParts(v: any): [bigint, number] | null {
  if (typeof v === 'bigint') return [v, 0];
  if (v?._bsontype === 'Long') return [v.toBigInt(), 0];
  if (v?._bsontype === 'Decimal128') return decParts(v.toString());
  const n = num(v);
  return Number.isFinite(n) ? dblParts(n) : null;
}
export function cmpNum(a: any, b: any): number {
  if (typeof a === 'number' && typeof b === 'number')
    return a < b ? -1 : a > b ? 1 : a === b ? 0 : Number.isNaN(a) ? (Number.isNaN(b) ? 0 : -1) : 1;
  const ax = a?._bsontype === 'Long' || a?._bsontype === 'Decimal128' || typeof a === 'bigint',
    bx = b?._bsontype === 'Long' || b?._bsontype === 'Decimal128' || typeof b === 'bigint';
  const x = num(a),
    y = num(b);
  if (!ax && !bx) return cmpNum(x, y);
  if (!Number.isFinite(x) || !Number.isFinite(y)) return cmpNum(x, y);
  if (Math.abs(x - y) > Math.max(1, Math.abs(x), Math.abs(y)) * 1e-10) return x < y ? -1 : 1;
  const p = exactParts(a),
    q = exactParts(b);
  if (!p || !q) return cmpNum(x, y);
  let [m1, e1] = p,
    [m2, e2] = q;
  if (e1 > e2) {
    m1 *= 10n ** BigInt(e1 - e2);
  } else if (e2 > e1) {
    m2 *= 10n ** BigInt(e2 - e1);
  }
  return m1 < m2 ? -1 : m1 > m2 ? 1 : 0;
}
const cmpStr = (a: string, b: string) => {
  if (a === b) return 0;
  // UTF-8 order == code point order (differs from UTF-16 only for surrogates)
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) {
    const x = a.charCodeAt(i),
      y = b.charCodeAt(i);
    if (x !== y) {
      const xs = x >= 0xd800 && x < 0xe000,
        ys = y >= 0xd800 && y < 0xe000;
      if (xs !== ys) return xs ? 1 : -1;
      return x < y ? -1 : 1;
    }
  }
  return a.length < b.length ? -1 : 1;
};
const bytes = (v: any): Uint8Array =>
  v instanceof Uint8Array ? v : v.buffer.subarray(0, v.position ?? v.buffer.length);
export type Coll = { cmpStr: (a: string, b: string) => number } | undefined;
export function cmp(a: any, b: any, c?: Coll): number {
  if (typeof a === 'number' && typeof b === 'number') return cmpNum(a, b);
  const ra = rank(a),
    rb = rank(b);
  if (ra !== rb) return ra < rb ? -1 : 1;
  switch (ra) {
    case R.num:
      return cmpNum(a, b);
    case R.str:
      return c ? c.cmpStr(String(a), String(b)) : cmpStr(a.toString(), b.toString());
    case R.bool:
      return a === b ? 0 : a ? 1 : -1;
    case R.date:
      return +a < +b ? -1 : +a > +b ? 1 : 0;
    case R.oid:
      return Buffer.compare(a.id, b.id);
    case R.bin: {
      const x = bytes(a),
        y = bytes(b);
      if (x.length !== y.length) return x.length < y.length ? -1 : 1;
      const s = (a.sub_type ?? 0) - (b.sub_type ?? 0);
      return s !== 0 ? Math.sign(s) : Buffer.compare(x, y);
    }
    case R.ts:
      return a.unsigned === b.unsigned
        ? a.compare(b)
        : Long.fromBits(a.low, a.high, true).compare(Long.fromBits(b.low, b.high, true));
    case R.re: {
      const x = reParts(a),
        y = reParts(b);
      return cmpStr(x[0], y[0]) || cmpStr(x[1], y[1]);
    }
    case R.arr: {
      const n = Math.min(a.length, b.length);
      for (let i = 0; i < n; i++) {
        const r = cmp(a[i], b[i], c);
        if (r) return r;
      }
      return Math.sign(a.length - b.length);
    }
    case R.obj: {
      const ka = Object.keys(a),
        kb = Object.keys(b),
        n = Math.min(ka.length, kb.length);
      for (let i = 0; i < n; i++) {
        const x = a[ka[i]],
          y = b[kb[i]];
        const q = rank(x) - rank(y);
        if (q) return Math.sign(q);
        const s = cmpStr(ka[i], kb[i]);
        if (s) return s;
        const r = cmp(x, y, c);
        if (r) return r;
      }
      return Math.sign(ka.length - kb.length);
    }
    case R.code:
      return cmpStr(a.code, b.code);
  }
  return 0;
}
export const eq = (a: any, b: any, c?: Coll) => cmp(a, b, c) === 0;
/** byte-identical equality (1 vs 1.0 vs NumberLong(1) are different), for "was the document changed" */
export function same(a: any, b: any): boolean {
  if (a === b) return !(a === 0 && Object.is(a, -0) !== Object.is(b, -0));
  const ra = rank(a);
  if (ra !== rank(b)) return false;
  if (ra === R.num)
    return (
      numType(a) === numType(b) &&
      cmpNum(a, b) === 0 &&
      (a?._bsontype !== 'Decimal128' || a.toString() === b.toString())
    );
  if (ra === R.arr) return a.length === b.length && a.every((x: any, i: number) => same(x, b[i]));
  if (ra === R.obj) {
    const k = Object.keys(a),
      l = Object.keys(b);
    return k.length === l.length && k.every((x, i) => x === l[i] && same(a[x], b[x]));
  }
  return cmp(a, b) === 0;
}
export const reParts = (r: any): [string, string] =>
  r instanceof RegExp ? [r.source, r.flags.replace(/[gyu]/g, '')] : [r.pattern, r.options];
export function numType(v: any): 'int' | 'long' | 'double' | 'decimal' {
  if (typeof v === 'number')
    return Number.isInteger(v) && v <= MAXI32 && v >= MINI32 && !Object.is(v, -0)
      ? 'int'
      : 'double';
  if (typeof v === 'bigint') return 'long';
  return ({ Int32: 'int', Long: 'long', Double: 'double', Decimal128: 'decimal' } as any)[
    v._bsontype
  ];
}
export function typeName(v: any): string {
  const r = rank(v);
  switch (r) {
    case R.num:
      return numType(v);
    case R.str:
      return v?._bsontype === 'BSONSymbol' ? 'symbol' : 'string';
    case R.nul:
      return 'null';
    case R.undef:
      return 'undefined';
    case R.obj:
      return 'object';
    case R.arr:
      return 'array';
    case R.bin:
      return 'binData';
    case R.oid:
      return 'objectId';
    case R.bool:
      return 'bool';
    case R.date:
      return 'date';
    case R.ts:
      return 'timestamp';
    case R.re:
      return 'regex';
    case R.code:
      return v.scope ? 'javascriptWithScope' : 'javascript';
    case R.min:
      return 'minKey';
    case R.max:
      return 'maxKey';
  }
  return 'object';
}
export const TYPE_CODE: Record<string, number> = {
  double: 1,
  string: 2,
  object: 3,
  array: 4,
  binData: 5,
  undefined: 6,
  objectId: 7,
  bool: 8,
  date: 9,
  null: 10,
  regex: 11,
  javascript: 13,
  symbol: 14,
  javascriptWithScope: 15,
  int: 16,
  timestamp: 17,
  long: 18,
  decimal: 19,
  minKey: -1,
  maxKey: 127,
};
export function arith(op: '+' | '*', a: any, b: any): any {
  // $inc / $mul with MongoDB's type promotion
  const ta = numType(a),
    tb = numType(b);
  if (ta === 'decimal' || tb === 'decimal') {
    const p = exactParts(a),
      q = exactParts(b);
    if (!p || !q)
      return Decimal128.fromString(String(op === '+' ? num(a) + num(b) : num(a) * num(b)));
    let [m1, e1] = p,
      [m2, e2] = q;
    if (op === '*') return decFrom(m1 * m2, e1 + e2);
    const e = Math.min(e1, e2);
    return decFrom(m1 * 10n ** BigInt(e1 - e) + m2 * 10n ** BigInt(e2 - e), e);
  }
  if (ta === 'double' || tb === 'double') {
    const r = op === '+' ? num(a) + num(b) : num(a) * num(b);
    return mkDouble(r);
  }
  const x = BigInt(ta === 'long' ? (typeof a === 'bigint' ? a : a.toBigInt()) : num(a)),
    y = BigInt(tb === 'long' ? (typeof b === 'bigint' ? b : b.toBigInt()) : num(b));
  const r = op === '+' ? x + y : x * y;
  if (ta === 'int' && tb === 'int' && r <= 2147483647n && r >= -2147483648n) return Number(r);
  if (r > 9223372036854775807n || r < -9223372036854775808n) return null; // overflow -> caller throws
  return Long.fromBigInt(r);
}
function decFrom(m: bigint, e: number) {
  // round to 34 digits
  let s = (m < 0n ? -m : m).toString();
  while (s.length > 34) {
    const d = s.length - 34;
    e += d;
    const q = 10n ** BigInt(d);
    let r = BigInt(s);
    const rem = r % q;
    r = r / q;
    if (rem * 2n > q || (rem * 2n === q && r % 2n)) r++;
    s = r.toString();
  }
  return Decimal128.fromString((m < 0n ? '-' : '') + s + (e ? 'E' + (e > 0 ? '+' : '') + e : ''));
}
export const mkDouble = (r: number) =>
  Number.isInteger(r) && r <= MAXI32 && r >= MINI32 ? new Double(r) : r;
/** values as the JS aggregation library wants them (numbers unwrapped) */
export function plain(v: any): any {
  if (typeof v !== 'object' || v === null) return v;
  if (Array.isArray(v)) return v.map(plain);
  switch (v._bsontype) {
    case undefined:
      if (v instanceof Date || v instanceof RegExp || v instanceof Uint8Array) return v;
      {
        const o: any = {};
        for (const k of Object.keys(v)) o[k] = plain(v[k]);
        return o;
      }
    case 'Double':
    case 'Int32':
      return v.value;
    case 'Long': {
      const n = v.toNumber();
      return Number.isSafeInteger(n) ? n : v;
    }
    case 'BSONRegExp':
      try {
        return new RegExp(v.pattern, v.options.replace(/[^ims]/g, ''));
      } catch {
        return v;
      }
  }
  return v;
}

// ---------------------------------------------------------------- order-preserving index keys
class W {
  b = Buffer.allocUnsafe(128);
  n = 0;
  need(k: number) {
    if (this.n + k > this.b.length) {
      const c = Buffer.allocUnsafe(Math.max(this.b.length * 2, this.n + k));
      this.b.copy(c, 0, 0, this.n);
      this.b = c;
    }
  }
  u8(x: number) {
    this.need(1);
    this.b[this.n++] = x;
  }
  raw(x: Uint8Array) {
    this.need(x.length);
    this.b.set(x, this.n);
    this.n += x.length;
  }
  str(s: string) {
    // 0x00 -> 00 FF, end 00 00
    const len = Buffer.byteLength(s);
    this.need(len + 2);
    const st = this.n;
    this.b.write(s, this.n);
    this.n += len;
    if (s.indexOf('\0') >= 0) {
      const src = Buffer.from(this.b.subarray(st, this.n));
      this.n = st;
      for (const c of src) {
        this.u8(c);
        if (c === 0) this.u8(255);
      }
    }
    this.u8(0);
    this.u8(0);
  }
  dbl(d: number) {
    this.need(8);
    if (d === 0) d = 0;
    this.b.writeDoubleBE(d, this.n);
    if (this.b[this.n] & 0x80) for (let i = 0; i < 8; i++) this.b[this.n + i] ^= 0xff;
    else this.b[this.n] ^= 0x80;
    this.n += 8;
  }
}
const RB = {
  [R.min]: 0x0a,
  [R.undef]: 0x0f,
  [R.nul]: 0x14,
  [R.num]: 0x1e,
  [R.str]: 0x3c,
  [R.obj]: 0x46,
  [R.arr]: 0x50,
  [R.bin]: 0x5a,
  [R.oid]: 0x64,
  [R.bool]: 0x6e,
  [R.date]: 0x78,
  [R.ts]: 0x82,
  [R.re]: 0x8c,
  [R.code]: 0x96,
  [R.max]: 0xf0,
} as Record<number, number>;
export const rankByte = (r: number) => RB[r];
const BIG = 9007199254740992;
function encVal(w: W, v: any, norm?: (s: string) => string) {
  const r = rank(v);
  w.u8(RB[r]);
  switch (r) {
    case R.num: {
      const n = num(v);
      if (Number.isNaN(n)) {
        w.u8(0);
        return;
      }
      w.u8(1);
      w.dbl(n);
      if (Math.abs(n) >= BIG && Number.isFinite(n)) {
        // int64 tail: difference to the rounded double
        const p = v?._bsontype === 'Long' ? v.toBigInt() : typeof v === 'bigint' ? v : BigInt(n);
        const d = p - BigInt(n);
        w.need(8);
        w.b.writeBigUInt64BE(BigInt.asUintN(64, d + (1n << 63n)), w.n);
        w.n += 8;
      }
      return; // NB Decimal128 is indexed by its nearest double (bounds then over-select, the matcher decides)
    }
    case R.str:
      w.str(norm ? norm(String(v)) : v.toString());
      return;
    case R.bool:
      w.u8(v ? 1 : 0);
      return;
    case R.oid:
      w.raw(v.id);
      return;
    case R.date:
      w.dbl(+v);
      return;
    case R.bin: {
      const x = bytes(v);
      w.need(5);
      w.b.writeUInt32BE(x.length, w.n);
      w.b[w.n + 4] = v.sub_type ?? 0;
      w.n += 5;
      w.raw(x);
      return;
    }
    case R.ts: {
      w.need(8);
      w.b.writeUInt32BE(v.high >>> 0, w.n);
      w.b.writeUInt32BE(v.low >>> 0, w.n + 4);
      w.n += 8;
      return;
    }
    case R.re: {
      const [a, b] = reParts(v);
      w.str(a);
      w.str(b);
      return;
    }
    case R.arr:
      for (const x of v) {
        encVal(w, x, norm);
      }
      w.u8(0);
      return;
    case R.obj:
      for (const k of Object.keys(v)) {
        w.u8(RB[rank(v[k])]);
        w.str(k);
        encVal(w, v[k], norm);
      }
      w.u8(0);
      return;
    case R.code:
      w.str(v.code);
      return;
  }
}
export function encKey(vals: any[], dirs?: number[], norm?: (s: string) => string): Buffer {
  const w = new W();
  for (let i = 0; i < vals.length; i++) {
    const s = w.n;
    encVal(w, vals[i], norm);
    if (dirs && dirs[i] < 0) for (let j = s; j < w.n; j++) w.b[j] ^= 0xff;
  }
  return Buffer.from(w.b.subarray(0, w.n));
}
