// Collations: how strings compare in a language.
import type { FoldString } from '../bson/key.ts';
import type { CompareStrings } from '../bson/order.ts';
import { toNumber } from '../bson/number.ts';
import { areIdentical } from '../bson/order.ts';
import { document, isDocument, isNumeric } from '../bson/value.ts';
import type { Document, Maybe } from '../bson/value.ts';
import { refuse } from '../refusal.ts';

/** A collation in use. */
export type Collation = {
  /** As it was asked for, with every default filled in. */
  spec: Document;
  compare: CompareStrings;
  /** Equal strings become the same text; the order is lost, so a key of it serves equality alone. */
  fold: FoldString;
};

const DEFAULTS = document({
  caseLevel: false,
  caseFirst: 'off',
  strength: 3,
  numericOrdering: false,
  alternate: 'non-ignorable',
  maxVariable: 'punct',
  normalization: false,
  backwards: false,
  version: '57.1',
});

/**
 * The collation of this specification; undefined for the simple one (bytes).
 *
 * @throws {CommandRefusal} 2 for a locale or option that is unknown or not supported
 */
export function collationOf(spec: Maybe): Collation | undefined {
  if (spec === undefined || spec === null) return undefined;
  if (!isDocument(spec)) throw refuse(14, 'collation must be an object');
  if (spec.size === 0) return undefined;
  const locale = spec.get('locale');
  if (typeof locale !== 'string') throw refuse(40_414, "BSON field 'collation.locale' is missing");
  if (locale === 'simple') return undefined;
  checkOptions(spec);
  return build(locale, spec);
}

function checkOptions(spec: Document): void {
  for (const name of spec.keys())
    if (name !== 'locale' && !DEFAULTS.has(name))
      throw refuse(40_415, `BSON field 'collation.${name}' is an unknown field.`);
  if (spec.get('alternate') === 'shifted' || spec.get('backwards') === true)
    throw refuse(238, "collation options 'alternate: shifted' and 'backwards' are not supported");
  const strength = spec.get('strength') ?? 3;
  if (!isNumeric(strength) || ![1, 2, 3, 4, 5].includes(toNumber(strength)))
    throw refuse(2, 'Enumeration value for field collation.strength is not valid');
}

function build(locale: string, spec: Document): Collation {
  const full = new Map([['locale', locale], ...DEFAULTS, ...spec]);
  const strength = numberIn(full, 'strength');
  const isNumericOrder = full.get('numericOrdering') === true;
  const caseFirst = full.get('caseFirst');
  const hasCaseLevel = full.get('caseLevel') === true;
  const collator = collatorFor(locale, {
    sensitivity: sensitivityOf(strength, hasCaseLevel),
    numeric: isNumericOrder,
    ...(caseFirst === 'upper' || caseFirst === 'lower' ? { caseFirst } : {}),
  });
  return {
    spec: full,
    compare: (left, right) => collator.compare(left, right),
    fold: (text) => fold(text, strength, hasCaseLevel, isNumericOrder),
  };
}

function numberIn(spec: Document, name: string): number {
  const value = spec.get(name);
  return isNumeric(value) ? toNumber(value) : 0;
}

/** Kinds of order whose names are shorter in language tags than in ICU's. */
const SHORT_KINDS: ReadonlyMap<string, string> = new Map([
  ['phonebook', 'phonebk'],
  ['traditional', 'trad'],
  ['dictionary', 'dict'],
  ['gb2312han', 'gb2312'],
]);

function collatorFor(locale: string, options: Intl.CollatorOptions): Intl.Collator {
  try {
    const [language = '', kind] = locale.split('@collation=');
    const order = kind === undefined ? '' : `-u-co-${SHORT_KINDS.get(kind) ?? kind}`;
    const tag = language.replaceAll('_', '-') + order;
    // Intl takes any well-formed tag and sorts by the machine's own language where it does not know it.
    if (Intl.Collator.supportedLocalesOf(tag).length > 0) return new Intl.Collator(tag, options);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  throw refuse(2, `Field 'locale' is invalid in: { locale: "${locale}" }`);
}

function sensitivityOf(
  strength: number,
  hasCaseLevel: boolean,
): 'base' | 'case' | 'accent' | 'variant' {
  if (strength === 1) return hasCaseLevel ? 'case' : 'base';
  return strength === 2 && !hasCaseLevel ? 'accent' : 'variant';
}

function fold(
  text: string,
  strength: number,
  hasCaseLevel: boolean,
  isNumericOrder: boolean,
): string {
  let folded = text.normalize('NFKD');
  if (strength === 1) folded = folded.replaceAll(/\p{M}/gu, '');
  // Upper before lower: ß and SS are one letter pair to a collator.
  if (strength <= 2 && !hasCaseLevel) folded = folded.toUpperCase().toLowerCase();
  return isNumericOrder ? folded.replaceAll(/0+(?=\d)/g, '') : folded;
}

/** Whether two collations are the same, simple ones included. */
export function isSameCollation(
  left: Collation | undefined,
  right: Collation | undefined,
): boolean {
  if (left === undefined || right === undefined) return left === right;
  return [...left.spec].every(([name, value]) => areIdentical(value, right.spec.get(name)));
}
