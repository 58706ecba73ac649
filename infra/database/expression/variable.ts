// Variables, literals and the size of values.
import { writeDocument } from '../bson/writer.ts';
import { Binary, bytesOf, isDocument, isNullish, Timestamp, typeName } from '../bson/value.ts';
import { refuse } from '../refusal.ts';
import { readMeasure } from '../query/search.ts';
import { namedArguments, unary } from './operands.ts';
import type { Operator } from './operands.ts';
import { bindVariable } from './scope.ts';
import type { Evaluate, Scope } from './scope.ts';

const letIn: Operator = (argument, compiling) => {
  const parts = namedArguments(argument, compiling, ['vars', 'in']);
  const variables = parts.document.get('vars');
  if (!isDocument(variables)) throw refuse(10_065, 'invalid parameter: expected an object (vars)');
  let scope: Scope = compiling.scope;
  const bindings: [number, Evaluate][] = [];
  for (const [name, spec] of variables) {
    // Every variable is evaluated outside of the others.
    const evaluate = compiling.compile(spec, compiling.scope);
    const bound = bindVariable(scope, name);
    scope = bound.scope;
    bindings.push([bound.slot, evaluate]);
  }
  const body = parts.take('in', scope);
  const { slots } = scope;
  return (root) => {
    for (const [slot, evaluate] of bindings) slots[slot] = evaluate(root);
    return body(root);
  };
};

const meta: Operator = (argument, { scope }) => {
  // The score is of the document as it is stored.
  scope.reads.all = true;
  return readMeasure(argument, scope.search, 17_308);
};

const literal: Operator = (argument) => () => argument;

const timestampPart = (name: string, part: (value: Timestamp) => number): [string, Operator] => [
  name,
  unary((value) => {
    if (isNullish(value)) return null;
    if (!(value instanceof Timestamp))
      throw refuse(5_687_301, `Argument to ${name} must be a timestamp, but is ${typeName(value)}`);
    return BigInt(part(value));
  }),
];

/** Variables, literals, sizes, and the parts of a timestamp. */
export const VARIABLES: readonly (readonly [string, Operator])[] = [
  ['$let', letIn],
  ['$literal', literal],
  ['$meta', meta],
  ['$const', literal],
  [
    '$binarySize',
    unary((value) => {
      if (isNullish(value)) return null;
      if (typeof value === 'string') return Buffer.byteLength(value);
      if (value instanceof Binary) return bytesOf(value).length;
      throw refuse(
        51_276,
        `$binarySize requires a string or BinData argument, found: ${typeName(value)}`,
      );
    }),
  ],
  [
    '$bsonSize',
    unary((value) => {
      if (isNullish(value)) return null;
      if (!isDocument(value))
        throw refuse(31_393, `$bsonSize requires a document input, found: ${typeName(value)}`);
      return writeDocument(value).length;
    }),
  ],
  timestampPart('$tsSecond', (value) => value.t),
  timestampPart('$tsIncrement', (value) => value.i),
];
