/** The release package of all calls, a call at a time as the graph gives them. */
import { nodesOf, type Graph, type NodePage } from '../import/graph.ts';
import {
  releasesOf,
  type Publication,
  type PublishedCall,
  type PublishedFirm,
  type PublishedMovement,
  type PublishedProject,
} from './release.ts';
import type { Piece } from './table.ts';

/** Who publishes the package, and where. */
export interface Publisher extends Publication {
  /** Address under which the package will be found, such as `https://data.example.org/ocds/calls.json`. */
  uri: string;
}

interface ProjectAnswer extends Omit<PublishedProject, 'members' | 'movements'> {
  /** The newest of its movements, most often all. */
  ledger: NodePage<PublishedMovement>;
  consortium: {
    memberships: {
      company: PublishedFirm;
      role: string;
      status: string;
      share: number | null;
      shareAmount: number | null;
    }[];
  } | null;
}

const pageSize = 20;
/** States of a project that was awarded. */
const awarded: readonly string[] = ['AWARDED', 'RUNNING', 'COMPLETED', 'TERMINATED'];

const readCalls = `query ReleaseCalls($first: Int!, $after: String) {
  page: calls(first: $first, after: $after) {
    pageInfo { hasNextPage endCursor }
    edges { node {
      id title { ko en } programme { kind name { ko en } } sectors { code name { ko en } }
      budget opensAt closesAt status decidedAt rankedAgainAt rules { rubric { name { ko en } points } }
    } }
  }
}`;
const movementFields = `
  id number kind amount reverses recordedAt company { id name { ko en } businessNumber region size }`;
const readProjects = `query ReleaseProjects($of: ID!, $first: Int!, $after: String) {
  page: projects(filter: { callId: $of }, first: $first, after: $after) {
    pageInfo { hasNextPage endCursor }
    edges { node {
      id title { ko en } summary { ko en } status budget startedAt endedAt
      milestones { id name { ko en } dueOn status deliveredAt decidedAt }
      ledger(first: 40) { pageInfo { hasNextPage endCursor } edges { node { ${movementFields} } } }
      consortium { memberships {
        role status share shareAmount company { id name { ko en } businessNumber region size }
      } }
    } }
  }
}`;
const readMovements = `query ReleaseMovements($of: ID!, $first: Int!, $after: String) {
  project(id: $of) { page: ledger(first: $first, after: $after) {
    pageInfo { hasNextPage endCursor }
    edges { node { ${movementFields} } }
  } }
}`;

/**
 * The package as pieces of JSON: its head, each call's releases, its end.
 *
 * @param publishedAt when, ISO 8601
 */
export async function* ocdsPieces(
  graph: Graph,
  publisher: Publisher,
  publishedAt: string,
): AsyncGenerator<Piece> {
  const head = {
    uri: publisher.uri,
    version: '1.1',
    publishedDate: publishedAt,
    publisher: { name: 'Open Cloud Alliance' },
  };
  yield { text: `${JSON.stringify(head).slice(0, -1)},"releases":[`, rows: 0 };
  let isFirst = true;
  for await (const call of nodesOf<PublishedCall>(graph, readCalls, { first: pageSize })) {
    const projects = call.decidedAt === null ? [] : await awardedIn(graph, call.id);
    const releases = releasesOf(call, projects, publisher);
    if (releases.length === 0) continue;
    const text = releases.map((each) => `\n${JSON.stringify(each)}`).join(',');
    yield { text: isFirst ? text : `,${text}`, rows: releases.length };
    isFirst = false;
  }
  yield { text: '\n]}\n', rows: 0 };
}

async function awardedIn(graph: Graph, callId: string): Promise<PublishedProject[]> {
  const found: PublishedProject[] = [];
  for await (const { consortium, ledger, ...project } of nodesOf<ProjectAnswer>(
    graph,
    readProjects,
    {
      variables: { of: callId },
      first: pageSize,
    },
  ))
    if (awarded.includes(project.status))
      found.push({
        ...project,
        members: (consortium?.memberships ?? []).filter(({ status }) => status === 'ACCEPTED'),
        movements: await movementsIn(graph, project.id, ledger),
      });
  return found.toReversed();
}

interface LedgerAnswer {
  project: { page: NodePage<PublishedMovement> } | null;
}

/** All movements of a project, of which a first page is there. */
async function movementsIn(
  graph: Graph,
  projectId: string,
  { edges, pageInfo }: NodePage<PublishedMovement>,
): Promise<PublishedMovement[]> {
  const newest = edges.map(({ node }) => node);
  if (!pageInfo.hasNextPage) return newest;
  const older = nodesOf<PublishedMovement, LedgerAnswer>(graph, readMovements, {
    variables: { of: projectId },
    after: pageInfo.endCursor,
    pageIn: ({ project }) => project?.page,
  });
  return [...newest, ...(await Array.fromAsync(older))];
}
