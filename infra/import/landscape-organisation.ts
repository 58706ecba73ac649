/** Organisations of a landscape, gathered from all the items that name them. */
import { codePart } from './code-part.ts';
import type { CapabilityRow, CompanyKind, CompanyRow, RowFound } from './found.ts';
import type { LandscapeItem } from './landscape-file.ts';
import {
  bareName,
  isFoundation,
  kindsAt,
  membersCategory,
  nameOfCrunchbase,
  sizeByTier,
} from './landscape-rules.ts';
import { webAddress } from './web-address.ts';

/** An item that has a name. */
export type NamedItem = LandscapeItem & { name: string };

/** An organisation while its items are gathered. */
export interface Organisation {
  key: string;
  line: number;
  name: string;
  /** Whether the name stands in the file rather than being made from a link. */
  isNamed: boolean;
  kinds: Set<CompanyKind>;
  size: CompanyRow['size'] | null;
  website: string | null;
  note: string | null;
  /** What shows each capability, by technology code. */
  proofs: Map<string, Proof[]>;
}

/** One item that shows a capability. */
interface Proof {
  line: number;
  level: number;
  title: string;
  url: string | null;
}

/** Most pieces of evidence that one capability takes. */
const maxEvidence = 10;

/** Every organisation once, by its key, in the order in which the file first names them. */
export type Organisations = Map<string, Organisation>;

/** The organisation of an item, with what this item tells of it; null when the item names none. */
export function takeOrganisation(
  organisations: Organisations,
  item: NamedItem,
  category: string,
  subcategory: string,
): Organisation | null {
  const isMember = category === membersCategory;
  const key = keyOf(item, isMember);
  if (key === null) return null;
  const organisation = organisations.get(key) ?? newOrganisation(key, item);
  organisations.set(key, organisation);
  for (const kind of kindsAt(category, subcategory)) organisation.kinds.add(kind);
  if (isMember) describeMember(organisation, item, subcategory);
  else if (!organisation.isNamed && bareName(item.name) !== item.name) nameIt(organisation, item);
  return organisation;
}

/** Takes an item as proof of a capability, unless it stands for no level. */
export function credit(
  { proofs }: Organisation,
  technologyCode: string,
  { line, name, repoUrl, homepageUrl }: NamedItem,
  level: number | null,
): void {
  if (level === null) return;
  const url = webAddress(repoUrl) ?? webAddress(homepageUrl);
  const proof = { line, level, title: name.slice(0, 200), url };
  proofs.set(technologyCode, [...(proofs.get(technologyCode) ?? []), proof]);
}

/** Companies first, then what they can do. */
export function* organisationRows(organisations: Organisations): Generator<RowFound> {
  for (const { line, ...organisation } of organisations.values())
    yield { kind: 'row', to: 'companies', line, row: companyRow(organisation) };
  for (const { key, proofs } of organisations.values())
    for (const [code, shown] of proofs) yield capabilityFound(key, code, shown);
}

/** Several items of a firm in one technology are one capability, at the level of the highest. */
function capabilityFound(company: string, technologyCode: string, proofs: Proof[]): RowFound {
  const [best, ...others] = proofs.toSorted((a, b) => b.level - a.level);
  if (!best) throw new RangeError('A capability has a proof.');
  const evidence = [best, ...others].flatMap<CapabilityRow['evidence'][number]>(({ title, url }) =>
    url === null ? [] : [{ kind: 'LINK', title, url }],
  );
  const row = { technologyCode, level: best.level, evidence: evidence.slice(0, maxEvidence) };
  return { kind: 'row', to: 'capabilities', line: best.line, company, row };
}

function keyOf(item: NamedItem, isMember: boolean): string | null {
  const link = webAddress(item.crunchbase) ?? webAddress(item.organisation);
  if (link !== null) return linkKey(link);
  if (item.organisation !== null) return `name:${codePart(item.organisation)}`;
  return isMember ? `member:${codePart(bareName(item.name))}` : null;
}

/** The same organisation's link, however it is written. */
export function linkKey(link: string): string {
  return link.toLowerCase().replace(/\/+$/, '');
}

function newOrganisation(key: string, item: NamedItem): Organisation {
  const isLink = key.startsWith('http');
  return {
    key,
    line: item.line,
    name: isLink ? nameOfCrunchbase(key) : (item.organisation ?? bareName(item.name)),
    isNamed: !isLink,
    kinds: new Set(),
    size: null,
    website: null,
    note: null,
    proofs: new Map(),
  };
}

function describeMember(organisation: Organisation, item: NamedItem, tier: string): void {
  nameIt(organisation, item);
  organisation.size ??= sizeByTier(tier);
  if (item.isEndUser) organisation.kinds.add('DEMAND');
  const since = item.joined === null ? '' : ` since ${item.joined}`;
  organisation.note ??= `CNCF member (${tier})${since}.`;
}

function nameIt(organisation: Organisation, item: NamedItem): void {
  organisation.name = bareName(item.name);
  organisation.isNamed = true;
  organisation.website = webAddress(item.homepageUrl);
}

function companyRow({
  key,
  name,
  kinds,
  size,
  website,
  note,
}: Omit<Organisation, 'line'>): CompanyRow {
  return {
    externalId: key.slice(0, 200),
    name: { en: name.slice(0, 120) },
    // Most firms of the landscape make software; the file says nothing of the rest.
    kinds: kinds.size > 0 ? [...kinds].toSorted() : ['SAAS'],
    ...(isFoundation(key, name) ? { size: 'NONPROFIT', capacity: 0 } : { size: size ?? 'SME' }),
    ...(website !== null && { website }),
    ...(note !== null && { description: { en: note } }),
  };
}
