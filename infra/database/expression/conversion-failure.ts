// What a conversion that cannot be made is refused with.
import { typeName } from '../bson/value.ts';
import type { Value } from '../bson/value.ts';
import { refuse } from '../refusal.ts';

/** The code that `onError` of `$convert` stands in for. */
export const CONVERSION_FAILURE = 241;

/** There is no way from the type of a value to another. */
export function unsupported(value: Value, to: string): Error {
  return refuse(
    CONVERSION_FAILURE,
    `Unsupported conversion from ${typeName(value)} to ${to} in $convert with no onError value`,
  );
}

/** A text does not say what it should. */
export function unreadable(text: string, to: string): Error {
  return refuse(
    CONVERSION_FAILURE,
    `Failed to parse ${to} '${text}' in $convert with no onError value`,
  );
}
