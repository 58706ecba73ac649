// $type: aliases and numbers of types.
import { showValue } from '../bson/show.ts';
import { toNumber } from '../bson/number.ts';
import { isNumeric, TYPE_NUMBERS } from '../bson/value.ts';
import type { TypeName, Value } from '../bson/value.ts';
import { refuse } from '../refusal.ts';

const NUMBER_TYPES: readonly TypeName[] = ['int', 'long', 'double', 'decimal'];

/**
 * The types that an alias, a number or a list of them names.
 *
 * @throws {CommandRefusal} 2 for an unknown type
 */
export function readTypes(argument: Value): ReadonlySet<TypeName> {
  const asked = Array.isArray(argument) ? argument : [argument];
  if (asked.length === 0) throw refuse(9, 'must match at least one type');
  return new Set(asked.flatMap(typesOf));
}

function typesOf(asked: Value): readonly TypeName[] {
  if (asked === 'number') return NUMBER_TYPES;
  for (const [name, number] of TYPE_NUMBERS)
    if (asked === name || (isNumeric(asked) && toNumber(asked) === number)) return [name];
  // The deprecated types are known, but no document here can hold them.
  if (asked === 'undefined' || asked === 'dbPointer') return [];
  throw refuse(
    2,
    isNumeric(asked)
      ? `Invalid numerical type code: ${toNumber(asked)}`
      : `Unknown type name alias: ${showValue(asked)}`,
  );
}
