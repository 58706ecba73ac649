/** What a new installation shows: invented firms, a technology map, programmes, projects, events and accounts. */
import type { Environment } from '#kit/config.ts';
import { processEnvironment } from '../config.ts';
import { companyIdsOf } from '../import/company-id.ts';
import {
  ask,
  problemFields,
  refuseProblems,
  type Graph,
  type GraphProblem,
} from '../import/graph.ts';
import { load } from '../import/load.ts';
import { accounts } from './accounts.ts';
import { provisionAccounts } from './seed-account.ts';
import { readSeed, type SeedData, type SeedProgramme } from './seed-file.ts';
import { seedProject } from './seed-project.ts';
import { programmeRow, seedMap, seedRows } from './seed-rows.ts';

/** How much of each the seed brought in. */
export interface SeedReport {
  technologies: number;
  companies: number;
  capabilities: number;
  events: number;
  services: number;
  programmes: number;
  projects: number;
  accounts: number;
}

const source = 'seed';
/** Comes in last: where it is, the seed is complete. */
const lastProgramme = 'COMPUTE';

/**
 * Brings the seed into an empty platform; a start that was cut short goes on where it was. Nothing is brought in beside
 * data that did not come from the seed, and nothing in production: the accounts' password is known to everyone.
 *
 * @returns null when there was nothing to do
 * @throws {GraphFault} when the platform refuses any of it
 */
export async function seed(
  graph: Graph,
  environment: Environment = processEnvironment,
  now = new Date(),
): Promise<SeedReport | null> {
  if (environment['NODE_ENV'] === 'production' || !(await isWanted(graph))) return null;
  const data = await readSeed();
  await importRows('importMarketplaces', 'ImportMarketplacesInput', graph, data.marketplaces);
  const { tallies, remarks } = await load(graph, seedRows(data, now), {
    source,
    dryRun: false,
    map: {
      code: seedMap,
      name: { ko: '핵심기술 맵', en: 'Core technology map' },
      description: {
        ko: '얼라이언스가 기업을 찾고 묶는 기준이 되는 핵심기술.',
        en: 'The core technologies by which the alliance finds and groups firms.',
      },
    },
  });
  refuseProblems(
    'The seed has a fault',
    remarks.map(({ reason }) => fault(reason)),
  );
  const [last, others] = [data.programmes.filter(isLast), data.programmes.filter((each) => !isLast(each))]; // prettier-ignore
  const [users] = await Promise.all([
    provisionAccounts(graph, companyIdsOf(graph, source), data.companies),
    importProgrammes(graph, others, now),
  ]);
  await graph.caughtUp();
  await Promise.all(data.projects.map((each) => seedProject(graph, each, data, users, now)));
  await importProgrammes(graph, last, now);
  const sum = (to: 'technologies' | 'companies' | 'capabilities' | 'events' | 'services') => {
    const tally = tallies.get(to);
    return tally ? tally.created + tally.updated + tally.unchanged : 0;
  };
  return {
    technologies: sum('technologies'),
    companies: sum('companies'),
    capabilities: sum('capabilities'),
    events: sum('events'),
    services: sum('services'),
    programmes: data.programmes.length,
    projects: data.projects.length,
    accounts: accounts.length,
  };
}

interface Count {
  totalCount: number;
}

const standing = `query Standing($source: String!, $last: String!) {
  seeded: companies(filter: { origin: { source: $source } }, first: 1) { totalCount }
  last: programmes(filter: { kind: $last }, first: 1) { totalCount }
  companies(
    filter: { statuses: [PENDING, APPROVED, SUSPENDED, MERGED, CLOSED] }
    first: 1
  ) { totalCount }
  techMaps(first: 1) { totalCount }
  programmes(first: 1) { totalCount }
}`;

/** Whether the platform holds a complete seed, and with it the seed's accounts. */
export async function holdsSeed(graph: Graph): Promise<boolean> {
  const { seeded, last } = await ask<Record<'seeded' | 'last', Count>>(graph, standing, {
    source,
    last: lastProgramme,
  });
  return seeded.totalCount > 0 && last.totalCount > 0;
}

/** Whether the platform is empty, or holds a seed that is not complete. */
async function isWanted(graph: Graph): Promise<boolean> {
  const { seeded, last, ...all } = await ask<
    Record<'seeded' | 'last' | 'companies' | 'techMaps' | 'programmes', Count>
  >(graph, standing, { source, last: lastProgramme });
  if (seeded.totalCount > 0) return last.totalCount === 0;
  return Object.values(all).every(({ totalCount }) => totalCount === 0);
}

function isLast({ kind }: SeedProgramme): boolean {
  return kind === lastProgramme;
}

async function importProgrammes(
  graph: Graph,
  programmes: SeedData['programmes'],
  now: Date,
): Promise<void> {
  const rows = programmes.map((programme) => programmeRow(programme, now));
  await importRows('importProgrammes', 'ImportProgrammesInput', graph, rows);
}

async function importRows(
  field: string,
  input: string,
  graph: Graph,
  rows: readonly object[],
): Promise<void> {
  const { outcome } = await ask<{ outcome: { problems: GraphProblem[] } }>(
    graph,
    `mutation Seed($input: ${input}!) { outcome: ${field}(input: $input) { ${problemFields} } }`,
    { input: { source, rows } },
  );
  refuseProblems('The seed has a fault', outcome.problems);
}

function fault(message: string): GraphProblem {
  return { code: 'INVALID', message, path: [], limit: null, found: null };
}
