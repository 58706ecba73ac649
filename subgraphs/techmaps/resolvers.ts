/** Which domain function answers which field. No rules here. */
import { ownTraces } from '#kit/person.ts';
import {
  findCapabilities,
  findCapability,
  findCompanyCapabilities,
} from './capability/capability.ts';
import { draftFaults, findDraft } from './capability/draft.ts';
import { findEvidenceContent } from './capability/evidence-file.ts';
import { compareMaps, findMap, findMaps } from './capability/history.ts';
import { readinessLevels } from './capability/readiness-level.ts';
import { evidenceNow, evidenceThen, holdsNow } from './capability/standing.ts';
import { findFigures, findGap, findGaps } from './demand/gap.ts';
import { levelPlaces, noNeed } from './demand/need.ts';
import { findRelated, findSimilar } from './likeness/related.ts';
import { findPlacement, findPlacements } from './placement/placement.ts';
import { mutations } from './mutations.ts';
import { traces } from './person/person.ts';
import type { Resolvers } from './schema.generated.ts';
import { findSuccession, findSuccessions } from './succession/succession.ts';
import { countItems, findCompanyItems, findItems, shownProject } from './succession/transition.ts';
import { findSoleSuppliers, findSupplyGrid } from './supply/concentration.ts';
import {
  findSupply,
  firmsAtLeast,
  levelCounts,
  regionSupply,
  sectorSupply,
} from './supply/supply.ts';
import { findTechMap, findTechMaps } from './tech-map/tech-map.ts';
import { capabilityTable, tableTemplate, technologyTable } from './table/exchange.ts';
import { findChanges } from './tech-map/version-change.ts';
import { findVersion, findVersions } from './tech-map/version.ts';
import {
  findTechnologies,
  findTechnology,
  referredTechnology,
  technologiesWithIds,
} from './technology/technology.ts';

