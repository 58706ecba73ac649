/** One subscription at the owning subgraph, for all who ask the same; taken up again after the last event when lost. */
import { setTimeout as pause } from 'node:timers/promises';

import type { Log } from '#kit/log.ts';
import type { Viewer } from '#kit/viewer.ts';
import { beginsAfter, cursorOf, feedRequest, type FeedPlan } from './feed-plan.ts';
import { SubgraphFault, type SubgraphAnswer, type SubgraphSource } from '../sources/source.ts';

/** Who takes an upstream's events. */
export interface Taker {
  take(answer: SubgraphAnswer): void;
  /** The feed is over: complete, or lost for good. */
  over(lost: boolean): void;
}

/** What is subscribed to. */
export interface UpstreamOptions {
  plan: FeedPlan;
  variables: Record<string, unknown>;
  viewer: Viewer;
  source: SubgraphSource;
  log: Log;
}

/** How often in a row a lost feed is tried again, and how long the first and the longest wait are, in milliseconds. */
const tries = 12;
const firstWaitMillis = 100;
const longestWaitMillis = 5_000;

/** A running upstream. */
export class Upstream {
  readonly takers = new Set<Taker>();
  readonly #options: UpstreamOptions;
  readonly #stop = new AbortController();
  #feed: AsyncIterableIterator<SubgraphAnswer> | null = null;
  #cursor: string | null = null;
  #begun = false;
  #failures = 0;
  #done = false;

  constructor(options: UpstreamOptions) {
    this.#options = options;
  }

  /** Where it is subscribed to. */
  get source(): SubgraphSource {
    return this.#options.source;
  }

  /** Whether an event came: who joins now misses what a client with a cursor was promised. */
  get begun(): boolean {
    return this.#begun;
  }

  /** Whether it is over: who joins now hears nothing more. */
  get done(): boolean {
    return this.#done;
  }

  /** Runs until the feed is over or stopped; never rejects. */
  async run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        await this.#follow();
        this.#over(false);
        return;
      } catch (error) {
        if (!(await this.#mayRetry(error))) return;
      }
    }
  }

  /** Ends the subscription at the subgraph. */
  stop(): void {
    this.#done = true;
    this.#stop.abort();
    this.#feed?.return?.().catch(() => {});
  }

  async #follow(): Promise<void> {
    const { plan, variables, viewer, source } = this.#options;
    this.#feed = source.follow(feedRequest(plan, variables, this.#cursor), viewer);
    for await (const answer of this.#feed) {
      if (this.#stop.signal.aborted) return;
      this.#begun = true;
      this.#failures = 0;
      this.#cursor = (answer.data && cursorOf(plan, answer.data)) ?? this.#cursor;
      for (const taker of this.takers) taker.take(answer);
    }
  }

  /** Without a cursor nobody can say what was missed: then the feed ends, and the client asks anew. */
  async #mayRetry(error: unknown): Promise<boolean> {
    if (this.#stop.signal.aborted) return false;
    const { plan, variables, log } = this.#options;
    const known = this.#cursor ?? beginsAfter(plan, variables);
    if (!(error instanceof SubgraphFault)) log.error({ error }, 'a feed broke');
    this.#failures += 1;
    if (known === null || this.#failures > tries) {
      this.#over(true);
      return false;
    }
    const wait = Math.min(firstWaitMillis * 2 ** (this.#failures - 1), longestWaitMillis);
    // Jitter, so that not every feed of a subgraph that comes back knocks at once.
    await pause(wait * (0.5 + Math.random() / 2), null, { signal: this.#stop.signal }).catch(
      () => {},
    );
    return !this.#stop.signal.aborted;
  }

  #over(lost: boolean): void {
    this.#done = true;
    for (const taker of this.takers) taker.over(lost);
  }
}
