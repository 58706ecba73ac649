// `$near` and `$nearSphere`: the nearest first, within distances.
import { showValue } from '../bson/show.ts';
import { toNumber } from '../bson/number.ts';
import { isDocument, isNumeric } from '../bson/value.ts';
import type { Document, Maybe } from '../bson/value.ts';
import { refuse } from '../refusal.ts';
import { planeDistance } from './plane.ts';
import { readPoint, readShape } from './shape.ts';
import type { Point } from './shape.ts';
import { EARTH_METRES, sphereDistance } from './sphere.ts';

/** What is near: how far a stored value is, or undefined for what is no place or not within the distances. */
export type Near = (value: Maybe) => number | undefined;

type NearSpec = { from: Point; isSphere: boolean; unit: number; limits: Document };

/**
 * Reads `$near` or `$nearSphere`, with the distances that stand inside or beside it.
 *
 * @throws {CommandRefusal} 2 for what is no point or no distance
 */
export function readNear(name: string, operators: Document): Near {
  const { from, isSphere, unit, limits } = readSpec(name, operators);
  const [least, most] = [
    readDistance(limits, '$minDistance') ?? 0,
    readDistance(limits, '$maxDistance') ?? Number.POSITIVE_INFINITY,
  ];
  return (value) => {
    const shape = readShape(value);
    if (shape === undefined) return undefined;
    const distance = (isSphere ? sphereDistance : planeDistance)(from, shape) * unit;
    return distance >= least && distance <= most ? distance : undefined;
  };
}

function readSpec(name: string, operators: Document): NearSpec {
  const argument = operators.get(name);
  const geometry = isDocument(argument) ? argument.get('$geometry') : undefined;
  const isGeoJson = isDocument(geometry) && geometry.get('type') === 'Point';
  if (isDocument(argument) && isGeoJson) {
    const from = readPoint(geometry.get('coordinates'));
    if (from !== undefined && readShape(geometry) !== undefined)
      return { from, isSphere: true, unit: EARTH_METRES, limits: argument };
  }
  const from = geometry === undefined ? readPoint(argument) : undefined;
  if (from === undefined)
    throw refuse(2, `invalid point in geo near query $geometry argument: ${showValue(argument)}`);
  return { from, isSphere: name === '$nearSphere', unit: 1, limits: operators };
}

function readDistance(limits: Document, name: string): number | undefined {
  const value = limits.get(name);
  if (value === undefined) return undefined;
  const distance = isNumeric(value) ? toNumber(value) : Number.NaN;
  if (!(distance >= 0)) throw refuse(2, `${name} must be non-negative`);
  return distance;
}
