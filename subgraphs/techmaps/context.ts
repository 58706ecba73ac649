import DataLoader from 'dataloader';
import type { Connection, Model } from 'mongoose';

import { factsOf, type FactRecord } from '#kit/facts.ts';
import type { DocumentStore } from '#kit/file-store.ts';
import type { Viewer } from '#kit/viewer.ts';

import { capabilityMapsOf, type CapabilityMapRecord } from './capability/capability-map.model.ts';
import { capabilitiesOf, type CapabilityRecord } from './capability/capability.model.ts';
import { evidenceFilesOf, type EvidenceFileRecord } from './capability/evidence-file.model.ts';
import { draftsOf, type DraftRecord } from './capability/draft.model.ts';
import { companiesOf, type CompanyRecord } from './company/company.model.ts';
import type { TechmapsConfig } from './config.ts';
import {
  demandsOf,
  openProjectsOf,
  projectsOf,
  type DemandRecord,
  type OpenProjectRecord,
  type ProjectRecord,
} from './demand/demand.model.ts';
import { placementsOf, type PlacementRecord } from './placement/placement.model.ts';
import type { Aftermath } from './succession/aftermath.ts';
import { successionsOf, type SuccessionRecord } from './succession/succession.model.ts';
import {
  itemsOf,
  transitionsOf,
  type ItemRecord,
  type TransitionRecord,
} from './succession/transition.model.ts';
import {
  breakdownsOf,
  dueTechnologiesOf,
  footprintsOf,
  noSupply,
  suppliesOf,
  type BreakdownRecord,
  type DueTechnologyRecord,
  type FootprintRecord,
  type SupplyRecord,
} from './supply/supply.model.ts';
import { techMapsOf, type TechMapRecord } from './tech-map/tech-map.model.ts';
import { versionsOf, type VersionRecord } from './tech-map/version.model.ts';
import type { CurrentTechnologies } from './technology/current.ts';
import {
  technologiesOf,
  type IndexedTechnology,
  type TechnologyRecord,
} from './technology/technology.model.ts';

/** The collections of this subgraph. */
export interface Models {
  maps: Model<TechMapRecord>;
  versions: Model<VersionRecord>;
  placements: Model<PlacementRecord>;
  technologies: Model<IndexedTechnology>;
  capabilities: Model<CapabilityRecord>;
  capabilityMaps: Model<CapabilityMapRecord>;
  drafts: Model<DraftRecord>;
  evidenceFiles: Model<EvidenceFileRecord>;
  supplies: Model<SupplyRecord>;
  breakdowns: Model<BreakdownRecord>;
  dueTechnologies: Model<DueTechnologyRecord>;
  successions: Model<SuccessionRecord>;
  transitions: Model<TransitionRecord>;
  items: Model<ItemRecord>;
  footprints: Model<FootprintRecord>;
  companies: Model<CompanyRecord>;
  projects: Model<ProjectRecord>;
  openProjects: Model<OpenProjectRecord>;
  demands: Model<DemandRecord>;
  facts: Model<FactRecord>;
}

/** Look-ups of one request, each made once and many at a time. */
export interface Loaders {
  map: DataLoader<string, TechMapRecord | null>;
  version: DataLoader<string, VersionRecord | null>;
  technology: DataLoader<string, TechnologyRecord | null>;
  technologyByCode: DataLoader<string, TechnologyRecord | null>;
  /** The current technologies directly below a technology, in their order. */
  children: DataLoader<string, TechnologyRecord[]>;
  /** The current technologies at the top of a map, in their order. */
  roots: DataLoader<string, TechnologyRecord[]>;
  capability: DataLoader<string, CapabilityRecord | null>;
  company: DataLoader<string, CompanyRecord | null>;
  /** A project that everybody may see. */
  project: DataLoader<string, ProjectRecord | null>;
  /** A company's newest map. */
  capabilityMap: DataLoader<string, CapabilityMapRecord | null>;
  /** What became of a technology in the version that left it out, by `versionId technologyId`. */
  succession: DataLoader<string, SuccessionRecord | null>;
  /** How capabilities followed a version. */
  transition: DataLoader<string, TransitionRecord | null>;
  /** A company's draft. */
  draft: DataLoader<string, DraftRecord | null>;
  evidenceFile: DataLoader<string, EvidenceFileRecord | null>;
  supply: DataLoader<string, SupplyRecord>;
  /** Supply of a technology by sector and region. */
  breakdown: DataLoader<string, BreakdownRecord>;
  demand: DataLoader<string, DemandRecord | null>;
}

