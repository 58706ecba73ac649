/** What a landscape says for ourselves alone, so that it is read again without a loss. */
import type { CapabilityRow, CompanyRow, RowText, TechnologyRow } from '../import/found.ts';
import { isOwnKey, keyOfId, type OwnItem } from '../import/landscape-own.ts';

interface Text {
  ko: string | null;
  en: string | null;
}

/** A technology as the graph gives it; `technologyFields` asks for it. */
export interface ShownTechnology {
  id: string;
  code: string;
  kind: TechnologyRow['kind'];
  name: Text;
  aliases: string[];
  description: Text | null;
  links: { title: string | null; url: string }[];
  core: boolean;
  parent: { code: string } | null;
  children: { code: string }[];
}

/** Selection of a technology. */
export const technologyFields = `id code kind name { ko en } aliases description { ko en } links { title url } core
  parent { code } children { code }`;

/** A firm as the graph gives it; `firmFields` asks for it. */
export interface ShownFirm {
  id: string;
  name: Text;
  businessNumber: string | null;
  kinds: CompanyRow['kinds'];
  sectors: { code: string }[];
  region: string | null;
  size: CompanyRow['size'];
  website: string | null;
  description: Text | null;
  capacity: number;
  affiliateGroup: string | null;
  origin: { externalId: string } | null;
}

/** Selection of a firm. */
export const firmFields = `id name { ko en } businessNumber kinds sectors { code } region size website
  description { ko en } capacity affiliateGroup origin { externalId }`;

/** A capability as the graph gives it; `capabilityFields` asks for it. */
export interface ShownCapability {
  level: number;
  capacity: number | null;
  since: string | null;
  evidence: { kind: string; title: string | null; url: string | null }[];
}

/** Selection of a capability. */
export const capabilityFields = 'level capacity since evidence { kind title url }';

/** A technology as a row, at its place among its siblings. */
export function technologyRow(node: ShownTechnology, position: number): TechnologyRow {
  const { code, kind, name, aliases, description, links, core, parent } = node;
  return {
    code,
    ...(parent && { parentCode: parent.code }),
    kind,
    name: textOf(name),
    ...(aliases.length > 0 && { aliases }),
    ...(description && { description: textOf(description) }),
    ...(links.length > 0 && {
      links: links.map(({ title, url }) => ({ ...(title !== null && { title }), url })),
    }),
    core,
    position,
  };
}

/**
 * A firm as an item tells it.
 *
 * @param isFirst whether the file has not told of it before
 */
export function ownItem(firm: ShownFirm, isFirst: boolean, capabilities: CapabilityRow[]): OwnItem {
  const { id } = firm;
  const company = isFirst ? { company: companyRow(firm) } : {};
  return { id, key: identityOf(firm), ...company, capabilities };
}

/** The firm's Crunchbase page, where it was imported under that; null for others. */
export function crunchbaseOf({ origin }: ShownFirm): string | null {
  const key = origin?.externalId ?? '';
  return /^https:\/\/www\.crunchbase\.com\/organization\/[\w-]+$/.test(key) ? key : null;
}

/** What names the firm in every platform: its Crunchbase page, the identity that it came with, or one made of its id. */
function identityOf(firm: ShownFirm): string {
  const key = firm.origin?.externalId ?? '';
  return crunchbaseOf(firm) ?? (isOwnKey(key) ? key : keyOfId(firm.id));
}

function companyRow(firm: ShownFirm): Omit<CompanyRow, 'externalId'> {
  const { name, kinds, sectors, size, description, capacity } = firm;
  const { businessNumber, region, website, affiliateGroup } = firm;
  return {
    name: textOf(name),
    ...(businessNumber !== null && { businessNumber }),
    kinds,
    sectors: sectors.map(({ code }) => code),
    ...(region !== null && { region }),
    size,
    ...(website !== null && { website }),
    ...(description && { description: textOf(description) }),
    capacity,
    ...(affiliateGroup !== null && { affiliateGroup }),
  };
}

/** A capability as a row; of what shows it the links alone, as the rest stays on this platform. */
export function capabilityRow(technologyCode: string, shown: ShownCapability): CapabilityRow {
  const { level, capacity, since, evidence } = shown;
  return {
    technologyCode,
    level,
    ...(capacity !== null && { capacity }),
    ...(since !== null && { since }),
    evidence: evidence.flatMap(({ kind, title, url }) =>
      kind === 'LINK' && url !== null ? [{ kind, ...(title !== null && { title }), url }] : [],
    ),
  };
}

function textOf({ ko, en }: Text): RowText {
  return { ...(ko !== null && { ko }), ...(en !== null && { en }) };
}
