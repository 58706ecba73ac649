/** What reading a file yields: rows for the platform, remarks about lines, and figures about the whole. */

/** A name in one or two languages. */
export interface RowText {
  ko?: string;
  en?: string;
}

/** A row of `importCompanies`. */
export interface CompanyRow {
  externalId: string;
  name: RowText;
  businessNumber?: string;
  kinds: CompanyKind[];
  sectors?: string[];
  region?: string;
  size: 'LARGE' | 'MIDSIZE' | 'SME' | 'MICRO' | 'NONPROFIT';
  website?: string;
  description?: RowText;
  capacity?: number;
  affiliateGroup?: string;
  certifications?: {
    scheme: string;
    type?: string;
    grade?: string;
    validFrom: string;
    validTo?: string;
  }[];
}
export type CompanyKind = 'IAAS' | 'PAAS' | 'SAAS' | 'MSP' | 'SI' | 'CONSULTING' | 'DEMAND';

/** A row of `importTechnologies`. */
export interface TechnologyRow {
  externalId?: string;
  code: string;
  parentCode?: string;
  kind: 'DOMAIN' | 'AREA' | 'TECHNOLOGY';
  name: RowText;
  aliases?: string[];
  description?: RowText;
  links?: { title?: string; url: string }[];
  core?: boolean;
  position?: number;
}

/** A row of `importCapabilities`, without its company. */
export interface CapabilityRow {
  technologyCode: string;
  /** TRL 1 to 9. */
  level: number;
  capacity?: number;
  /** Calendar day. */
  since?: string;
  evidence: {
    kind: 'LINK' | 'PROJECT' | 'CERTIFICATE';
    title?: string;
    url?: string;
    note?: string;
  }[];
}

/** A row of `importEvents`, without its host. */
export interface EventRow {
  externalId: string;
  organizer?: string;
  kind?: EventKind;
  title: RowText;
  description?: RowText;
  sectors?: string[];
  technologies?: string[];
  region?: string;
  venue?: string;
  onlineUrl?: string;
  /** Instants, ISO 8601 in UTC. */
  startsAt: string;
  endsAt: string;
  /** IANA. */
  timeZone: string;
  capacity?: number;
  cancelled?: boolean;
}
export type EventKind =
  'TECH_MEETUP' | 'BRIEFING' | 'DEMO_DAY' | 'WORKSHOP' | 'CONFERENCE' | 'HACKATHON' | 'NETWORKING';

/** A row of `importServices`, without its provider's id. */
export interface ServiceRow {
  externalId: string;
  /** For a provider that the platform does not have. */
  providerName: string;
  name: RowText;
  summary?: RowText;
  models: ('IAAS' | 'PAAS' | 'SAAS' | 'SUPPORT' | 'CONVERGENCE')[];
  categories?: string[];
  technologies?: string[];
  sectors?: string[];
  certifications?: { scheme: string; grade?: string; validTo?: string }[];
  url?: string;
  priceNote?: RowText;
  marketplaces?: string[];
}

/** Every kind of row, in the order in which they must go in: each may name those before it. */
export interface Rows {
  technologies: TechnologyRow;
  companies: CompanyRow;
  capabilities: CapabilityRow;
  events: EventRow;
  services: ServiceRow;
}
export type Target = keyof Rows;

/** A row, with the line where it begins in the file. */
export type RowFound = {
  [To in Target]: {
    kind: 'row';
    to: To;
    line: number;
    /** Key in the source of the company that can it, hosts it or provides it; its id is found when the row goes in. */
    company?: string;
    /**
     * In a landscape of our own, which never changes what is there: ids under which the company may be here.
     */
    mayBe?: readonly string[];
    row: Rows[To];
  };
}[Target];

/**
 * A remark about a line: FAILED is something that should have been imported and is not, SKIPPED something that is
 * left out by rule, REPAIRED something that is imported otherwise than it stands there, ALIKE something imported that looks
 * like what was there.
 */
export interface Remark {
  kind: 'remark';
  grade: 'FAILED' | 'SKIPPED' | 'REPAIRED' | 'ALIKE';
  line: number;
  /** What the line is about, such as an item's name; null when the line alone tells. */
  about: string | null;
  /** The same words for the same reason, so that equal ones can be counted. */
  reason: string;
}

/** A count about the whole file. */
export interface Figure {
  kind: 'figure';
  name: string;
  value: number;
}

export type Found = RowFound | Remark | Figure;

/** A line that should have been imported and is not. */
export function failed(line: number, reason: string, about: string | null = null): Remark {
  return { kind: 'remark', grade: 'FAILED', line, about, reason };
}

/** A line that is left out by rule. */
export function skipped(line: number, reason: string, about: string | null = null): Remark {
  return { kind: 'remark', grade: 'SKIPPED', line, about, reason };
}

/** A line that is read otherwise than it is written. */
export function repaired(line: number, reason: string, about: string | null = null): Remark {
  return { kind: 'remark', grade: 'REPAIRED', line, about, reason };
}

/** A line that is imported and looks like what was there. */
export function alike(line: number, reason: string, about: string | null = null): Remark {
  return { kind: 'remark', grade: 'ALIKE', line, about, reason };
}

/** A count about the whole file. */
export function figure(name: string, value: number): Figure {
  return { kind: 'figure', name, value };
}
