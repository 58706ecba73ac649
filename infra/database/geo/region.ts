// `$geoWithin` and `$geoIntersects`: what lies in a region, and what meets it.
import { showValue } from '../bson/show.ts';
import { toNumber } from '../bson/number.ts';
import { isDocument, isNumeric } from '../bson/value.ts';
import type { Document, Maybe, Value } from '../bson/value.ts';
import { refuse } from '../refusal.ts';
import { doIntersect, isWithinPolygon } from './plane.ts';
import { allPoints, readPoint, readShape } from './shape.ts';
import type { Point, Shape } from './shape.ts';
import { angleBetween, viewOf } from './sphere.ts';
import type { View } from './sphere.ts';

/** Whether a stored value is a place that fulfils the condition. */
export type PlaceTest = (value: Maybe) => boolean;

function testOf(test: (shape: Shape) => boolean): PlaceTest {
  return (value) => {
    const shape = readShape(value);
    return shape !== undefined && test(shape);
  };
}

function specOf(argument: Value, name: string): readonly [string, Value] {
  const entries = isDocument(argument) ? [...argument] : [];
  const [entry] = entries.filter(([key]) => key.startsWith('$'));
  if (entry === undefined) throw refuse(2, `${name} requires a geometry: ${showValue(argument)}`);
  return entry;
}

/**
 * Reads `$geoWithin`.
 *
 * @throws {CommandRefusal} 2 for what is no region, 238 for one of more than a hemisphere
 */
export function readWithin(argument: Value): PlaceTest {
  const [name, region] = specOf(argument, '$geoWithin');
  const read = REGIONS.get(name);
  if (read === undefined) throw refuse(2, `unknown geo specifier: ${name}`);
  return testOf(read(region));
}

/**
 * Reads `$geoIntersects`.
 *
 * @throws {CommandRefusal} 2 for what is no geometry, 238 for one of more than a hemisphere
 */
export function readIntersects(argument: Value): PlaceTest {
  const [name, geometry] = specOf(argument, '$geoIntersects');
  if (name !== '$geometry')
    throw refuse(2, `$geoIntersects not supported with provided geometry: ${showValue(argument)}`);
  const wanted = readGeometry(geometry);
  const view = hemisphere(wanted);
  const flat = view.flatten(wanted);
  return testOf((shape) => doIntersect(view.flatten(shape), flat));
}

function readGeometry(value: Value): Shape {
  const shape = isDocument(value) && value.has('type') ? readShape(value) : undefined;
  if (isDocument(value) && value.has('crs'))
    throw refuse(238, 'crs of a geometry is not supported');
  if (shape === undefined)
    throw refuse(2, `unknown GeoJSON type or coordinates: ${showValue(value)}`);
  return shape;
}

function hemisphere(shape: Shape): View {
  const view = viewOf(shape);
  if (view === undefined)
    throw refuse(238, 'a geometry of more than a hemisphere is not supported in a query');
  return view;
}

type ReadRegion = (region: Value) => (shape: Shape) => boolean;

const geometry: ReadRegion = (region) => {
  const wanted = readGeometry(region);
  if (wanted.polygons.length === 0 || wanted.points.length + wanted.lines.length > 0)
    throw refuse(2, `$geoWithin not supported with provided geometry: ${showValue(region)}`);
  const view = hemisphere(wanted);
  const { polygons } = view.flatten(wanted);
  return (shape) => {
    if (!view.sees(shape)) return false;
    const flat = view.flatten(shape);
    return polygons.some((polygon) => isWithinPolygon(flat, polygon));
  };
};

function pointsOf(region: Value, least: number, name: string): Point[] {
  const values = Array.isArray(region) ? region : isDocument(region) ? [...region.values()] : [];
  const points = values.map(readPoint).filter((point) => point !== undefined);
  if (points.length < least || points.length < values.length)
    throw refuse(2, `${name} needs at least ${least} points: ${showValue(region)}`);
  return points;
}

const box: ReadRegion = (region) => {
  const [[x1, y1] = [0, 0], [x2, y2] = [0, 0]] = pointsOf(region, 2, '$box');
  const [left, right, low, high] = [
    Math.min(x1, x2),
    Math.max(x1, x2),
    Math.min(y1, y2),
    Math.max(y1, y2),
  ];
  return (shape) =>
    allPoints(shape).every(([x, y]) => x >= left && x <= right && y >= low && y <= high);
};

const polygonRegion: ReadRegion = (region) => {
  const points = pointsOf(region, 3, '$polygon');
  const outline = [...points, points[0] ?? [0, 0]];
  return (shape) => isWithinPolygon(shape, [outline]);
};

function circle(region: Value, name: string): readonly [Point, number] {
  const [center, radius] = Array.isArray(region) ? region : [];
  const middle = readPoint(center);
  const length = isNumeric(radius) ? toNumber(radius) : Number.NaN;
  if (middle === undefined || !(length >= 0))
    throw refuse(
      2,
      `${name} needs a point and a radius that is not negative: ${showValue(region)}`,
    );
  return [middle, length];
}

const center: ReadRegion = (region) => {
  const [[x, y], radius] = circle(region, '$center');
  return (shape) =>
    allPoints(shape).every((point) => Math.hypot(point[0] - x, point[1] - y) <= radius);
};

const centerSphere: ReadRegion = (region) => {
  const [middle, radius] = circle(region, '$centerSphere');
  return (shape) => allPoints(shape).every((point) => angleBetween(middle, point) <= radius);
};

const REGIONS: ReadonlyMap<string, ReadRegion> = new Map([
  ['$geometry', geometry],
  ['$box', box],
  ['$polygon', polygonRegion],
  ['$center', center],
  ['$centerSphere', centerSphere],
]);

/** Whether a filter asks for the nearest, at its top or in an `$and`. */
export function asksForNearest(filter: Document): boolean {
  return [...filter].some(([name, argument]) => {
    if (name === '$and' && Array.isArray(argument))
      return argument.some((one) => isDocument(one) && asksForNearest(one));
    return isDocument(argument) && (argument.has('$near') || argument.has('$nearSphere'));
  });
}