/** What all requests have in common. */
export interface Ground {
  connection: Connection;
  config: TechmapsConfig;
  aftermath: Aftermath;
  /** The technologies of published maps. */
  current: CurrentTechnologies;
  /** Where the bytes of files lie. */
  store: DocumentStore;
}

/** Everything a domain function may reach. Made anew for each request. */
export interface Context extends Ground, Models {
  viewer: Viewer;
  loaders: Loaders;
}

/** The models of a connection. */
export function modelsOf(connection: Connection): Models {
  return {
    maps: techMapsOf(connection),
    versions: versionsOf(connection),
    placements: placementsOf(connection),
    technologies: technologiesOf(connection),
    capabilities: capabilitiesOf(connection),
    capabilityMaps: capabilityMapsOf(connection),
    drafts: draftsOf(connection),
    evidenceFiles: evidenceFilesOf(connection),
    supplies: suppliesOf(connection),
    breakdowns: breakdownsOf(connection),
    dueTechnologies: dueTechnologiesOf(connection),
    successions: successionsOf(connection),
    transitions: transitionsOf(connection),
    items: itemsOf(connection),
    footprints: footprintsOf(connection),
    companies: companiesOf(connection),
    projects: projectsOf(connection),
    openProjects: openProjectsOf(connection),
    demands: demandsOf(connection),
    facts: factsOf(connection),
  };
}

/** What a request of this viewer may reach. */
export function createContext(ground: Ground, viewer: Viewer): Context {
  const models = modelsOf(ground.connection);
  return { viewer, ...ground, ...models, loaders: createLoaders(models) };
}

function createLoaders({ maps, versions, technologies, ...models }: Models): Loaders {
  return {
    map: byId(maps),
    version: byId(versions),
    technology: byId(technologies),
    technologyByCode: new DataLoader(async (codes) => {
      const found = await technologies.find({ code: { $in: [...codes] } }).lean();
      const records = new Map(found.map((record) => [record.code, record]));
      return codes.map((code) => records.get(code) ?? null);
    }),
    children: new DataLoader(async (ids) => {
      const found = await technologies.find({ parentId: { $in: [...ids] }, current: true }).lean();
      const groups = Map.groupBy(found.toSorted(inOrder), ({ parentId }) => parentId);
      return ids.map((id) => groups.get(id) ?? []);
    }),
    roots: new DataLoader(async (ids) => {
      const query = { mapId: { $in: [...ids] }, parentId: null, current: true };
      const found = await technologies.find(query).lean();
      const groups = Map.groupBy(found.toSorted(inOrder), ({ mapId }) => mapId);
      return ids.map((id) => groups.get(id) ?? []);
    }),
    capability: byId(models.capabilities),
    company: byId(models.companies),
    project: byId(models.projects),
    capabilityMap: new DataLoader(async (ids) => {
      const query = { companyId: { $in: [...ids] }, newest: true };
      const found = await models.capabilityMaps.find(query).lean();
      const records = new Map(found.map((record) => [record.companyId, record]));
      return ids.map((id) => records.get(id) ?? null);
    }),
    succession: byId(models.successions),
    transition: byId(models.transitions),
    draft: byId(models.drafts),
    evidenceFile: byId(models.evidenceFiles),
    demand: byId(models.demands),
    supply: new DataLoader(async (ids) => {
      const found = await models.supplies.find({ _id: { $in: [...ids] } }).lean();
      const records = new Map(found.map((record) => [record._id, record]));
      return ids.map((id) => records.get(id) ?? noSupply(id));
    }),
    breakdown: new DataLoader(async (ids) => {
      const found = await models.breakdowns.find({ _id: { $in: [...ids] } }).lean();
      const records = new Map(found.map((record) => [record._id, record]));
      return ids.map((id) => records.get(id) ?? { _id: id });
    }),
  };
}

function byId<Record extends { _id: string }>(
  model: Model<Record>,
): DataLoader<string, Record | null> {
  return new DataLoader(async (ids: readonly string[]) => {
    const found = await model.find({ _id: { $in: [...ids] } } as object).lean<Record[]>();
    const records = new Map(found.map((record) => [record._id, record]));
    return ids.map((id) => records.get(id) ?? null);
  });
}

function inOrder(a: TechnologyRecord, b: TechnologyRecord): number {
  return a.position - b.position || (a.code < b.code ? -1 : 1);
}
