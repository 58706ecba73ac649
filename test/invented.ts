/**
 * Subgraphs that invent their answers by their SDL: the same for the same thing whichever subgraph is asked, and without
 * a database, so that a mutation may be tried as often as one likes.
 */
import { createHash } from 'node:crypto';

import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  getNullableType,
  isAbstractType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
  parse,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql';

import type { Viewer } from '#kit/viewer.ts';
import type { LocalSubgraph } from '../gateway/gateway.ts';
import { subgraphs } from '../infra/platform.ts';

/** Invented subgraphs, and in what order their root fields were asked for changes. */
export interface Invented {
  local: Map<string, LocalSubgraph>;
  changes: string[];
}

/** Invents every subgraph of the platform. */
export function inventedSubgraphs(): Invented {
  const changes: string[] = [];
  const local = subgraphs.map(({ name, sdl }): [string, LocalSubgraph] => {
    const schema = buildSubgraphSchema([{ typeDefs: parse(sdl) }]);
    for (const type of Object.values(schema.getTypeMap()))
      if (isObjectType(type) && !type.name.startsWith('_')) invent(schema, type, changes);
    return [name, { schema, createContext: async (viewer: Viewer) => ({ viewer }) }];
  });
  return { local: new Map(local), changes };
}

/** A thing is its type and a number; whatever it shows follows from them. */
type Thing = Record<string, unknown>;

/** How many things there are of each type. */
const things = 40;

function invent(schema: GraphQLSchema, type: GraphQLObjectType, changes: string[]): void {
  for (const field of Object.values(type.getFields())) {
    if (field.name.startsWith('_')) continue;
    field.resolve = (source: Thing | undefined, args: object) => {
      if (type === schema.getMutationType()) changes.push(`${field.name} ${JSON.stringify(args)}`);
      const known = source?.[field.name];
      if (known !== undefined) return known;
      return valueOf(schema, field.type, [type.name, numberOf(source), field.name, args]);
    };
    if (type === schema.getSubscriptionType())
      field.subscribe = async function* () {
        yield {};
      };
  }
}

/** Every name that is invented ends with the number of its thing, so that a key tells which thing is meant. */
function numberOf(source: Thing | undefined): number {
  if (typeof source?.['number'] === 'number') return source['number'];
  for (const value of Object.values(source ?? {})) {
    const found = typeof value === 'string' ? /-(\d+)$/.exec(value)?.[1] : undefined;
    if (found !== undefined) return Number(found);
  }
  return 0;
}

type Place = [type: string, number: number, field: string, ...more: unknown[]];

function valueOf(schema: GraphQLSchema, type: GraphQLOutputType, place: Place): unknown {
  const drawn = draw(place);
  // Now and then nothing is there.
  if (!isNonNullType(type) && drawn % 9 === 0) return null;
  const some = getNullableType(type);
  if (isListType(some))
    return [0, 1, 2].slice(drawn % 3).map((at) => valueOf(schema, some.ofType, [...place, at]));
  if (isEnumType(some)) return some.getValues()[drawn % some.getValues().length]?.name;
  if (isScalarType(some)) return scalarOf(some.name, place, drawn);
  const possible = isAbstractType(some) ? schema.getPossibleTypes(some) : [some];
  const made = possible[drawn % possible.length];
  return { __typename: made?.name, number: drawn % things };
}

function scalarOf(name: string, [type, number, field, ...more]: Place, drawn: number): unknown {
  if (name === 'Boolean') return drawn % 2 === 0;
  if (['Int', 'Float', 'Won', 'BasisPoints'].includes(name)) return drawn % 1_000;
  const said = JSON.stringify(more) === '[{}]' ? '' : `-${drawn}`;
  return `${type}.${field}${said}-${number}`;
}

function draw(place: Place): number {
  return createHash('sha256').update(JSON.stringify(place)).digest().readUInt32BE();
}
