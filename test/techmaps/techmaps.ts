/** The techmaps subgraph with a small map, for tests that concern it alone. */
import mongoose from 'mongoose';

import { connect } from '#kit/mongo.ts';
import type { Viewer } from '#kit/viewer.ts';
import { techmaps } from '../../subgraphs/techmaps/subgraph.ts';
import { startTestDatabase } from '../database.ts';
import { startTestService, user, type TestService } from '../service.ts';
import { tellFirms, tellSectors } from '../told.ts';
import { mutationText } from '../mutation.ts';

/** A mutation's payload, or any other answer, as tests read it. */
export interface Payload {
  // oxlint-disable-next-line typescript/no-explicit-any -- tests read what they asked for.
  [field: string]: any;
}

/** A query that a request made, and how the database carries it out. */
export interface Plan {
  collection: string;
  /** Name of the index; null when everything is read. */
  index: string | null;
}

/** A running subgraph and who is about. */
export interface TechmapsWorld {
  service: TestService;
  uri: string;
  secretariat: Viewer;
  operator: Viewer;
  reviewer: Viewer;
  /** Editor of the company with this id. */
  editor(companyId: string): Viewer;
  /** Runs an operation that must not fail, and gives the one root field's answer. */
  ask(viewer: Viewer, source: string, variables?: object): Promise<Payload>;
  /** Runs an operation that must fail, and gives the codes of its errors. */
  codes(viewer: Viewer, source: string, variables?: object): Promise<unknown[]>;
  /** Runs a mutation by name and gives its payload: `fields` of it and the problems. */
  mutate(viewer: Viewer, mutation: string, input: object, fields?: string): Promise<Payload>;
  /** A published map: codes in order, each `code KIND`, below the longest earlier code that it begins with. */
  map(code: string, nodes: readonly string[]): Promise<{ id: string; ids: Record<string, string> }>;
  /** Approved firms, known to the subgraph. */
  firms(...ids: string[]): Promise<void>;
  /** The plans of every find that the work made. */
  plans(work: () => Promise<unknown>): Promise<Plan[]>;
  stop(): Promise<void>;
}

/** Starts the subgraph on an empty database. */
export async function startTechmaps(
  environment: Record<string, string> = {},
): Promise<TechmapsWorld> {
  const database = await startTestDatabase();
  const service = await startTestService(techmaps, database.uri, environment);
  await tellSectors(database.uri);
  await service.caughtUp();
  const secretariat = user('secretariat', { roles: ['SECRETARIAT'] });
  const ask: TechmapsWorld['ask'] = async (viewer, source, variables = {}) => {
    const result = await service.ask(viewer, source, { ...variables });
    if (result.errors) throw new AggregateError(result.errors, result.errors.join('\n'));
    return Object.values(result.data ?? {})[0] as Payload;
  };
  const mutate: TechmapsWorld['mutate'] = (viewer, mutation, input, fields = '') => {
    const problems = 'problems { code path rule limit found message }';
    return ask(viewer, mutationText(mutation, `${fields} ${problems}`), { input });
  };
  return {
    service,
    uri: database.uri,
    secretariat,
    operator: user('operator', { roles: ['OPERATOR'] }),
    reviewer: user('reviewer', { roles: ['REVIEWER'] }),
    editor: (companyId) => user(`editor of ${companyId}`, { companies: { [companyId]: 'EDITOR' } }),
    ask,
    mutate,
    codes: async (viewer, source, variables = {}) => {
      const { errors } = await service.ask(viewer, source, { ...variables });
      return (errors ?? []).map(({ extensions }) => extensions['code']);
    },
    map: async (code, nodes) => {
      const opened = await mutate(
        secretariat,
        'createTechMap',
        { code, name: { en: code } },
        'map { id }',
      );
      const mapId = (opened['map'] as { id: string }).id;
      const rows = nodes.map((node) => node.split(' '));
      const codes = rows.map(([own = '']) => own);
      const input = {
        mapCode: code,
        source: 'test',
        rows: rows.map(([own = '', kind = 'TECHNOLOGY']) => ({
          code: own,
          kind,
          name: { en: own },
          parentCode: codes
            .filter((each) => own.startsWith(`${each}.`))
            .toSorted((a, b) => b.length - a.length)[0],
        })),
      };
      const laid = await mutate(secretariat, 'importTechnologies', input, 'version { revision }');
      const { revision } = laid['version'] as { revision: number };
      const published = await mutate(secretariat, 'publishTechMapVersion', { mapId, revision });
      if (laid['problems'].length + published['problems'].length > 0)
        throw new Error(JSON.stringify([laid, published]));
      const ids: Record<string, string> = {};
      for (const each of codes) {
        const found = await ask(secretariat, `{ technology(code: "${each}") { id } }`);
        ids[each] = String(found['id']);
      }
      return { id: mapId, ids };
    },
    firms: async (...ids) => {
      await tellFirms(database.uri, Object.fromEntries(ids.map((id) => [id, {}])));
      await service.caughtUp();
    },
    plans: async (work) => explained(database.uri, await watched(work)),
    stop: async () => {
      await service.stop();
      await database.stop();
    },
  };
}

interface Find {
  collection: string;
  filter: object;
  sort: Record<string, 1 | -1>;
}

async function watched(work: () => Promise<unknown>): Promise<Find[]> {
  const seen: Find[] = [];
  mongoose.set('debug', (collection: string, method: string, filter: object, options: object) => {
    if (method !== 'find' && method !== 'countDocuments') return;
    const { sort = {} } = options as { sort?: Record<string, 1 | -1> };
    seen.push({ collection, filter, sort });
  });
  try {
    await work();
  } finally {
    mongoose.set('debug', false);
  }
  return seen;
}

async function explained(uri: string, finds: readonly Find[]): Promise<Plan[]> {
  const connection = await connect(uri, 'oca_techmaps');
  const plans: Plan[] = [];
  for (const { collection, filter, sort } of finds) {
    const explanation = await connection.collection(collection).find(filter).sort(sort).explain();
    plans.push({ collection, index: indexIn(explanation) });
  }
  await connection.close();
  return plans;
}

/** Name of the index that a plan reads, wherever it stands in the explanation. */
function indexIn(explanation: unknown): string | null {
  const plan = JSON.stringify(explanation);
  return /"indexName":"([^"]+)"/.exec(plan)?.[1] ?? (plan.includes('"IDHACK"') ? '_id_' : null);
}
