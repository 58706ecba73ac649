/** What the gateway counts, in Prometheus' words. Labels come from closed lists, never from a client. */
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

import type { Call } from '../call.ts';
import type { FeedFigures } from '../feeds/feeds.ts';

/** The gateway's figures. */
export interface Metrics {
  /** Notes an operation that has been answered. */
  answered(answered: Answered): void;
  /** Notes how long an event took from its publication to one subscriber. */
  delivered(millis: number): void;
  inFlight: Gauge;
  /** Media type and text of a scrape. */
  scrape(): Promise<{ type: string; text: string }>;
}

/** An operation that has been answered. */
export interface Answered {
  call: Call;
  kind: string;
  /** As the client calls it; counted by its own name when it is a known one. */
  name: string | null;
  codes: readonly string[];
  millis: number;
}

/** What is asked for at each scrape. */
export interface MetricsSources {
  feeds: () => FeedFigures;
  sockets: () => number;
  plans: () => { kept: number; found: number; made: number };
}

const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Lags of feeds reach from one machine to a subscriber that was away for a while. */
const lagSeconds = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** What an operation is counted as whose name is not known: names come from clients, and there is no end of them. */
const otherName = 'other';

/**
 * Starts counting.
 *
 * @param known names of operations that are counted each by itself
 */
export function createMetrics(sources: MetricsSources, known: ReadonlySet<string>): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 20 });
  const registers = [registry];
  const operations = new Histogram({
    name: 'oca_gateway_operation_seconds',
    help: 'Time to answer an operation.',
    labelNames: ['kind', 'transport', 'outcome', 'operation'],
    buckets: seconds,
    registers,
  });
  const subgraphs = new Histogram({
    name: 'oca_gateway_subgraph_seconds',
    help: 'Time spent in one subgraph for one operation.',
    labelNames: ['subgraph'],
    buckets: seconds,
    registers,
  });
  const errors = new Counter({
    name: 'oca_gateway_errors_total',
    help: 'Errors in answers, by code.',
    labelNames: ['code'],
    registers,
  });
  const inFlight = new Gauge({
    name: 'oca_gateway_operations_in_flight',
    help: 'Operations being answered.',
    registers,
  });
  const lag = new Histogram({
    name: 'oca_gateway_feed_lag_seconds',
    help: 'Time from the publication of an event to its delivery to one subscriber.',
    buckets: lagSeconds,
    registers,
  });
  gauges(registers, sources);
  plansCounter(registers, sources);
  return {
    answered: ({ call, kind, name, codes, millis }) => {
      const outcome = codes.length === 0 ? 'ok' : 'errors';
      const operation = name !== null && known.has(name) ? name : otherName;
      const { transport } = call;
      operations.observe({ kind, transport, outcome, operation }, millis / 1000);
      for (const code of codes) errors.inc({ code });
      for (const [subgraph, spent] of call.spent)
        subgraphs.observe({ subgraph }, spent.millis / 1000);
    },
    delivered: (millis) => lag.observe(millis / 1000),
    inFlight,
    scrape: async () => ({ type: registry.contentType, text: await registry.metrics() }),
  };
}

function gauges(registers: Registry[], { feeds, sockets, plans }: MetricsSources): void {
  const figures: [name: string, help: string, read: () => number][] = [
    ['oca_gateway_feed_subscribers', 'Subscribers of live feeds.', () => feeds().subscribers],
    ['oca_gateway_feed_groups', 'Distinct live feeds.', () => feeds().groups],
    ['oca_gateway_feed_upstreams', 'Subscriptions at subgraphs.', () => feeds().upstreams],
    [
      'oca_gateway_feed_queued_bytes',
      'Bytes that wait for subscribers.',
      () => feeds().queuedBytes,
    ],
    ['oca_gateway_sockets', 'Open WebSockets.', sockets],
    ['oca_gateway_plans_cached', 'Plans kept.', () => plans().kept],
  ];
  for (const [name, help, read] of figures) gaugeOf(registers, name, help, read);
}

/** Since the supergraph that is served: a reload begins anew, as a restart does. */
function plansCounter(registers: Registry[], { plans }: MetricsSources): Counter {
  return new Counter({
    name: 'oca_gateway_plans_total',
    help: 'Plans that were asked for, by whether they were kept already.',
    labelNames: ['cache'],
    registers,
    collect() {
      const { found, made } = plans();
      this.reset();
      this.inc({ cache: 'hit' }, found);
      this.inc({ cache: 'miss' }, made);
    },
  });
}

function gaugeOf(registers: Registry[], name: string, help: string, read: () => number): Gauge {
  return new Gauge({
    name,
    help,
    registers,
    collect() {
      this.set(read());
    },
  });
}
