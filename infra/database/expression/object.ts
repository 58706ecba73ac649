// Fields whose names an expression gives.
import { isDocument, isNullish, typeName } from '../bson/value.ts';
import type { Document, Value } from '../bson/value.ts';
import { refuse } from '../refusal.ts';
import { namedArguments } from './operands.ts';
import type { Compiling, Operator } from './operands.ts';
import type { Evaluate } from './scope.ts';

/** The constant name of a field: a string, or `{ $literal: string }`. */
function fieldName(spec: Value | undefined, compiling: Compiling): Evaluate {
  const value = isDocument(spec) && spec.has('$literal') ? spec.get('$literal') : spec;
  if (typeof value === 'string' && (value === spec ? !value.startsWith('$') : true))
    return () => value;
  if (spec === undefined)
    throw refuse(3_041_703, `${compiling.name} requires 'field' to be specified`);
  return compiling.compile(spec, compiling.scope);
}

function nameIn(root: Document, name: Evaluate, compiling: Compiling): string {
  const value = name(root);
  if (typeof value !== 'string')
    throw refuse(
      3_041_704,
      `${compiling.name} requires 'field' to evaluate to type String, but got ${value === undefined ? 'missing' : typeName(value)}`,
    );
  return value;
}

const getField: Operator = (argument, compiling) => {
  const isShort = !isDocument(argument) || !(argument.has('field') || argument.has('input'));
  const name = fieldName(isShort ? argument : argument.get('field'), compiling);
  const given = isShort
    ? undefined
    : namedArguments(argument, compiling, ['field', 'input']).get('input');
  if (given === undefined) compiling.scope.reads.all = true;
  const input: Evaluate = given ?? ((root) => root);
  return (root) => {
    const field = nameIn(root, name, compiling);
    const source = input(root);
    if (isDocument(source)) return source.get(field);
    return isNullish(source) ? source : undefined;
  };
};

function changeField(
  change: (made: Document, name: string, value: Value | undefined) => void,
): Operator {
  return (argument, compiling) => {
    const parts = namedArguments(argument, compiling, ['field', 'input'], ['value']);
    const name = fieldName(parts.document.get('field'), compiling);
    const input = parts.take('input');
    const value = parts.take('value');
    return (root) => {
      const source = input(root);
      if (isNullish(source)) return null;
      if (!isDocument(source))
        throw refuse(4_161_105, `${compiling.name} requires 'input' to evaluate to type Object`);
      const made = new Map(source);
      change(made, nameIn(root, name, compiling), value(root));
      return made;
    };
  };
}

/** Operators on fields by name. */
export const OBJECTS: readonly (readonly [string, Operator])[] = [
  ['$getField', getField],
  [
    '$setField',
    changeField((made, name, value) => {
      if (value === undefined) made.delete(name);
      else made.set(name, value);
    }),
  ],
  [
    '$unsetField',
    changeField((made, name) => {
      made.delete(name);
    }),
  ],
];
