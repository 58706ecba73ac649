// Validators of collections.
import { document } from '../bson/value.ts';
import type { Document, Value } from '../bson/value.ts';
import { refuse } from '../refusal.ts';
import type { Collection } from './collection.ts';

/**
 * Checks a document against its collection's validator.
 *
 * @param before the document that it replaces
 * @throws {CommandRefusal} 121
 */
export function checkDocument(collection: Collection, source: Document, before?: Document): void {
  const { validator, options } = collection;
  if (validator === undefined || isLenient(options) || validator.matches(source)) return;
  // Documents that were never valid may stay so.
  const isModerate = options.get('validationLevel') === 'moderate';
  if (isModerate && before !== undefined && !validator.matches(before)) return;
  throw failure(options, source);
}

function isLenient(options: Document): boolean {
  return options.get('validationAction') === 'warn' || options.get('validationLevel') === 'off';
}

function failure(options: Document, source: Document): Error {
  const rules = options.get('validator');
  const [operator] = rules instanceof Map ? rules.keys() : [];
  const errInfo = document({
    failingDocumentId: source.get('_id'),
    details: document({ operatorName: operator?.startsWith('$') === true ? operator : '$and' }),
  });
  return refuse(121, 'Document failed validation', {
    fields: new Map<string, Value>([['errInfo', errInfo]]),
  });
}
