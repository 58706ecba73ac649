// `$geoNear`: the nearest documents first, each with its distance.
import { toNumber } from '../bson/number.ts';
import { reachedValue, withValueAt } from '../bson/path.ts';
import { document, double, isDocument, isNumeric, typeName } from '../bson/value.ts';
import type { Document, Maybe, Value } from '../bson/value.ts';
import { refuse } from '../refusal.ts';
import type { GeoIndex } from './geo-index.ts';

/** A `$geoNear` stage that has been read. */
export type GeoNear = {
  /** Which field is near; undefined where the only geospatial index tells. */
  key: string | undefined;
  near: Value;
  isSphere: boolean;
  query: Document;
  distances: Document;
  /** Adds the distance, and the place where it is asked for. */
  tell: (source: Document, distance: number, key: string) => Document;
};

const FIELDS = new Set([
  'near',
  'distanceField',
  'spherical',
  'maxDistance',
  'minDistance',
  'query',
  'distanceMultiplier',
  'includeLocs',
  'key',
]);

/**
 * Reads the argument of `$geoNear`.
 *
 * @throws {CommandRefusal} 2, 14 or 40415 for what it does not take
 */
export function readGeoNear(argument: Value): GeoNear {
  if (!isDocument(argument))
    throw refuse(10_065, `invalid parameter: expected an object ($geoNear)`);
  for (const name of argument.keys())
    if (!FIELDS.has(name))
      throw refuse(40_415, `BSON field '$geoNear.${name}' is an unknown field.`);
  const near = argument.get('near');
  if (near === undefined) throw refuse(5_860_400, '$geoNear requires a near argument');
  const query = argument.get('query') ?? new Map();
  if (!isDocument(query)) throw refuse(14, `query must be an object, not ${typeName(query)}`);
  return {
    key: textField(argument, 'key'),
    near,
    isSphere: argument.get('spherical') === true || isGeoJson(near),
    query,
    distances: distancesOf(argument),
    tell: teller(argument),
  };
}

function isGeoJson(near: Value): boolean {
  return isDocument(near) && near.has('type');
}

function textField(argument: Document, name: string): string | undefined {
  const value = argument.get(name);
  if (value !== undefined && (typeof value !== 'string' || value === ''))
    throw refuse(16_606, `$geoNear requires that the '${name}' option is a string`);
  return value;
}

function distancesOf(argument: Document): Document {
  const made: Document = new Map();
  for (const name of ['minDistance', 'maxDistance']) {
    const value = argument.get(name);
    if (value !== undefined) made.set(`$${name}`, value);
  }
  return made;
}

function teller(argument: Document): GeoNear['tell'] {
  const [distanceField, places] = [
    textField(argument, 'distanceField'),
    textField(argument, 'includeLocs'),
  ];
  const multiplier = argument.get('distanceMultiplier') ?? 1;
  if (!isNumeric(multiplier) || toNumber(multiplier) < 0)
    throw refuse(2, 'distanceMultiplier must be a non-negative number');
  return (source, distance, key) => {
    const place: Maybe = reachedValue(source, key.split('.'));
    const told =
      distanceField === undefined
        ? source
        : withValueAt(source, distanceField.split('.'), double(distance * toNumber(multiplier)));
    return places === undefined || place === undefined
      ? told
      : withValueAt(told, places.split('.'), place);
  };
}

/**
 * The field that is near: the one that is named, or that of the only geospatial index.
 *
 * @throws {CommandRefusal} 27 where there is none, or more than one
 */
export function nearField({ key }: GeoNear, indexes: readonly GeoIndex[]): string {
  if (key !== undefined) return key;
  const paths = new Set(indexes.flatMap((index) => index.paths));
  const [path] = paths;
  if (path === undefined)
    throw refuse(27, '$geoNear requires a 2d or 2dsphere index, but none were found');
  if (paths.size > 1)
    throw refuse(
      27,
      "There is more than one geospatial index; unsure which to use for $geoNear, please name its 'key'",
    );
  return path;
}

/** The filter that finds the same documents. */
export function nearFilter({ near, isSphere, query, distances }: GeoNear, key: string): Document {
  const operators: Document = isGeoJson(near)
    ? document({ $nearSphere: new Map([['$geometry', near], ...distances]) })
    : new Map([[isSphere ? '$nearSphere' : '$near', near], ...distances]);
  return document({ $and: [query, new Map([[key, operators]])] });
}
