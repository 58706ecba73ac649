// Places on a plane: which lies in which, and which meet.
import type { Point, Polygon, Shape } from './shape.ts';

type Edge = readonly [Point, Point];

/** Twice the area of the triangle: positive where it turns left. */
function turn(a: Point, b: Point, c: Point): number {
  return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
}

const NEAR = 1e-12;

function side(a: Point, b: Point, c: Point): number {
  const area = turn(a, b, c);
  const size = Math.abs(b[0] - a[0]) + Math.abs(b[1] - a[1]);
  return Math.abs(area) <= NEAR * Math.max(size, NEAR) ? 0 : Math.sign(area);
}

function edgesOf(path: readonly Point[]): Edge[] {
  return path.slice(1).map((to, at): Edge => [path[at] ?? to, to]);
}

/** All edges of lines and outlines. */
function allEdges({ lines, polygons }: Shape): Edge[] {
  return [...lines, ...polygons.flat()].flatMap(edgesOf);
}

function isBetween(value: number, one: number, other: number): boolean {
  return value >= Math.min(one, other) - NEAR && value <= Math.max(one, other) + NEAR;
}

function isOnEdge(point: Point, [a, b]: Edge): boolean {
  return (
    side(a, b, point) === 0 && isBetween(point[0], a[0], b[0]) && isBetween(point[1], a[1], b[1])
  );
}

function isSame(one: Point, other: Point): boolean {
  return Math.abs(one[0] - other[0]) <= NEAR && Math.abs(one[1] - other[1]) <= NEAR;
}

/** Whether two edges go through each other, not only touch. */
function cross([a, b]: Edge, [c, d]: Edge): boolean {
  return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;
}

function meet(one: Edge, other: Edge): boolean {
  return (
    cross(one, other) ||
    one.some((point) => isOnEdge(point, other)) ||
    other.some((point) => isOnEdge(point, one))
  );
}

function isOnRing(point: Point, ring: readonly Point[]): boolean {
  return edgesOf(ring).some((edge) => isOnEdge(point, edge));
}

function isInsideRing([x, y]: Point, ring: readonly Point[]): boolean {
  let isInside = false;
  for (const [a, b] of edgesOf(ring))
    if (a[1] > y !== b[1] > y && x < ((b[0] - a[0]) * (y - a[1])) / (b[1] - a[1]) + a[0])
      isInside = !isInside;
  return isInside;
}

/** Whether a polygon holds a point; its edges belong to it. */
export function isInPolygon(point: Point, [outline = [], ...holes]: Polygon): boolean {
  if ([outline, ...holes].some((ring) => isOnRing(point, ring))) return true;
  return isInsideRing(point, outline) && !holes.some((hole) => isInsideRing(point, hole));
}

function middleOf([a, b]: Edge): Point {
  return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
}

/** Whether a place lies in a polygon as a whole. */
export function isWithinPolygon(shape: Shape, polygon: Polygon): boolean {
  const rings = polygon.flatMap(edgesOf);
  const isEdgeIn = (edge: Edge): boolean =>
    [...edge, middleOf(edge)].every((point) => isInPolygon(point, polygon)) &&
    !rings.some((ring) => cross(edge, ring));
  const coversHole = polygon.slice(1).some(([corner]) => {
    if (corner === undefined) return false;
    return shape.polygons.some(
      ([outline = []]) => isInsideRing(corner, outline) && !isOnRing(corner, outline),
    );
  });
  return (
    shape.points.every((point) => isInPolygon(point, polygon)) &&
    allEdges(shape).every(isEdgeIn) &&
    !coversHole
  );
}

function touches(point: Point, shape: Shape): boolean {
  return (
    shape.points.some((other) => isSame(point, other)) ||
    shape.lines.flatMap(edgesOf).some((edge) => isOnEdge(point, edge)) ||
    shape.polygons.some((polygon) => isInPolygon(point, polygon))
  );
}

/** One corner of each part, which lies in the other place if the part does as a whole. */
function cornersOf({ points, lines, polygons }: Shape): Point[] {
  const first = [...lines, ...polygons.map(([outline]) => outline)].map((path) => path?.[0]);
  return [...points, ...first.filter((point) => point !== undefined)];
}

/** Whether two places have a point in common. */
export function doIntersect(one: Shape, other: Shape): boolean {
  if (cornersOf(one).some((point) => touches(point, other))) return true;
  if (cornersOf(other).some((point) => touches(point, one))) return true;
  const edges = allEdges(other);
  return allEdges(one).some((edge) => edges.some((against) => meet(edge, against)));
}

/** Distance of a point from a place. */
export function planeDistance(point: Point, shape: Shape): number {
  if (touches(point, shape)) return 0;
  const corners = shape.points.map(([x, y]) => Math.hypot(x - point[0], y - point[1]));
  const edges = allEdges(shape).map((edge) => edgeDistance(point, edge));
  return Math.min(Number.POSITIVE_INFINITY, ...corners, ...edges);
}

function edgeDistance(point: Point, [a, b]: Edge): number {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : ((point[0] - a[0]) * dx + (point[1] - a[1]) * dy) / length;
  const at = Math.max(0, Math.min(1, along));
  return Math.hypot(a[0] + at * dx - point[0], a[1] + at * dy - point[1]);
}
