// Places on the globe. Seen from the middle of the earth every great circle is a straight line, so what holds on a
// plane holds there too, for all that lies in one hemisphere.
import { planeDistance } from './plane.ts';
import type { Point, Shape } from './shape.ts';
import { allPoints } from './shape.ts';

type Vector = readonly [number, number, number];

/** The earth's radius in metres, as MongoDB takes it. */
export const EARTH_METRES = 6_378_100;

const RADIANS = Math.PI / 180;
// The horizon is a little nearer than a quarter of the globe: on it a point has no place on the plane.
const HORIZON = 0.001;

function vectorOf([longitude, latitude]: Point): Vector {
  const flat = Math.cos(latitude * RADIANS);
  return [
    flat * Math.cos(longitude * RADIANS),
    flat * Math.sin(longitude * RADIANS),
    Math.sin(latitude * RADIANS),
  ];
}

function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

function crossOf(a: Vector, b: Vector): Vector {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

function scaled(a: Vector, factor: number): Vector {
  return [a[0] * factor, a[1] * factor, a[2] * factor];
}

function added(a: Vector, b: Vector): Vector {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
}

function unit(a: Vector): Vector | undefined {
  const length = Math.sqrt(dot(a, a));
  return length < NEAR ? undefined : scaled(a, 1 / length);
}

const NEAR = 1e-12;

/** Angle between two points, radians. */
export function angleBetween(one: Point, other: Point): number {
  const [a, b] = [vectorOf(one), vectorOf(other)];
  const sine = crossOf(a, b);
  return Math.atan2(Math.sqrt(dot(sine, sine)), dot(a, b));
}

/** A view of the globe as a plane. */
export type View = {
  /** The place on the plane; what lies beyond the horizon is cut off. */
  flatten: (shape: Shape) => Shape;
  /** Whether a place is in sight as a whole. */
  sees: (shape: Shape) => boolean;
};

/** The view from above the middle of a place; undefined for one that is not in one hemisphere. */
export function viewOf(shape: Shape): View | undefined {
  const vectors = allPoints(shape).map(vectorOf);
  const middle = unit(vectors.reduce(added, [0, 0, 0]));
  if (middle === undefined || vectors.some((vector) => dot(vector, middle) <= HORIZON))
    return undefined;
  return viewFrom(middle);
}

function viewFrom(middle: Vector): View {
  const pole: Vector = Math.abs(middle[2]) < 0.9 ? [0, 0, 1] : [1, 0, 0];
  const east = unit(crossOf(pole, middle)) ?? pole;
  const north = crossOf(middle, east);
  const project = (vector: Vector): Point => {
    const depth = dot(vector, middle);
    return [dot(vector, east) / depth, dot(vector, north) / depth];
  };
  const isSeen = (vector: Vector): boolean => dot(vector, middle) > HORIZON;
  const flattenPath = (path: readonly Point[]): Point[] =>
    clipped(path.map(vectorOf), middle).map(project);
  return {
    sees: (shape) => allPoints(shape).map(vectorOf).every(isSeen),
    flatten: ({ points, lines, polygons }) => ({
      points: points.map(vectorOf).filter(isSeen).map(project),
      lines: lines.map(flattenPath).filter((line) => line.length > 1),
      polygons: polygons
        .map((rings) => rings.map(flattenPath).map(closed))
        .filter(([outline = []]) => outline.length > 3),
    }),
  };
}

/** A path without what lies beyond the horizon, along which it goes on instead. */
function clipped(path: readonly Vector[], middle: Vector): Vector[] {
  const kept: Vector[] = [];
  for (const [at, vector] of path.entries()) {
    const before = path[at - 1];
    const depth = dot(vector, middle) - HORIZON;
    const depthBefore = before === undefined ? depth : dot(before, middle) - HORIZON;
    if (before !== undefined && depth > 0 !== depthBefore > 0) {
      const share = depthBefore / (depthBefore - depth);
      const there = added(scaled(before, 1 - share), scaled(vector, share));
      kept.push(there);
    }
    if (depth > 0) kept.push(vector);
  }
  return kept;
}

function closed(ring: readonly Point[]): Point[] {
  const [first] = ring;
  const last = ring.at(-1);
  if (first === undefined || last === undefined) return [];
  return first[0] === last[0] && first[1] === last[1] ? [...ring] : [...ring, first];
}

/** Angle between a point and the nearest point of a place, radians. */
export function sphereDistance(point: Point, shape: Shape): number {
  const corners = allPoints(shape).map((corner) => angleBetween(point, corner));
  const least = Math.min(Number.POSITIVE_INFINITY, ...corners);
  if (shape.lines.length === 0 && shape.polygons.length === 0) return least;
  const flat = viewFrom(vectorOf(point)).flatten(shape);
  // From above the point itself, distance on the plane is the tangent of the angle.
  const seen = planeDistance([0, 0], { ...flat, points: [] });
  return Math.min(least, Math.atan(seen));
}
