/** The least that an argument may be, by its type. */
import {
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  type GraphQLInputType,
} from 'graphql';

import { newId } from '#kit/id.ts';

const scalars: Record<string, unknown> = {
  BasisPoints: 1,
  Boolean: false,
  Date: '2026-11-22',
  Float: 1,
  Instant: '2026-11-22T00:00:00.000Z',
  Int: 1,
  RegionCode: 'KR-11',
  String: 'some words',
  Won: 1,
};

/** The least value that a type allows: lists are empty, ids nobody's. */
export function leastOf(type: GraphQLInputType): unknown {
  if (isNonNullType(type)) return leastOf(type.ofType);
  if (isListType(type)) return [];
  if (isEnumType(type)) return type.getValues()[0]?.name;
  if (!isInputObjectType(type)) return type.name === 'ID' ? newId() : scalars[type.name];
  const needed = Object.values(type.getFields()).filter(
    ({ type: of, defaultValue }) => isNonNullType(of) && defaultValue === undefined,
  );
  return Object.fromEntries(needed.map((field) => [field.name, leastOf(field.type)]));
}
