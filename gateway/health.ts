/** Whether the gateway can do its work: the truth, not a hope. */
import type { Log } from '#kit/log.ts';

/** What `/health/ready` says. */
export interface HealthState {
  ready: boolean;
  /** By subgraph that runs elsewhere. */
  subgraphs: Record<string, boolean>;
}

/** Knows how the gateway does. */
export interface Health {
  state(): Promise<HealthState>;
  /** From now on not ready: balancers send nobody new. */
  drain(): void;
}

/** How long one look at a subgraph counts, and the longest it may take, in milliseconds. */
const looksMillis = 2_000;
const lookMillis = 1_500;

/**
 * Watches the subgraphs that run elsewhere.
 *
 * @param remote name and URL of each; none for foreign graphs, whose health is not ours to tell
 */
export function createHealth(remote: () => ReadonlyMap<string, string>, log: Log): Health {
  let draining = false;
  let last: { at: number; subgraphs: Promise<Record<string, boolean>> } | null = null;
  const look = async (): Promise<Record<string, boolean>> => {
    const seen = [...remote()].map(async ([name, url]) => [name, await isReady(name, url, log)]);
    return Object.fromEntries(await Promise.all(seen)) as Record<string, boolean>;
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

async function isReady(name: string, url: string, log: Log): Promise<boolean> {
  try {
    const response = await fetch(new URL('/health/ready', url), {
      signal: AbortSignal.timeout(lookMillis),
      redirect: 'error',
    });
    await response.body?.cancel();
    return response.ok;
  } catch (error) {
    log.debug({ error, subgraph: name }, 'subgraph not ready');
    return false;
  }
}
