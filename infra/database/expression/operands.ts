// How operators take their arguments.
import { isDocument } from '../bson/value.ts';
import type { Document, Maybe, Value } from '../bson/value.ts';
import { refuse } from '../refusal.ts';
import type { Evaluate, Scope } from './scope.ts';

/** What an operator is given to compile its arguments with. */
export type Compiling = {
  /** The operator's own name, for messages. */
  name: string;
  scope: Scope;
  compile: (spec: Value, scope: Scope) => Evaluate;
};

/** Makes an expression of an operator's argument. */
export type Operator = (argument: Value, compiling: Compiling) => Evaluate;

/**
 * The arguments of an operator that takes a list; a single one may stand without brackets.
 *
 * @throws {CommandRefusal} 16020 or 28667 for a wrong number
 */
export function operands(
  argument: Value,
  compiling: Compiling,
  least: number,
  most: number,
): Evaluate[] {
  const list = Array.isArray(argument) ? argument : [argument];
  const { name, scope, compile } = compiling;
  if (list.length < least || list.length > most)
    throw least === most
      ? refuse(
          16_020,
          `Expression ${name} takes exactly ${least} arguments. ${list.length} were passed in.`,
        )
      : refuse(
          28_667,
          `Expression ${name} takes at least ${least} arguments, and at most ${most}, but ${list.length} were passed in.`,
        );
  return list.map((operand) => compile(operand, scope));
}

/** An operator of one argument. */
export function unary(calculate: (value: Maybe, name: string) => Maybe): Operator {
  return (argument, compiling) => {
    const [operand = () => undefined] = operands(argument, compiling, 1, 1);
    return (root) => calculate(operand(root), compiling.name);
  };
}

/** An operator of two arguments. */
export function binary(calculate: (left: Maybe, right: Maybe, name: string) => Maybe): Operator {
  return (argument, compiling) => {
    const [left = () => undefined, right = () => undefined] = operands(argument, compiling, 2, 2);
    return (root) => calculate(left(root), right(root), compiling.name);
  };
}

/** An operator of a list of arguments. */
export function variadic(
  calculate: (values: Maybe[], name: string) => Maybe,
  least = 0,
  most = Number.POSITIVE_INFINITY,
): Operator {
  return (argument, compiling) => {
    const all = operands(argument, compiling, least, most);
    return (root) =>
      calculate(
        all.map((operand) => operand(root)),
        compiling.name,
      );
  };
}

/** Arguments by name, as they came. */
export type NamedArguments = {
  document: Document;
  /** The expression of an argument, or undefined when it was left out. */
  get: (name: string, scope?: Scope) => Evaluate | undefined;
  /** The expression of an argument; one that yields nothing when it was left out. */
  take: (name: string, scope?: Scope) => Evaluate;
};

const nothing: Evaluate = () => undefined;

/**
 * Reads `{ name: expression, … }`.
 *
 * @throws {CommandRefusal} 40324-style refusals for a missing or unknown name
 */
export function namedArguments(
  argument: Value,
  compiling: Compiling,
  required: readonly string[],
  optional: readonly string[] = [],
): NamedArguments {
  const { name, scope, compile } = compiling;
  if (!isDocument(argument)) throw refuse(9, `${name} only supports an object as its argument`);
  for (const key of argument.keys())
    if (!required.includes(key) && !optional.includes(key))
      throw refuse(9, `Unrecognized argument to ${name}: ${key}`);
  for (const key of required)
    if (!argument.has(key)) throw refuse(9, `Missing '${key}' parameter to ${name}`);
  const get = (key: string, inner: Scope = scope): Evaluate | undefined => {
    const spec = argument.get(key);
    return spec === undefined ? undefined : compile(spec, inner);
  };
  return { document: argument, get, take: (key, inner) => get(key, inner) ?? nothing };
}
