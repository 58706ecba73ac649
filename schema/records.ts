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
  },
  techmaps: {},
  consortia: {},
  events: {
    Event: './event.model.ts#EventRecord',
    EventConnection: './event.model.ts#EventPage',
    EventNews: './news.model.ts#News',
    EventNewsConnection: './news.model.ts#NewsPage',
    Company: './company.model.ts#CompanyKey',
    Technology: './technology.model.ts#TechnologyKey',
  },
  marketplace: {},
};