/** The resolvers of this subgraph. */
export const resolvers: Resolvers = {
  Query: {
    techMap: (_, which, context) => findTechMap(context, which),
    techMaps: (_, { filter, ...page }, context) =>
      findTechMaps(context, filter?.sector ?? null, page),
    technology: (_, which, context) => findTechnology(context, which),
    technologies: (_, { filter, ...page }, context) =>
      findTechnologies(context, filter ?? {}, page),
    capabilities: (_, { filter, ...page }, context) =>
      findCapabilities(context, filter ?? {}, page),
    supply: (_, { technologyIds, technologyCodes }, context) =>
      findSupply(context, technologyIds ?? [], technologyCodes ?? []),
    capabilityComparison: (_, { from, to }, context) => compareMaps(context, from, to),
    evidenceContent: (_, { id }, context) => findEvidenceContent(context, id),
    technologyGaps: (_, { filter, ...page }, context) => findGaps(context, filter ?? {}, page),
    soleSuppliers: (_, { filter, ...page }, context) => findSoleSuppliers(context, filter, page),
    supplyGrid: (_, { parentId, by, leastLevel }, context) =>
      findSupplyGrid(context, parentId, by, leastLevel ?? 1),
    technologyTable: (_, { mapCode, format, after }, context) =>
      technologyTable(context, mapCode, format, after ?? null),
    capabilityTable: (_, { format, after }, context) =>
      capabilityTable(context, format, after ?? null),
    tableTemplate: (_, { kind, format }) => tableTemplate(kind, format),
    readinessLevels: () => [...readinessLevels],
  },
  Mutation: mutations,
  Company: {
    capabilities: ({ id }, request, context) => findCompanyCapabilities(context, id, request),
    capabilityMap: ({ id }, which, context) => findMap(context, { companyId: id, ...which }),
    capabilityMaps: ({ id }, page, context) => findMaps(context, id, page),
    transitionItems: ({ id }, request, context) => findCompanyItems(context, id, request),
    capabilityDraft: ({ id }, _, context) => findDraft(context, id),
    similar: ({ id }, { first }, context) => findSimilar(context, id, first),
  },
  TechMap: {
    __resolveReference: ({ id }, { loaders }) => loaders.map.load(id),
    id: ({ _id }) => _id,
    sector: ({ sector }) => (sector === null ? null : { code: sector }),
    published: ({ publishedId }, _, { loaders }) =>
      publishedId === null ? null : loaders.version.load(publishedId),
    draft: ({ draftId }, _, { loaders }) =>
      draftId === null ? null : loaders.version.load(draftId),
    versions: ({ _id }, page, context) => findVersions(context, _id, page),
    version: ({ _id }, { number }, context) => findVersion(context, _id, number),
    roots: ({ _id }, _, { loaders }) => loaders.roots.load(_id),
    figures: (map, { depth }, context) => findFigures(context, map, depth ?? 2),
  },
  TechMapConnection: { totalCount: ({ count }) => count() },
  TechMapVersion: {
    id: ({ _id }) => _id,
    map: ({ mapId }, _, { loaders }) => loaders.map.load(mapId).then(there),
    placements: ({ _id }, request, context) => findPlacements(context, _id, request),
    changes: (version, request, context) => findChanges(context, version, request),
    successions: ({ _id }, _, context) => findSuccessions(context, _id),
    transition: ({ _id }, _, { loaders }) => loaders.transition.load(_id),
    placement: ({ _id }, { technologyId }, context) => findPlacement(context, _id, technologyId),
  },
  TechMapVersionConnection: { totalCount: ({ count }) => count() },
  VersionChange: {
    technology: ({ technologyId }, _, { loaders }) =>
      loaders.technology.load(technologyId).then(there),
  },
  VersionChangeConnection: { totalCount: ({ count }) => count() },
  Succession: {
    technology: ({ technologyId }, _, { loaders }) =>
      loaders.technology.load(technologyId).then(there),
    successors: ({ successorIds }, _, context) => technologiesWithIds(context, successorIds),
  },
  Transition: {
    counts: ({ _id }, _, context) => countItems(context, _id),
    items: ({ _id }, request, context) => findItems(context, _id, request),
  },
  TransitionItem: {
    company: ({ companyId }) => (companyId === null ? null : { id: companyId }),
    project: (item, _, context) => shownProject(context, item),
    technology: ({ technologyId }, _, { loaders }) =>
      loaders.technology.load(technologyId).then(there),
    successors: ({ successorIds }, _, context) => technologiesWithIds(context, successorIds),
  },
  TransitionItemConnection: { totalCount: ({ count }) => count() },
  Placement: {
    technology: ({ technologyId }, _, { loaders }) =>
      loaders.technology.load(technologyId).then(there),
    parent: ({ parentId }, _, { loaders }) =>
      parentId === null ? null : loaders.technology.load(parentId),
    path: ({ ancestorIds }, _, context) => technologiesWithIds(context, ancestorIds),
    requires: ({ requires }, _, context) => technologiesWithIds(context, requires),
    alternatives: ({ alternatives }, _, context) => technologiesWithIds(context, alternatives),
  },
  PlacementConnection: { totalCount: ({ count }) => count() },
  User: {
    __resolveReference: ({ id }) => ({ id }),
    techmapsData: ({ id }, _, context) => ownTraces(context, traces, id),
  },
  Technology: {
    __resolveReference: (reference, context) => referredTechnology(context, reference),
    id: ({ _id }) => _id,
    map: ({ mapId }, _, { loaders }) => loaders.map.load(mapId).then(there),
    parent: ({ parentId }, _, { loaders }) =>
      parentId === null ? null : loaders.technology.load(parentId),
    children: ({ _id }, _, { loaders }) => loaders.children.load(_id),
    path: ({ ancestorIds }, _, context) => technologiesWithIds(context, ancestorIds),
    requires: ({ requires }, _, context) => technologiesWithIds(context, requires),
    alternatives: ({ alternatives }, _, context) => technologiesWithIds(context, alternatives),
    succession: (technology, _, context) => findSuccession(context, technology),
    supply: ({ _id }, _, { loaders }) => loaders.supply.load(_id),
    need: ({ _id }, _, { loaders }) => loaders.demand.load(_id).then((need) => need ?? noNeed),
    gap: (technology, _, context) => findGap(context, technology),
    related: ({ _id }, { first }, context) => findRelated(context, _id, first),
    capabilities: ({ _id }, { leastLevel, ...page }, context) =>
      findCapabilities(context, { technologyId: _id, leastLevel }, page),
  },
  TechnologyConnection: { totalCount: ({ count }) => count() },
  TechnologySupply: {
    technology: ({ _id }, _, { loaders }) => loaders.technology.load(_id).then(there),
    levels: (supply) => levelCounts(supply),
    firmsAtLeast: (supply, { level }) => firmsAtLeast(supply, level),
    sectors: ({ _id }, _, { loaders }) => loaders.breakdown.load(_id).then(sectorSupply),
    regions: ({ _id }, _, { loaders }) => loaders.breakdown.load(_id).then(regionSupply),
  },
  TechnologyNeed: { levels: (need) => levelPlaces(need) },
  TechnologyGapConnection: { totalCount: ({ count }) => count() },
  SoleSupplierConnection: { totalCount: ({ count }) => count() },
  Capability: {
    __resolveReference: ({ id }, context) => findCapability(context, id),
    id: ({ _id }) => _id,
    company: ({ companyId }) => ({ id: companyId }),
    technology: ({ technologyId }, _, { loaders }) =>
      loaders.technology.load(technologyId).then(there),
    evidence: (capability) => evidenceNow(capability),
  },
  CapabilityConnection: { totalCount: ({ count }) => count() },
  CapabilityMap: {
    company: ({ companyId }) => ({ id: companyId }),
    size: ({ entries }) => entries.length,
  },
  CapabilityMapConnection: { totalCount: ({ count }) => count() },
  CapabilityEvidence: {
    file: ({ fileId }, _, { loaders }) =>
      fileId == null ? null : loaders.evidenceFile.load(fileId),
    project: ({ projectId }) => (projectId == null ? null : { id: projectId }),
    holds: (evidence, _, context) => holdsNow(context, evidence),
  },
  EvidenceFile: { id: ({ _id }) => _id },
  CapabilityDraft: { faults: (draft, _, context) => draftFaults(context, draft) },
  CapabilityDifference: {
    technology: ({ technologyId }, _, { loaders }) =>
      loaders.technology.load(technologyId).then(there),
  },
  CapabilityMapEntry: {
    evidence: (claim) => evidenceThen(claim),
    technology: ({ technologyId }, _, { loaders }) =>
      loaders.technology.load(technologyId).then(there),
  },
};

/** A record that a stored id of our own points at. */
function there<Record>(record: Record | null): Record {
  if (record === null) throw new Error('A record points at one that is gone.');
  return record;
}
