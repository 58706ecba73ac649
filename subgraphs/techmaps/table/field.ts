/** Reads the fields of an object that came from outside, and notes what is not as it should be. No storage. */
import { problem, type Problem } from '#kit/refusal.ts';

import type { GivenText } from '../technology/content.ts';

/** An object as JSON or a table gives it. */
export type Given = Readonly<Record<string, unknown>>;

/** The fields of an object that say something. */
export function known(fields: object): Given {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== null && value !== undefined),
  );
}

/** Reads one object, field by field; what is missing or null reads as undefined. */
export class FieldReader {
  readonly problems: Problem[] = [];
  readonly #given: Given;
  readonly #path: readonly string[];

  constructor(given: unknown, path: readonly string[]) {
    this.#path = path;
    this.#given = isObject(given) ? given : {};
    if (!isObject(given)) this.#note([], 'This is no object.');
  }

  /** Notes every field that is none of these. */
  only(names: readonly string[]): void {
    for (const name of Object.keys(this.#given))
      if (!names.includes(name)) this.#note([name], `There is no field of this name.`);
  }

  text(name: string): string | undefined {
    return this.#read(name, 'text', isText);
  }

  flag(name: string): boolean | undefined {
    return this.#read(
      name,
      'true or false',
      (value): value is boolean => typeof value === 'boolean',
    );
  }

  whole(name: string): number | undefined {
    return this.#read(name, 'a whole number', (value): value is number =>
      Number.isSafeInteger(value),
    );
  }

  choice<Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined {
    return this.#read(name, `one of ${choices.join(', ')}`, (value): value is Choice =>
      choices.some((choice) => choice === value),
    );
  }

  texts(name: string): string[] | undefined {
    return this.#read(
      name,
      'a list of texts',
      (value): value is string[] => Array.isArray(value) && value.every(isText),
    );
  }

  objects(name: string): Given[] | undefined {
    return this.#read(
      name,
      'a list of objects',
      (value): value is Given[] => Array.isArray(value) && value.every(isObject),
    );
  }

  /** A text in two languages. */
  bilingual(name: string): GivenText | undefined {
    const value = this.#read(name, 'an object with ko and en', isObject);
    if (value === undefined) return undefined;
    const inner = new FieldReader(value, [...this.#path, name]);
    inner.only(['ko', 'en']);
    const text = { ko: inner.text('ko'), en: inner.text('en') };
    this.problems.push(...inner.problems);
    return text;
  }

  /** What must be there. */
  needed<Value>(name: string, value: Value | undefined, otherwise: Value): Value {
    const isNoted = this.problems.some(({ path }) => path[this.#path.length] === name);
    if (value === undefined && !isNoted) this.#note([name], 'This is needed.');
    return value ?? otherwise;
  }

  /** Notes that a field is not as it should be. */
  note(name: string, message: string): void {
    this.#note([name], message);
  }

  #read<Value>(
    name: string,
    what: string,
    fits: (value: unknown) => value is Value,
  ): Value | undefined {
    const value = this.#given[name];
    if (value === undefined || value === null) return undefined;
    if (fits(value)) return value;
    this.#note([name], `This is to be ${what}.`);
    return undefined;
  }

  #note(path: string[], message: string): void {
    this.problems.push(problem('INVALID', message, [...this.#path, ...path]));
  }
}

function isObject(value: unknown): value is Given {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
