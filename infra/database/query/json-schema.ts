// $jsonSchema: the keywords that MongoDB supports of JSON Schema draft 4.
import { showValue } from '../bson/show.ts';
import { compareNumbers, toNumber } from '../bson/number.ts';
import { areEqual } from '../bson/order.ts';
import { isDocument, isNumeric, typeName } from '../bson/value.ts';
import type { Document, TypeName, Value } from '../bson/value.ts';
import { refuse } from '../refusal.ts';
import { makeTest } from './linear-regex.ts';
import { regularExpression } from './regex.ts';
import { readTypes } from './type-names.ts';

/** Whether a value satisfies a schema. */
export type Satisfies = (value: Value) => boolean;

type Keyword = (argument: Value, schema: Document) => Satisfies;

/**
 * Reads a schema.
 *
 * @throws {CommandRefusal} 9 for an unknown keyword, 14 or 2 for a wrong argument
 */
export function readSchema(schema: Value | undefined): Satisfies {
  if (!isDocument(schema)) throw refuse(14, '$jsonSchema must be an object');
  const checks: Satisfies[] = [];
  for (const [name, argument] of schema) {
    if (IGNORED.has(name)) continue;
    const keyword = KEYWORDS.get(name);
    if (keyword === undefined) throw refuse(9, `Unknown $jsonSchema keyword: ${name}`);
    checks.push(keyword(argument, schema));
  }
  return (value) => checks.every((check) => check(value));
}

const IGNORED = new Set(['title', 'description', 'exclusiveMinimum', 'exclusiveMaximum']);

const JSON_TYPES: ReadonlyMap<string, readonly TypeName[]> = new Map<string, readonly TypeName[]>([
  ['object', ['object']],
  ['array', ['array']],
  ['number', ['int', 'long', 'double', 'decimal']],
  ['boolean', ['bool']],
  ['string', ['string']],
  ['null', ['null']],
]);

function jsonTypes(argument: Value): ReadonlySet<TypeName> {
  const names = Array.isArray(argument) ? argument : [argument];
  return new Set(
    names.flatMap((name) => {
      const types = typeof name === 'string' ? JSON_TYPES.get(name) : undefined;
      if (types === undefined) throw refuse(2, `Unknown type name alias: ${showValue(name)}`);
      return types;
    }),
  );
}

function numberOf(argument: Value, keyword: string): number {
  if (!isNumeric(argument)) throw refuse(14, `$jsonSchema keyword '${keyword}' must be a number`);
  return toNumber(argument);
}

function namesOf(argument: Value, keyword: string): string[] {
  if (!Array.isArray(argument))
    throw refuse(14, `$jsonSchema keyword '${keyword}' must be an array`);
  return argument.map((name) => {
    if (typeof name !== 'string')
      throw refuse(14, `$jsonSchema keyword '${keyword}' must hold strings`);
    return name;
  });
}

function schemasOf(argument: Value, keyword: string): Satisfies[] {
  if (!Array.isArray(argument) || argument.length === 0)
    throw refuse(2, `$jsonSchema keyword '${keyword}' must be a nonempty array`);
  return argument.map((schema) => readSchema(schema));
}

function propertiesOf(argument: Value | undefined): ReadonlyMap<string, Satisfies> {
  if (argument === undefined) return new Map();
  if (!isDocument(argument)) throw refuse(14, "$jsonSchema keyword 'properties' must be an object");
  return new Map([...argument].map(([name, schema]) => [name, readSchema(schema)]));
}

function patternsOf(argument: Value | undefined): [RegExp, Satisfies][] {
  if (argument === undefined) return [];
  if (!isDocument(argument))
    throw refuse(14, "$jsonSchema keyword 'patternProperties' must be an object");
  return [...argument].map(([pattern, schema]) => [regularExpression(pattern), readSchema(schema)]);
}

const onNumber =
  (keyword: string, exclusive: string, sign: number): Keyword =>
  (argument, schema) => {
    numberOf(argument, keyword);
    const isExclusive = schema.get(exclusive) === true;
    return (value) => {
      if (!isNumeric(value) || !isNumeric(argument)) return true;
      const order = compareNumbers(value, argument) * sign;
      return isExclusive ? order > 0 : order >= 0;
    };
  };

const onText =
  (keyword: string, accepts: (length: number, limit: number) => boolean): Keyword =>
  (argument) => {
    const limit = numberOf(argument, keyword);
    return (value) => typeof value !== 'string' || accepts(Array.from(value).length, limit);
  };

const onArray =
  (keyword: string, accepts: (length: number, limit: number) => boolean): Keyword =>
  (argument) => {
    const limit = numberOf(argument, keyword);
    return (value) => !Array.isArray(value) || accepts(value.length, limit);
  };

const onFields =
  (keyword: string, accepts: (size: number, limit: number) => boolean): Keyword =>
  (argument) => {
    const limit = numberOf(argument, keyword);
    return (value) => !isDocument(value) || accepts(value.size, limit);
  };

const atLeast = (size: number, limit: number): boolean => size >= limit;
const atMost = (size: number, limit: number): boolean => size <= limit;

