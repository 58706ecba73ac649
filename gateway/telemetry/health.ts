/** Whether the gateway can do its work: the truth, not a hope. */
import { newId } from '#kit/id.ts';
import type { Log } from '#kit/log.ts';
import { visitor } from '#kit/viewer.ts';
import type { Sources } from '../execution/execution.ts';

/** What `/health/ready` says. */
export interface HealthState {
  ready: boolean;
  /** By subgraph. */
  subgraphs: Record<string, boolean>;
}

/** Knows how the gateway does. */
export interface Health {
  state(): Promise<HealthState>;
  /** From now on not ready: balancers send nobody new. */
  drain(): void;
}

/** Where the subgraphs are. */
export interface HealthSources {
  /** Those in this process, by name, and whether each has its database. */
  local: ReadonlyMap<string, () => Promise<boolean>>;
  /** Name and URL of each elsewhere; none for foreign graphs, whose health is not ours to tell. */
  remote: () => ReadonlyMap<string, string>;
  /** The ways to them. */
  sources: () => Sources;
  log: Log;
}

/** How long one look at a subgraph counts, and the longest it may take, in milliseconds. */
const looksMillis = 1_000;
const lookMillis = 1_500;

/**
 * Watches the subgraphs: those in this process have their database; those elsewhere each say that they are ready, and
 * answer what this gateway signs.
 */
export function createHealth({ local, remote, sources, log }: HealthSources): Health {
  let draining = false;
  const note = changeLog(log);
  let last: { at: number; subgraphs: Promise<Record<string, boolean>> } | null = null;
  const look = async (): Promise<Record<string, boolean>> => {
    const ways = sources();
    const seen = [...remote()].map(async ([name, url]): Promise<[string, boolean]> => {
      try {
        await Promise.all([saysReady(url), answers(ways, name)]);
        note(name, true);
        return [name, true];
      } catch (error) {
        note(name, false, error);
        return [name, false];
      }
    });
    const here = [...local].map(async ([name, ready]): Promise<[string, boolean]> => {
      const isReady = await ready();
      note(name, isReady);
      return [name, isReady];
    });
    return Object.fromEntries(await Promise.all([...here, ...seen]));
  };
  return {
    state: async () => {
      const now = Date.now();
      if (!last || now - last.at > looksMillis) last = { at: now, subgraphs: look() };
      const subgraphs = await last.subgraphs;
      return { ready: !draining && Object.values(subgraphs).every(Boolean), subgraphs };
    },
    drain: () => {
      draining = true;
    },
  };
}

/** Logs once when a subgraph is no longer ready, with the reason, and once when it is again; the rest for who looks closer. */
function changeLog(log: Log): (subgraph: string, isReady: boolean, error?: unknown) => void {
  const states = new Map<string, boolean>();
  return (subgraph, isReady, error) => {
    const wasReady = states.get(subgraph) ?? true;
    states.set(subgraph, isReady);
    if (isReady && !wasReady) log.info({ subgraph }, 'subgraph ready again');
    else if (!isReady && wasReady) log.warn({ subgraph, error }, 'subgraph not ready');
    else if (!isReady) log.debug({ subgraph, error }, 'subgraph still not ready');
  };
}

/** What a subgraph says of itself: that it is not stopping, and has its database. */
async function saysReady(url: string): Promise<void> {
  const response = await fetch(new URL('/health/ready', url), {
    signal: AbortSignal.timeout(lookMillis),
    redirect: 'error',
  });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
}

/** One question that costs nothing, signed as any other: the keys agree, and GraphQL is spoken. */
async function answers(sources: Sources, name: string): Promise<void> {
  const answer = await sources.get(name)?.ask(
    { query: '{ __typename }', variables: {} },
    {
      viewer: visitor(newId()),
      signal: AbortSignal.timeout(lookMillis),
      deadline: Date.now() + lookMillis,
    },
  );
  if (answer?.data?.['__typename'] !== 'Query') throw new Error('There was no answer.');
}
