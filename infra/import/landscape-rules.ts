/** How the CNCF landscape's own words become ours. The tables are explained in docs/guides/import.md. */
import type { CompanyKind, CompanyRow } from './found.ts';
import type { LandscapeItem } from './landscape-file.ts';

/** The category whose items are member organisations, not technologies. */
export const membersCategory = 'CNCF Members';

/**
 * What a firm does, by where its items stand: the first row that matches category and subcategory. What no row
 * matches is software.
 */
const kindsByPlace: readonly [category: RegExp, subcategory: RegExp, kinds: CompanyKind[]][] = [
  [/^Platform$/, /^Certified Kubernetes - Hosted$/, ['IAAS']],
  [/^AI Native Infra$/, /^Accelerator and SuperPod$/, ['IAAS']],
  [/^Platform$/, /./, ['PAAS']],
  [/^Serverless$/, /Platform$/, ['PAAS']],
  [/^Wasm$/, /Platforms$/, ['PAAS']],
  [/^Special$/, /^Kubernetes Certified Service Provider$/, ['MSP', 'SI']],
  [/^Special$/, /Training Partner$/, ['CONSULTING']],
  [/^CNCF Members$/, /^End User/, ['DEMAND']],
  [/^CNCF Members$/, /./, []],
  [/./, /./, ['SAAS']],
];

/** What a firm with an item at this place does; nothing when the place does not tell. */
export function kindsAt(category: string, subcategory: string): CompanyKind[] {
  return kindsByPlace.find(([one, two]) => one.test(category) && two.test(subcategory))?.[2] ?? [];
}

const levelByMaturity = new Map<string, number | null>([
  ['graduated', 9],
  ['incubating', 8],
  ['sandbox', 6],
  // No longer maintained: nobody can be asked to build on it.
  ['archived', null],
]);

/**
 * The technology readiness level that an item stands for, 1 to 9; null when it stands for none. Certified offers have
 * been tested in operation (9); what is sold without published code is on the market (8); published code that the
 * foundation does not host has shown itself in its users' environment (7).
 */
export function levelOf(item: LandscapeItem, subcategory: string): number | null {
  const known = item.maturity === null ? undefined : levelByMaturity.get(item.maturity);
  if (known !== undefined) return known;
  if (/certified/i.test(subcategory)) return 9;
  return item.repoUrl === null ? 8 : 7;
}

/** Whether the maturity is one that the rules know. */
export function isMaturity(maturity: string): boolean {
  return levelByMaturity.has(maturity);
}

/**
 * Size class of a member by its tier; the landscape says nothing of others. Platinum and gold fees are paid by large
 * enterprises; silver is open to all.
 */
export function sizeByTier(tier: string): CompanyRow['size'] | null {
  if (/^(Platinum|Gold)$/.test(tier)) return 'LARGE';
  if (/^(Academic|Nonprofit)$/.test(tier)) return 'NONPROFIT';
  return null;
}

/**
 * Whether an organisation is a foundation: it hosts projects of others and takes on none itself. Apache's link does not
 * say so by its name.
 */
export function isFoundation(key: string, name: string): boolean {
  return /\bfoundation\b/i.test(`${key} ${name}`) || key.endsWith('/organization/apache');
}

/** An item's name without the landscape's mark for what it is there, such as `(member)` or `(KCSP)`. */
export function bareName(name: string): string {
  return name.replace(/\s*\((member|supporter|contributor|KCSP|KCNTP)\)$/i, '');
}

/** An organisation's name as far as its Crunchbase address tells: `red-hat` is `Red Hat`. */
export function nameOfCrunchbase(link: string): string {
  const slug = link.slice(link.lastIndexOf('/') + 1);
  return slug
    .split('-')
    .filter((word) => word !== '')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ');
}
