import { v7, validate, version } from 'uuid';

/** A new identifier: UUID version 7, so that ids sort by the time they were made. */
export function newId(): string {
  return v7();
}

/** Whether the text has the form of an identifier. */
export function isId(text: string): boolean {
  return validate(text);
}

/** When an identifier was made; null where it does not say, being of another version. */
export function madeAt(id: string): Date | null {
  if (!isId(id) || version(id) !== 7) return null;
  return new Date(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16));
}
