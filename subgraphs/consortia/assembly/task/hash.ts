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
    hash.update(bytesOf(value));
  }
  const plain = (value: unknown): unknown => {
    if (typeof value === 'number') return plainNumber(value);
    if (value === null || typeof value !== 'object') return value;
    if (ArrayBuffer.isView(value)) {
      hash.update(bytesOf(value));
      return value.byteLength;
    }
    if (Array.isArray(value)) return value.map(plain);
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plain(each)]));
  };
  const rest = JSON.stringify(names.map(([name, value]) => [name, plain(value)]));
  return hash.update(rest).digest('hex');
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

// Infinite limits have no JSON of their own.
function plainNumber(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}
