// Expressions as literals and their answers as text, for tests.
import { showValue } from '../bson/show.ts';
import { isDocument } from '../bson/value.ts';
import type { Document, Value } from '../bson/value.ts';
import { compileExpression } from './compile.ts';
import { makeScope } from './scope.ts';

/** A literal with plain objects for documents. */
export type Plain = Value | undefined | readonly Plain[] | { readonly [name: string]: Plain };

/** A value from a literal with plain objects in it. */
function valueOf(plain: Plain): Value {
  if (Array.isArray(plain)) return plain.map(valueOf);
  if (plain === undefined || plain === null || typeof plain !== 'object') return plain ?? null;
  if (Object.getPrototypeOf(plain) !== Object.prototype) return isValue(plain) ? plain : null;
  return new Map(Object.entries(plain).map(([name, value]) => [name, valueOf(value)]));
}

function isValue(plain: Plain): plain is Value {
  return typeof plain === 'object';
}

function documentOf(plain: Plain): Document {
  const value = valueOf(plain);
  return isDocument(value) ? value : new Map();
}

/** What an expression gives for a document, as a shell would show it. */
export function answer(expression: Plain, source: Plain = {}): string {
  return showValue(compileExpression(valueOf(expression), makeScope())(documentOf(source)));
}
