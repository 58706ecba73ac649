import type { SubgraphName } from './sdl.ts';

/**
 * GraphQL types whose resolvers start from something other than their own shape: a stored record, a page of them, a
 * reference. Paths are relative to the subgraph's folder. A key stub such as `Company` in a subgraph that only joins
 * to it starts from `{ id }` and needs no entry.
 */
export const records: Record<SubgraphName, Record<string, string>> = {
  companies: {
    Company: './company/company.model.ts#CompanyRecord',
    CompanyConnection: './company/company.model.ts#CompanyPage',
    CompanyMember: './member/member.model.ts#MemberRecord',
    Certification: './company/company.model.ts#CertificationRecord',
    User: './account/user.model.ts#UserRecord',
    Sector: './sector/sector.model.ts#SectorRecord',
    Mail: './mail/mail.model.ts#MailRecord',
    MailConnection: './mail/mail.model.ts#MailPage',
  },
  techmaps: {
    Company: './company/company.ts#CompanyReference',
    TechMap: './tech-map/tech-map.model.ts#TechMapRecord',
    TechMapConnection: './tech-map/tech-map.model.ts#TechMapPage',
    TechMapVersion: './tech-map/version.model.ts#VersionRecord',
    TechMapVersionConnection: './tech-map/version.model.ts#VersionPage',
    Placement: './placement/placement.model.ts#PlacementRecord',
    PlacementConnection: './placement/placement.model.ts#PlacementPage',
    Technology: './technology/technology.model.ts#TechnologyRecord',
    TechnologyConnection: './technology/technology.model.ts#TechnologyPage',
    TechnologySupply: './supply/supply.model.ts#SupplyRecord',
    Capability: './capability/capability.model.ts#CapabilityRecord',
    CapabilityConnection: './capability/capability.model.ts#CapabilityPage',
    CapabilityMap: './capability/capability-map.model.ts#CapabilityMapRecord',
    CapabilityMapEntry: './capability/capability.model.ts#Claim',
  },
  consortia: {
    Programme: './programme/programme.model.ts#ProgrammeRecord',
    ProgrammeConnection: './programme/programme.model.ts#ProgrammePage',
    ProgrammeRules: './programme/rules.ts#Rules',
    Call: './call/call.model.ts#CallRecord',
    CallConnection: './call/call.model.ts#CallPage',
    Project: './project/project.model.ts#ProjectRecord',
    ProjectConnection: './project/project.model.ts#ProjectPage',
    Requirement: './project/project.model.ts#RequirementRecord',
    Consortium: './consortium/consortium.model.ts#ConsortiumRecord',
    ConsortiumConnection: './consortium/consortium.model.ts#ConsortiumPage',
    Membership: './consortium/membership.model.ts#MembershipRecord',
    MembershipConnection: './consortium/membership.model.ts#MembershipPage',
    Assembly: './proposal/assembly.model.ts#AssemblyRecord',
    AssemblyConnection: './proposal/assembly.model.ts#AssemblyPage',
    AssemblyDemand: './proposal/shown.ts#ShownDemand',
    MemberReason: './proposal/shown.ts#ShownReason',
    Company: './pool/firm.ts#CompanyKey',
    Technology: './pool/technology.model.ts#TechnologyKey',
  },
  events: {
    Event: './event/event.model.ts#EventRecord',
    EventConnection: './event/event.model.ts#EventPage',
    EventNews: './news/news.model.ts#News',
    EventNewsConnection: './news/news.model.ts#NewsPage',
    Company: './company/company.model.ts#CompanyKey',
    Technology: './technology/technology.model.ts#TechnologyKey',
  },
  marketplace: {
    Service: './service/service.model.ts#ServiceRecord',
    ServiceConnection: './service/service.model.ts#ServicePage',
    ServiceFacets: './service/service.model.ts#ServiceQuery',
    Marketplace: './marketplace/marketplace.model.ts#MarketplaceRecord',
    MarketplaceListing: './listing/listing.model.ts#ListingRecord',
    Company: './company/company.model.ts#CompanyKey',
    Technology: './technology/technology.model.ts#TechnologyKey',
  },
};
