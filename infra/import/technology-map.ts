/** The technology map that an import fills: opened when it is not there, published when the import changed it. */
import { ask, problemFields, refuseProblems, type Graph, type GraphProblem } from './graph.ts';
import type { RowText } from './found.ts';

/** A map that a format fills. */
export interface MapWanted {
  code: string;
  name: RowText;
  description?: RowText;
}

/** What came of publishing. */
export type Publication = 'PUBLISHED' | 'UNCHANGED' | 'LEFT_AS_DRAFT';

/** The map while rows go into it. */
export interface OpenMap {
  /** False when there is no such map and none was opened, because nothing is to be changed. */
  isThere: boolean;
  /** Makes what came in the newest version; a draft that somebody else had open is left to them. */
  publish(): Promise<Publication>;
}

interface Version {
  revision: number;
  status: string;
}

const readMap = `query MapToFill($code: String!) {
  techMap(code: $code) { id published { number } draft { revision status } }
}`;
const createMap = `mutation OpenMap($input: CreateTechMapInput!) {
  createTechMap(input: $input) { map { id } ${problemFields} }
}`;
const publishMap = `mutation PublishMap($input: PublishTechMapVersionInput!) {
  publishTechMapVersion(input: $input) { version { number } ${problemFields} }
}`;

/** Opens the map, or finds it. */
export async function openMap(graph: Graph, wanted: MapWanted, dryRun: boolean): Promise<OpenMap> {
  const found = await findMap(graph, wanted.code);
  if (!found && dryRun)
    return { isThere: false, publish: () => Promise.resolve<Publication>('UNCHANGED') };
  if (!found) await create(graph, wanted);
  // The empty draft of a map that was never published waits for an import.
  const isTheirs = found?.draft != null && found.published !== null;
  return {
    isThere: true,
    publish: async () => {
      const now = await findMap(graph, wanted.code);
      if (!now?.draft) return 'UNCHANGED';
      if (isTheirs) return 'LEFT_AS_DRAFT';
      await publish(graph, now.id, now.draft.revision);
      return 'PUBLISHED';
    },
  };
}

async function findMap(graph: Graph, code: string) {
  const { techMap } = await ask<{
    techMap: { id: string; published: { number: number } | null; draft: Version | null } | null;
  }>(graph, readMap, { code });
  return techMap;
}

async function create(graph: Graph, wanted: MapWanted): Promise<void> {
  const { createTechMap } = await ask<{ createTechMap: { problems: GraphProblem[] } }>(
    graph,
    createMap,
    { input: wanted },
  );
  refuseProblems(`The map ${wanted.code} was not opened`, createTechMap.problems);
}

async function publish(graph: Graph, mapId: string, revision: number): Promise<void> {
  const { publishTechMapVersion } = await ask<{
    publishTechMapVersion: { problems: GraphProblem[] };
  }>(graph, publishMap, { input: { mapId, revision } });
  refuseProblems('The map was not published', publishTechMapVersion.problems);
}
