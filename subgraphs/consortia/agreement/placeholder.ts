/** Placeholders of the template of agreements: which there are, whether a text uses them well, filling them in. Pure. */
import { problem, type Problem } from '#kit/refusal.ts';

/** What stands for a value within a text. */
export const values = [
  'number',
  'date',
  'consortiumId',
  'projectTitle',
  'leadName',
  'callTitle',
  'sector',
  'budget',
  'matching',
  'memberCount',
] as const;

/** What stands for a list or a table, in a paragraph of its own. */
export const blocks = ['members', 'requirements', 'stages', 'signatures'] as const;

/** A value's name. */
export type ValueName = (typeof values)[number];
/** A block's name. */
export type BlockName = (typeof blocks)[number];

/** What no agreement is without, in either language. */
export const required: readonly (ValueName | BlockName)[] = [
  'number',
  'date',
  'projectTitle',
  'members',
  'requirements',
];

const form = /\{\{([^{}]*)\}\}/gu;
const known = [...values, ...blocks].map((name) => `{{${name}}}`).join(', ');

/** Names between double braces, in order, as they are written. */
export function namesIn(text: string): string[] {
  return [...text.matchAll(form)].map(([, name]) => name ?? '');
}

/** The block that a paragraph stands for; null for text. */
export function blockOf(paragraph: string): BlockName | null {
  return blocks.find((block) => paragraph === `{{${block}}}`) ?? null;
}

/** What is wrong with the placeholders of one text: unknown ones, loose braces, a block within other words. */
export function placeholderFaults(text: string, path: string[], mayBeBlock: boolean): Problem[] {
  const fault = (message: string, limit: string, found: string) =>
    problem('INVALID', message, path, { rule: 'PLACEHOLDER', limit, found });
  const faults: Problem[] = [];
  const isAlone = mayBeBlock && blockOf(text) !== null;
  for (const name of namesIn(text)) {
    const isBlock = (blocks as readonly string[]).includes(name);
    if (!isBlock && !(values as readonly string[]).includes(name))
      faults.push(fault('There is no such placeholder.', known, `{{${name}}}`));
    if (isBlock && !isAlone)
      faults.push(fault('This stands in a paragraph of its own.', `{{${name}}}`, text));
  }
  const rest = text.replaceAll(form, '');
  if (/\{\{|\}\}/u.test(rest))
    faults.push(fault('Braces are open or closed without a match.', '{{name}}', rest));
  return faults;
}

/** Placeholders that a whole text in one language lacks. */
export function missingFrom(texts: readonly string[]): (ValueName | BlockName)[] {
  const there = new Set(texts.flatMap(namesIn));
  return required.filter((name) => !there.has(name));
}

/**
 * A text with its values filled in, once: what a value brings is never read for placeholders.
 *
 * @throws {RangeError} for a placeholder that stands for no value: a stored template was checked
 */
export function fill(text: string, filling: Readonly<Record<ValueName, string>>): string {
  return text.replaceAll(form, (_, name: string) => {
    const value = values.find((each) => each === name);
    if (value === undefined) throw new RangeError(`{{${name}}} stands for no value.`);
    return filling[value];
  });
}
