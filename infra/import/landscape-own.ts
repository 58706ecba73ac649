/** A landscape that a platform of ours wrote: what the format has no place for stands in annotations, as JSON. */
import {
  failed,
  type CapabilityRow,
  type CompanyRow,
  type Found,
  type RowText,
  type TechnologyRow,
} from './found.ts';
import type { Category, Subcategory } from './landscape-file.ts';

/** What a category or a subcategory tells besides its name. */
export interface OwnHeading {
  /** The map, at every category. */
  map?: OwnMap;
  /** The technology itself, and below a subcategory everything further down, each behind the one above it. */
  technologies: TechnologyRow[];
}

/** The map of a landscape. */
export interface OwnMap {
  code: string;
  name: RowText;
}

/** What an item tells besides its name. */
export interface OwnItem {
  /** The firm's id where it was written. */
  id: string;
  /** Its identity in any platform: the one under which it was imported there, else one made of its id. */
  key: string;
  /** What is known of the firm; at its first item alone. */
  company?: Omit<CompanyRow, 'externalId'>;
  /** What it can do in the subcategory and below. */
  capabilities: CapabilityRow[];
}

const ownPrefix = 'oca:';

/** The identity of a firm that began on a platform of ours, under this id. */
export function keyOfId(id: string): string {
  return `${ownPrefix}${id}`;
}

/** Whether the identity is one of those. */
export function isOwnKey(key: string): boolean {
  return key.startsWith(ownPrefix);
}

/** The map of a landscape of ours; null for one of others. */
export function ownMap([first]: readonly Category[]): OwnMap | null {
  const map = headingOf(first?.own ?? null)?.map;
  return map && isText(map.code) && isName(map.name) ? map : null;
}

/** What a landscape of ours holds: technologies, then companies, then capabilities. What the platform has stays as it is. */
export function* findOwn(categories: readonly Category[]): Generator<Found> {
  yield* technologies(categories);
  const items = categories.flatMap(({ subcategories }) => subcategories.flatMap(itemsOf));
  yield* companies(items);
  yield* capabilities(items);
}

function* companies(items: readonly PlacedItem[]): Generator<Found> {
  for (const { line, name, own } of items)
    if (own === null)
      yield failed(line, 'Its annotation cannot be read, so nobody knows the firm.', name);
    else if (own.company)
      yield {
        kind: 'row',
        to: 'companies',
        line,
        mayBe: idsOf(own),
        row: { ...own.company, externalId: own.key },
      };
}

function* capabilities(items: readonly PlacedItem[]): Generator<Found> {
  for (const { line, own } of items) {
    if (own === null) continue;
    const about = { line, company: own.key, mayBe: idsOf(own) };
    for (const row of own.capabilities) yield { kind: 'row', to: 'capabilities', ...about, row };
  }
}

function* technologies(categories: readonly Category[]): Generator<Found> {
  const headings = categories.flatMap((category) => [category, ...category.subcategories]);
  for (const { line, name, own } of headings) {
    const heading = headingOf(own);
    if (!heading) yield failed(line, 'Its annotation cannot be read, so it has no code.', name);
    for (const row of heading?.technologies ?? [])
      yield { kind: 'row', to: 'technologies', line, mayBe: [], row };
  }
}

/** An item, and where it stands; without what it tells when that cannot be read. */
interface PlacedItem {
  line: number;
  name: string | null;
  own: OwnItem | null;
}

function itemsOf({ items }: Subcategory): PlacedItem[] {
  return items.map(({ line, name, own }) => ({ line, name, own: itemOf(own) }));
}

/** A firm may be here under the id that it has where the file was written, or the one that it had where it began. */
function idsOf({ id, key }: OwnItem): string[] {
  return isOwnKey(key) ? [id, key.slice(ownPrefix.length)] : [id];
}

function headingOf(text: string | null): OwnHeading | null {
  const found = parsed(text);
  return isHeading(found) ? found : null;
}

function itemOf(text: string | null): OwnItem | null {
  const found = parsed(text);
  return isItem(found) ? found : null;
}

function parsed(text: string | null): unknown {
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

type Test = (value: unknown) => boolean;

const isText = (value: unknown): value is string => typeof value === 'string';
const isNumber: Test = (value) => Number.isSafeInteger(value);
const isTruth: Test = (value) => typeof value === 'boolean';
const maybe =
  (test: Test): Test =>
  (value) =>
    value === undefined || test(value);
const listOf =
  (test: Test): Test =>
  (value) =>
    Array.isArray(value) && value.every(test);
const oneOf =
  (...values: string[]): Test =>
  (value) =>
    isText(value) && values.includes(value);
/** An object with these fields and no others, so that each is one that the platform takes. */
const shape =
  (fields: Readonly<Record<string, Test>>): Test =>
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    Object.keys(value).every((key) => Object.hasOwn(fields, key)) &&
    Object.entries(fields).every(([key, test]) =>
      test((value as Readonly<Record<string, unknown>>)[key]),
    );

const isName = shape({ ko: maybe(isText), en: maybe(isText) });
const isHeading = shape({
  map: maybe(shape({ code: isText, name: isName })),
  technologies: listOf(
    shape({
      code: isText,
      parentCode: maybe(isText),
      kind: oneOf('DOMAIN', 'AREA', 'TECHNOLOGY'),
      name: isName,
      aliases: maybe(listOf(isText)),
      description: maybe(isName),
      links: maybe(listOf(shape({ title: maybe(isText), url: isText }))),
      core: maybe(isTruth),
      position: maybe(isNumber),
    }),
  ),
}) as (value: unknown) => value is OwnHeading;
const isItem = shape({
  id: isText,
  key: isText,
  company: maybe(
    shape({
      name: isName,
      businessNumber: maybe(isText),
      kinds: listOf(oneOf('IAAS', 'PAAS', 'SAAS', 'MSP', 'SI', 'CONSULTING', 'DEMAND')),
      sectors: maybe(listOf(isText)),
      region: maybe((value) => isText(value) && /^[A-Z]{2}(-[A-Z0-9]{1,3})?$/.test(value)),
      size: oneOf('LARGE', 'MIDSIZE', 'SME', 'MICRO', 'NONPROFIT'),
      website: maybe(isText),
      description: maybe(isName),
      capacity: maybe(isNumber),
      affiliateGroup: maybe(isText),
    }),
  ),
  capabilities: listOf(
    shape({
      technologyCode: isText,
      level: isNumber,
      capacity: maybe(isNumber),
      since: maybe((value) => isText(value) && /^\d{4}-\d\d-\d\d$/.test(value)),
      evidence: listOf(shape({ kind: oneOf('LINK'), title: maybe(isText), url: isText })),
    }),
  ),
}) as (value: unknown) => value is OwnItem;
