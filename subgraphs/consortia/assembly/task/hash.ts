// A name for an instance by its content, so that a result can be tied to what it was computed from.
import { createHash } from 'node:crypto';
import type { Instance } from './instance.ts';

/** SHA-256 over every number and name of the instance, in hexadecimal. */
export function instanceHash(instance: Instance): string {
  const hash = createHash('sha256');
  const names: [string, unknown][] = [];
  for (const [name, value] of Object.entries(instance).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    if (!ArrayBuffer.isView(value)) {
      names.push([name, value]);
      continue;
    }
    hash.update(`${name}:${value.byteLength};`);
    hash.update(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  }
  return hash
    .update(JSON.stringify(names.map(([name, value]) => [name, plain(value)])))
    .digest('hex');
}

// Infinite limits and typed arrays inside rows have no JSON of their own. Asked of JSON itself, this takes ten times as long.
function plain(value: unknown): unknown {
  if (typeof value === 'number') return plainNumber(value);
  if (value === null || typeof value !== 'object') return value;
  if (isNumbers(value)) return Array.from(value, plainNumber);
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plain(each)]));
}

function plainNumber(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

function isNumbers(value: object): value is Int32Array | Float64Array | Uint8Array {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}
