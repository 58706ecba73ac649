// Geospatial indexes: they take the documents that have a place, and refuse values that are none.
import { encodeKey } from '../bson/key.ts';
import { showDocument } from '../bson/show.ts';
import { reachedValue } from '../bson/path.ts';
import { isDocument } from '../bson/value.ts';
import type { Document, Value } from '../bson/value.ts';
import { refuse } from '../refusal.ts';
import { readShape } from './shape.ts';

/** What a geospatial index is about. */
export type GeoIndex = {
  kind: 'geo';
  isSphere: boolean;
  paths: readonly string[];
};

const KINDS = new Set<Value>(['2dsphere', '2d']);

/** Reads a key pattern; undefined where it asks for no geospatial index. */
export function readGeoIndex(key: Document): GeoIndex | undefined {
  const paths = [...key].filter(([, kind]) => KINDS.has(kind)).map(([path]) => path);
  if (paths.length === 0) return undefined;
  return { kind: 'geo', isSphere: [...key.values()].includes('2dsphere'), paths };
}

/** The specification as MongoDB lists it. */
export function geoSpec(spec: Document, { isSphere }: GeoIndex): Document {
  return isSphere ? new Map([...spec, ['2dsphereIndexVersion', 3]]) : spec;
}

/**
 * The key of a document: whether it has a place at all. Regions and distances are told by looking at the place.
 *
 * @throws {CommandRefusal} 16755 for a value that is no place
 */
export function geoKeys(source: Document, { paths }: GeoIndex): Buffer[] {
  const found = paths.map((path) => reachedValue(source, path.split('.')) ?? null);
  for (const value of found) checkPlaces(value, source);
  return found.some((value) => value !== null) ? [encodeKey([true])] : [];
}

function checkPlaces(value: Value, source: Document): void {
  if (value === null || readShape(value) !== undefined) return;
  if (Array.isArray(value) && value.every((one) => readShape(one) !== undefined)) return;
  if (isDocument(value) && value.size === 0) return;
  throw refuse(
    16_755,
    `Can't extract geo keys: ${showDocument(source)} unknown GeoJSON type or coordinates out of bounds`,
  );
}
