/** The data of the seed as it stands in its files. */
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';

import type { CompanyKind, CompanyRow, EventKind, ServiceRow } from '../import/found.ts';

/** A name in both languages. */
export interface BothLanguages {
  ko: string;
  en: string;
}

/** A technology and what stands below it. */
export interface SeedTechnology extends BothLanguages {
  /** The last part of its code. */
  part: string;
  aliases?: string[];
  children?: SeedTechnology[];
}

/** An invented firm. */
export interface SeedCompany extends BothLanguages {
  key: string;
  businessNumber: string;
  kinds: CompanyKind[];
  sectors: string[];
  region: string;
  size: CompanyRow['size'];
  capacity: number;
  group?: string;
  csap?: { type: string; grade: string };
  about: BothLanguages;
  /** Levels by technology code. */
  capabilities?: Record<string, number>;
}

/** A service in the catalogue. */
export interface SeedService extends BothLanguages {
  key: string;
  provider: string;
  models: ServiceRow['models'];
  categories: string[];
  technologies: string[];
  sectors?: string[];
  /** Grade of its security certificate. */
  grade?: string;
  about: BothLanguages;
  marketplaces?: string[];
}

/** A cloud provider's marketplace. */
export interface SeedMarketplace {
  code: string;
  name: BothLanguages;
  operator: string;
  url: string;
}

/** A gathering, by days from the first start and hours in Asia/Seoul. */
export interface SeedEvent extends BothLanguages {
  key: string;
  host?: string;
  organizer?: string;
  kind: EventKind;
  day: number;
  from: string;
  to: string;
  region: string;
  venue: string;
  onlineUrl?: string;
  capacity?: number;
  technologies: string[];
  sectors: string[];
}

/** A programme with its rules and calls; years and days count from the first start. */
export interface SeedProgramme {
  key: string;
  kind: string;
  name: BothLanguages;
  rules: { years?: number[] } & Record<string, unknown>;
  calls: {
    key: string;
    title: BothLanguages;
    sectors: string[];
    budget: number;
    slots: number;
    /** First and last day. */
    days: [number, number];
  }[];
}

/** A firm asked to join a project. */
export interface SeedInvitation {
  company: string;
  role: 'PARTNER' | 'DEMAND';
  /** Positions of requirements. */
  covers: number[];
  answer?: 'ACCEPTED';
  /** Basis points. */
  share?: number;
}

/** A project in the state in which the seed leaves it. */
export interface SeedProject {
  key: string;
  lead: string;
  /** Key of the call. */
  call: string;
  sector: string;
  title: BothLanguages;
  summary: BothLanguages;
  /** Won by stage. */
  stages: Record<string, number>;
  requirements: {
    technology: string;
    level: number;
    providers: number;
    weight: number;
    mandatory?: boolean;
  }[];
  invitations?: SeedInvitation[];
  /** Basis points. */
  leadShare?: number;
  seal?: boolean;
}

/** Every file of the seed. */
export interface SeedData {
  technologies: SeedTechnology[];
  companies: SeedCompany[];
  services: SeedService[];
  marketplaces: SeedMarketplace[];
  events: SeedEvent[];
  programmes: SeedProgramme[];
  projects: SeedProject[];
}

/** Reads the seed's own files; that they hold together is tested. */
export async function readSeed(): Promise<SeedData> {
  return {
    technologies: await read('technologies'),
    companies: await read('companies'),
    services: await read('services'),
    marketplaces: await read('marketplaces'),
    events: await read('events'),
    programmes: await read('programmes'),
    projects: await read('projects'),
  };
}

async function read<Row>(name: string): Promise<Row[]> {
  return parse(await readFile(new URL(`./${name}.yaml`, import.meta.url), 'utf8')) as Row[];
}