function areUnique(values: readonly Value[]): boolean {
  return values.every((value, at) =>
    values.slice(at + 1).every((other) => !areEqual(value, other)),
  );
}

const items: Keyword = (argument, schema) => {
  if (isDocument(argument)) {
    const each = readSchema(argument);
    return (value) => !Array.isArray(value) || value.every(each);
  }
  const checks = schemasOf(argument, 'items');
  const further = furtherItems(schema.get('additionalItems'));
  return (value) =>
    !Array.isArray(value) || value.every((element, at) => (checks[at] ?? further)(element));
};

function furtherItems(argument: Value | undefined): Satisfies {
  if (argument === undefined || argument === true) return () => true;
  return argument === false ? () => false : readSchema(argument);
}

const additionalProperties: Keyword = (argument, schema) => {
  const named = propertiesOf(schema.get('properties'));
  const patterns = patternsOf(schema.get('patternProperties'));
  const rest = furtherItems(argument);
  const isNamed = (name: string): boolean =>
    named.has(name) || patterns.some(([pattern]) => pattern.test(name));
  return (value) =>
    !isDocument(value) || [...value].every(([name, field]) => isNamed(name) || rest(field));
};

const dependencies: Keyword = (argument) => {
  if (!isDocument(argument))
    throw refuse(14, "$jsonSchema keyword 'dependencies' must be an object");
  const rules = [...argument].map(([name, rule]): [string, Satisfies] => {
    if (!Array.isArray(rule)) return [name, readSchema(rule)];
    const needed = namesOf(rule, 'dependencies');
    return [name, (value) => isDocument(value) && needed.every((field) => value.has(field))];
  });
  return (value) =>
    !isDocument(value) || rules.every(([name, satisfies]) => !value.has(name) || satisfies(value));
};

const KEYWORDS: ReadonlyMap<string, Keyword> = new Map<string, Keyword>([
  [
    'bsonType',
    (argument) => {
      const types = readTypes(argument);
      return (value) => types.has(typeName(value));
    },
  ],
  [
    'type',
    (argument) => {
      const types = jsonTypes(argument);
      return (value) => types.has(typeName(value));
    },
  ],
  [
    'enum',
    (argument) => {
      if (!Array.isArray(argument)) throw refuse(14, "$jsonSchema keyword 'enum' must be an array");
      return (value) => argument.some((allowed) => areEqual(allowed, value));
    },
  ],
  ['minimum', onNumber('minimum', 'exclusiveMinimum', 1)],
  ['maximum', onNumber('maximum', 'exclusiveMaximum', -1)],
  [
    'multipleOf',
    (argument) => {
      const divisor = numberOf(argument, 'multipleOf');
      return (value) => !isNumeric(value) || toNumber(value) % divisor === 0;
    },
  ],
  ['minLength', onText('minLength', atLeast)],
  ['maxLength', onText('maxLength', atMost)],
  [
    'pattern',
    (argument) => {
      const isFound = makeTest(regularExpression(argument));
      return (value) => typeof value !== 'string' || isFound(value);
    },
  ],
  ['minItems', onArray('minItems', atLeast)],
  ['maxItems', onArray('maxItems', atMost)],
  [
    'uniqueItems',
    (argument) => (value) => argument !== true || !Array.isArray(value) || areUnique(value),
  ],
  ['items', items],
  ['additionalItems', () => () => true],
  ['minProperties', onFields('minProperties', atLeast)],
  ['maxProperties', onFields('maxProperties', atMost)],
  [
    'required',
    (argument) => {
      const names = namesOf(argument, 'required');
      return (value) => !isDocument(value) || names.every((name) => value.has(name));
    },
  ],
  [
    'properties',
    (argument) => {
      const named = [...propertiesOf(argument)];
      return (value) =>
        !isDocument(value) ||
        named.every(([name, satisfies]) => {
          const field = value.get(name);
          return field === undefined || satisfies(field);
        });
    },
  ],
  [
    'patternProperties',
    (argument) => {
      const patterns = patternsOf(argument);
      return (value) =>
        !isDocument(value) ||
        [...value].every(([name, field]) =>
          patterns.every(([pattern, satisfies]) => !pattern.test(name) || satisfies(field)),
        );
    },
  ],
  ['additionalProperties', additionalProperties],
  ['dependencies', dependencies],
  [
    'anyOf',
    (argument) => {
      const schemas = schemasOf(argument, 'anyOf');
      return (value) => schemas.some((satisfies) => satisfies(value));
    },
  ],
  [
    'allOf',
    (argument) => {
      const schemas = schemasOf(argument, 'allOf');
      return (value) => schemas.every((satisfies) => satisfies(value));
    },
  ],
  [
    'oneOf',
    (argument) => {
      const schemas = schemasOf(argument, 'oneOf');
      return (value) => schemas.filter((satisfies) => satisfies(value)).length === 1;
    },
  ],
  [
    'not',
    (argument) => {
      const satisfies = readSchema(argument);
      return (value) => !satisfies(value);
    },
  ],
]);

/** The keywords, for the support matrix. */
export const SCHEMA_KEYWORDS: readonly string[] = [...KEYWORDS.keys(), ...IGNORED];
