/**
 * What subgraphs tell each other outside the graph. A contract, reviewed like SDL: a fact is the newest public state
 * of one thing, published in the transaction of the change (kit/facts.ts), followed into read models.
 */

/** A name in two languages; at least one is there. */
export interface TextFact {
  ko: string | null;
  en: string | null;
}

export type CompanyKind = 'IAAS' | 'PAAS' | 'SAAS' | 'MSP' | 'SI' | 'CONSULTING' | 'DEMAND';
export type CompanySize = 'LARGE' | 'MIDSIZE' | 'SME' | 'MICRO' | 'NONPROFIT';
export type CompanyStatus = 'PENDING' | 'APPROVED' | 'SUSPENDED' | 'MERGED' | 'CLOSED';

/** From companies; key: company id. */
export interface CompanyFact {
  name: TextFact;
  /** Ten digits, or null for a firm without a Korean registration. */
  businessNumber: string | null;
  kinds: CompanyKind[];
  /** Sector codes. */
  sectors: string[];
  /** ISO 3166-1 or 3166-2, or null when unknown. */
  region: string | null;
  size: CompanySize;
  status: CompanyStatus;
  /** How many requirements the firm can carry at once; 0 when it takes on nothing now. */
  capacity: number;
  /** Firms of one group are not independent of each other; null when alone. */
  affiliateGroup: string | null;
  certificates: {
    /** Such as `CSAP` or `ISO_27001`. */
    scheme: string;
    type: string | null;
    grade: string | null;
    /** Calendar days, inclusive. */
    validFrom: string;
    validTo: string | null;
  }[];
  /** Restricted from taking part until this instant; null when not. */
  restrictedUntil: Date | null;
  /** The firm that this one was merged into; null when it was not. */
  mergedIntoId: string | null;
}

/** From companies; key: sector code. */
export interface SectorFact {
  name: TextFact;
}

/**
 * From companies; key: user id. Told whenever a membership begins, ends or its role changes, and when a role on the platform
 * is taken away: an access token issued before `since` no longer speaks for the companies and roles that are missing here.
 * Told too when every session of a person ends at once.
 */
export interface AccessFact {
  since: Date;
  /** Every company that the person still acts for, with the role. */
  companies: { companyId: string; role: 'OWNER' | 'EDITOR' | 'VIEWER' }[];
  /** Every role on the platform that the person still has. */
  roles: ('REVIEWER' | 'SECRETARIAT' | 'OPERATOR')[];
  /** Companies that the person left within three years, and when: whose projects they do not decide on for a while. */
  left?: { companyId: string; at: Date }[];
  /** When every session last ended at once (signed out everywhere, a new password, erased): older tokens speak for nobody. */
  over?: Date;
}

/**
 * From companies; key: user id. A person asked to be forgotten: who follows takes away what it keeps of them, and keeps
 * their id where public money needs a deed, which names nobody any more.
 */
export interface ErasureFact {
  at: Date;
}

/** From companies; key: id of a search that a user saved. What it found lately that the user did not know of; gone with the search. */
export interface SearchFact {
  userId: string;
  /** As the user calls it. */
  name: string;
  /** The last hundred, the newest last. */
  found: { companyId: string; at: Date }[];
}

/** From techmaps; key: technology id. */
export interface TechnologyFact {
  /** Stable over versions of a map, such as `cncf.orchestration-management.service-mesh`. */
  code: string;
  name: TextFact;
  kind: 'DOMAIN' | 'AREA' | 'TECHNOLOGY';
  parentId: string | null;
  mapId: string;
  /** Whether the newest published version still has it. */
  current: boolean;
  /** What took its place, once a version no longer has it; missing or null while it is current. */
  succession?: { kind: 'RENAMED' | 'MERGED' | 'SPLIT' | 'RETIRED'; successorIds: string[] } | null;
}

/** From techmaps; key: company id. What the firm's newest published capability map says. */
export interface CapabilityMapFact {
  capabilities: {
    technologyId: string;
    /** TRL 1 to 9 as the firm declares it. */
    level: number;
    /** TRL 1 to 9 as an expert found it; null when nobody looked. */
    verifiedLevel: number | null;
  }[];
  publishedAt: Date;
}

/** From consortia; key: project id. What projects need, and who carries them out. */
export interface ProjectFact {
  title: TextFact;
  status: string;
  sector: string;
  requirements: { technologyId: string; level: number; providers: number; mandatory: boolean }[];
  /** Firms of the sealed consortium, lead first; empty before it is sealed. */
  memberIds: string[];
  /** How it ended; missing or null while it runs. Counts toward the track record of its firms. */
  finished?: {
    at: Date;
    onTime: boolean;
    /** Mean of what pilot users said, 1.0 to 5.0; null when nobody did. */
    pilotRating: number | null;
  } | null;
}

/**
 * From consortia; key: project id. What a project requires that is drafted or forms its team; gone once it is sealed or taken
 * back. Whoever follows shows it to the secretariat alone.
 */
export interface OpenProjectFact {
  requirements: { technologyId: string; level: number }[];
}

/** From consortia; key: id of the handed-over service. A service that came out of a project, for the marketplace to draft. */
export interface OutcomeFact {
  projectId: string;
  name: TextFact;
  summary: TextFact;
  model: 'IAAS' | 'PAAS' | 'SAAS' | 'SUPPORT' | 'CONVERGENCE';
  /** Joint suppliers, lead first; shares in basis points that sum to 10,000. */
  suppliers: { companyId: string; share: number }[];
}

/** Every kind of fact, by who tells it. */
export interface Facts {
  company: CompanyFact;
  sector: SectorFact;
  access: AccessFact;
  erasure: ErasureFact;
  search: SearchFact;
  technology: TechnologyFact;
  capabilityMap: CapabilityMapFact;
  project: ProjectFact;
  openProject: OpenProjectFact;
  outcome: OutcomeFact;
}
