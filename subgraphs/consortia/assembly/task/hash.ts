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
  return hash.update(JSON.stringify(names, plain)).digest('hex');
}

// Infinite limits and typed arrays inside rows have no JSON of their own.
function plain(_: string, value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return Object.values(value);
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}
