/** Subscribers who see the same: each event is completed once and handed to all of them, in order. */
import type { ExecutionResult } from 'graphql';

import type { Log } from '#kit/log.ts';
import { traced } from '#kit/trace.ts';
import type { Viewer } from '#kit/viewer.ts';
import { callOf } from '../call.ts';
import type { GatewayConfig } from '../config.ts';
import { executePlan, type Sources } from '../execution/execution.ts';
import type { FeedPlan } from './feed-plan.ts';
import { parcel, type Sink } from './sink.ts';
import type { SubgraphAnswer, SubgraphSource } from '../sources/source.ts';
import {
  failed,
  formatted,
  type CheckedOperation,
  type FormatError,
  type Served,
} from '../operation.ts';
import type { Taker, Upstream } from './upstream.ts';

/** What a group stands on. */
export interface FeedGroupOptions {
  asked: CheckedOperation;
  plan: FeedPlan;
  /** As whom events are asked for and completed. */
  viewer: Viewer;
  upstream: Upstream;
  config: GatewayConfig;
  log: Log;
  format: FormatError;
  /** Notes how long an event took from its publication to one subscriber, in milliseconds. */
  lag: (millis: number) => void;
  /** Called once, when nobody is left or the feed is over. */
  ended: () => void;
}

/** How many events may wait to be completed before the feed is given up. */
const mostPending = 10_000;

/** Subscribers of one feed who see the same. */
export class FeedGroup implements Taker {
  readonly sinks = new Set<Sink>();
  readonly asked: CheckedOperation;
  readonly viewer: Viewer;
  readonly upstream: Upstream;
  plan: FeedPlan;
  #served: Served;
  #begun = false;
  #over = false;
  #pending: SubgraphAnswer[] = [];
  #completing = 0;
  /** Deliveries in the order of events, however long each takes to complete. */
  #delivered: Promise<void> = Promise.resolve();
  readonly #options: FeedGroupOptions;

  constructor(options: FeedGroupOptions) {
    this.#options = options;
    this.asked = options.asked;
    this.viewer = options.viewer;
    this.upstream = options.upstream;
    this.plan = options.plan;
    this.#served = options.asked.served;
  }

  /** Whether an event was taken: who joins now misses it. */
  get begun(): boolean {
    return this.#begun;
  }

  /** Bytes that wait for subscribers. */
  get queuedBytes(): number {
    let bytes = 0;
    for (const sink of this.sinks) bytes += sink.bytes;
    return bytes;
  }

  join(sink: Sink): void {
    this.sinks.add(sink);
  }

  leave(sink: Sink): void {
    if (this.sinks.delete(sink) && this.sinks.size === 0 && !this.#over) this.#close();
  }

  take(answer: SubgraphAnswer): void {
    this.#begun = true;
    this.#pending.push(answer);
    if (this.#pending.length > mostPending) {
      const { format } = this.#options;
      this.end(failed(format, 'Events came faster than they could be completed.', 'SLOW_CONSUMER'));
    } else this.#pump();
  }

  over(lost: boolean): void {
    const { format } = this.#options;
    const message = 'The source of this feed was lost; subscribe again.';
    const last = lost ? failed(format, message, 'SUBSCRIPTION_UPSTREAM_CLOSED') : undefined;
    // Behind what is still being completed.
    this.#whenIdle(() => this.end(last));
  }

  /** Goes on under another supergraph. */
  swap(served: Served, plan: FeedPlan): void {
    this.#served = served;
    this.plan = plan;
  }

  /** Ends every subscriber's feed. */
  end(last?: ExecutionResult): void {
    if (this.#over) return;
    this.#over = true;
    this.#pending = [];
    for (const sink of this.sinks) sink.end(last);
    this.sinks.clear();
    this.#options.ended();
  }

  #close(): void {
    this.#over = true;
    this.#pending = [];
    this.#options.ended();
  }

  #pump(): void {
    while (this.#completing < this.#options.config.feedCompletions) {
      const answer = this.#pending.shift();
      if (!answer) return;
      this.#completing += 1;
      const since = answer.publishedAt ?? Date.now();
      const completed = this.#complete(answer);
      this.#delivered = this.#delivered
        .then(() => completed)
        .then((result) => {
          const ready = parcel(result, () => this.#options.lag(Date.now() - since));
          for (const sink of this.sinks) sink.push(ready);
        })
        .finally(() => {
          this.#completing -= 1;
          this.#pump();
        });
    }
  }

  #whenIdle(then: () => void): void {
    void this.#delivered.then(() => {
      if (this.#pending.length > 0 || this.#completing > 0) this.#whenIdle(then);
      else then();
    });
  }

  /** Never rejects. Events pass no server's masking, so their errors are masked here. */
  async #complete(answer: SubgraphAnswer): Promise<ExecutionResult> {
    const { config, log, format } = this.#options;
    const { supergraph, sources } = this.#served;
    const { document, operationName, variables } = this.asked;
    try {
      const result = await traced('graphql.event', { alone: true }, () =>
        executePlan(
          supergraph,
          answeredBy(sources, this.plan, answer),
          {
            plan: this.plan.replay,
            document,
            operationName,
            variables,
            strict: !config.open,
            call: callOf(this.viewer, { signal: AbortSignal.timeout(config.requestTimeoutMillis) }),
          },
          log,
        ),
      );
      const { errors, ...others } = result;
      return errors
        ? { ...others, errors: errors.map((error) => formatted(format, error)) }
        : result;
    } catch (error) {
      return { data: null, errors: [formatted(format, error)] };
    }
  }
}

/** The same sources, with the event in place of the primary's answer; its own, since execution writes into it. */
function answeredBy(sources: Sources, { primary }: FeedPlan, answer: SubgraphAnswer): Sources {
  const source = sources.get(primary.serviceName);
  if (!source) return sources;
  let replayed = false;
  const replaying: SubgraphSource = {
    ...source,
    ask: (request, asking) => {
      if (replayed || request.query !== primary.operation) return source.ask(request, asking);
      replayed = true;
      return Promise.resolve(structuredClone(answer));
    },
  };
  return new Map([...sources, [primary.serviceName, replaying]]);
}
