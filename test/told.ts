/** What other subgraphs would have told: facts, put where a subgraph under test follows them. */
import { factsOf, publishFacts } from '#kit/facts.ts';
import { connect } from '#kit/mongo.ts';
import type {
  AccessFact,
  CapabilityMapFact,
  CompanyFact,
  OpenProjectFact,
  OutcomeFact,
  ProjectFact,
  SearchFact,
  SectorFact,
  TechnologyFact,
} from '#schema/facts.ts';

const firm: CompanyFact = {
  name: { ko: '한빛클라우드', en: 'Hanbit Cloud' },
  businessNumber: null,
  kinds: ['IAAS'],
  sectors: ['finance'],
  region: 'KR-11',
  size: 'SME',
  status: 'APPROVED',
  capacity: 3,
  affiliateGroup: null,
  certificates: [],
  restrictedUntil: null,
  mergedIntoId: null,
};

const technology: TechnologyFact = {
  code: 'cloud',
  name: { ko: null, en: 'Cloud' },
  kind: 'TECHNOLOGY',
  parentId: null,
  mapId: 'map',
  current: true,
};

/** Tells of firms, by id, each an approved one but for what is given. */
export async function tellFirms(
  uri: string,
  firms: Record<string, Partial<CompanyFact>>,
): Promise<void> {
  await tell(uri, 'companies', 'company', firm, firms);
}

/** Tells of people's places in firms and those that they left, by user id. */
export async function tellAccess(
  uri: string,
  people: Record<string, Partial<AccessFact>>,
): Promise<void> {
  await tell(uri, 'companies', 'access', { since: new Date(0), companies: [], roles: [] }, people);
}

/** Tells of what a saved search found lately; null: it is forgotten. */
export async function tellSearch(uri: string, id: string, state: SearchFact | null): Promise<void> {
  const connection = await connect(uri, 'oca_companies');
  await publishFacts(factsOf(connection), [{ kind: 'search', key: id, state }]);
  await connection.close();
}

/** Tells of technologies, by id. */
export async function tellTechnologies(
  uri: string,
  technologies: Record<string, Partial<TechnologyFact>>,
): Promise<void> {
  await tell(uri, 'techmaps', 'technology', technology, technologies);
}

/** Tells of capability maps, by firm. */
export async function tellMaps(
  uri: string,
  maps: Record<string, CapabilityMapFact>,
): Promise<void> {
  await tell(uri, 'techmaps', 'capabilityMap', {}, maps);
}

/** Tells of projects, by id. */
export async function tellProjects(
  uri: string,
  projects: Record<string, ProjectFact | null>,
): Promise<void> {
  await tell(uri, 'consortia', 'project', {}, projects);
}

/** Tells of projects that are drafted or form their team, by id; null once one is not any more. */
export async function tellOpenProjects(
  uri: string,
  projects: Record<string, OpenProjectFact | null>,
): Promise<void> {
  await tell(uri, 'consortia', 'openProject', {}, projects);
}

/** Tells of services that came out of projects, by id. */
export async function tellOutcomes(
  uri: string,
  outcomes: Record<string, OutcomeFact>,
): Promise<void> {
  await tell(uri, 'consortia', 'outcome', {}, outcomes);
}

const usualSectors = [
  'banking',
  'defence',
  'education',
  'finance',
  'healthcare',
  'logistics',
  'public',
];

/** Tells of sectors, by code: of the usual ones unless said otherwise. */
export async function tellSectors(
  uri: string,
  codes: readonly string[] = usualSectors,
): Promise<void> {
  await tell(uri, 'companies', 'sector', {}, Object.fromEntries(codes.map(sectorNamed)));
}

function sectorNamed(code: string): [string, SectorFact] {
  return [code, { name: { ko: null, en: code } }];
}

async function tell(
  uri: string,
  by: string,
  kind: string,
  base: object,
  things: Record<string, object | null>,
): Promise<void> {
  const connection = await connect(uri, `oca_${by}`);
  await publishFacts(
    factsOf(connection),
    Object.entries(things).map(([key, thing]) => ({
      kind,
      key,
      state: thing && { ...base, ...thing },
    })),
  );
  await connection.close();
}
