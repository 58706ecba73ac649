// Places: GeoJSON and MongoDB's older pairs of coordinates.
import { toNumber } from '../bson/number.ts';
import { isDocument, isNumeric, textOf } from '../bson/value.ts';
import type { Document, Maybe, Value } from '../bson/value.ts';

/** Longitude and latitude in degrees, or x and y. */
export type Point = readonly [number, number];

/** A polygon: its outline, and the holes in it; each ring ends where it begins. */
export type Polygon = readonly (readonly Point[])[];

/** What a place is made of. */
export type Shape = {
  points: readonly Point[];
  lines: readonly (readonly Point[])[];
  polygons: readonly Polygon[];
};

const NOTHING: Shape = { points: [], lines: [], polygons: [] };

/** Reads a place; undefined for a value that is none. */
export function readShape(value: Maybe): Shape | undefined {
  if (isDocument(value) && typeof value.get('type') === 'string') return readGeoJson(value);
  const point = readPoint(value);
  return point === undefined ? undefined : { ...NOTHING, points: [point] };
}

/** Reads a pair of coordinates: an array, or a document whose first two fields are numbers. */
export function readPoint(value: Maybe): Point | undefined {
  const [x, y] = Array.isArray(value) ? value : isDocument(value) ? value.values() : [];
  if (!isNumeric(x) || !isNumeric(y)) return undefined;
  const point: Point = [toNumber(x), toNumber(y)];
  return point.every(Number.isFinite) ? point : undefined;
}

/** Whether longitude and latitude are on the globe. */
export function isOnGlobe([longitude, latitude]: Point): boolean {
  return Math.abs(longitude) <= 180 && Math.abs(latitude) <= 90;
}

function readGeoJson(value: Document): Shape | undefined {
  const read = READERS.get(textOf(value.get('type') ?? ''));
  const made = read?.(value.get('coordinates') ?? value.get('geometries') ?? null);
  return made !== undefined && allPoints(made).every(isOnGlobe) ? made : undefined;
}

/** All corners of a place. */
export function allPoints({ points, lines, polygons }: Shape): Point[] {
  return [...points, ...lines.flat(), ...polygons.flat(2)];
}

function listOf<T>(value: Value, read: (one: Value) => T | undefined): T[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const made = value.map(read);
  const known = made.filter((one) => one !== undefined);
  return known.length === made.length && made.length > 0 ? known : undefined;
}

function readLine(value: Value): Point[] | undefined {
  const points = listOf(value, readPoint);
  return points !== undefined && points.length >= 2 ? points : undefined;
}

function readRing(value: Value): Point[] | undefined {
  const points = listOf(value, readPoint) ?? [];
  const [[x, y] = [0, 0]] = points;
  const last = points.at(-1);
  const isClosed = last !== undefined && last[0] === x && last[1] === y;
  return isClosed && points.length >= 4 ? points : undefined;
}

function readPolygon(value: Value): Polygon | undefined {
  return listOf(value, readRing);
}

const only = (part: Partial<Shape>): Shape => ({ ...NOTHING, ...part });

function single<T>(
  read: (value: Value) => T | undefined,
  make: (one: T) => Shape,
): (value: Value) => Shape | undefined {
  return (value) => {
    const made = read(value);
    return made === undefined ? undefined : make(made);
  };
}

const READERS: ReadonlyMap<string, (value: Value) => Shape | undefined> = new Map([
  ['Point', single(readPoint, (point) => only({ points: [point] }))],
  ['LineString', single(readLine, (line) => only({ lines: [line] }))],
  ['Polygon', single(readPolygon, (polygon) => only({ polygons: [polygon] }))],
  [
    'MultiPoint',
    single(
      (value) => listOf(value, readPoint),
      (points) => only({ points }),
    ),
  ],
  [
    'MultiLineString',
    single(
      (value) => listOf(value, readLine),
      (lines) => only({ lines }),
    ),
  ],
  [
    'MultiPolygon',
    single(
      (value) => listOf(value, readPolygon),
      (polygons) => only({ polygons }),
    ),
  ],
  ['GeometryCollection', single((value) => listOf(value, readShape), joined)],
]);

function joined(shapes: readonly Shape[]): Shape {
  return {
    points: shapes.flatMap(({ points }) => points),
    lines: shapes.flatMap(({ lines }) => lines),
    polygons: shapes.flatMap(({ polygons }) => polygons),
  };
}
