/** Live feeds: one upstream for equal questions, one completion of each event for equal viewers, a queue for each subscriber. */
import { createHash } from 'node:crypto';

import { GraphQLError, Kind, specifiedRules, validate, type ExecutionResult } from 'graphql';

import type { Log } from '#kit/log.ts';
import { untraced } from '#kit/trace.ts';
import { visitor, type Viewer } from '#kit/viewer.ts';
import { allow, hasDemands } from '../identity/authorization.ts';
import { identityOf, type Call } from '../call.ts';
import type { GatewayConfig } from '../config.ts';
import { beginsAfter, planFeed, type FeedPlan } from './feed-plan.ts';
import { FeedGroup } from './feed-group.ts';
import { failed, type CheckedOperation, type FormatError, type Served } from '../operation.ts';
import { Sink } from './sink.ts';
import { Tally } from './tally.ts';
import { untilTokenEnds } from './term.ts';
import { Upstream } from './upstream.ts';

/** What feeds tell the metrics. */
export interface FeedFigures {
  subscribers: number;
  groups: number;
  upstreams: number;
  queuedBytes: number;
}

/** Runs live feeds. */
export interface Feeds {
  /** Starts one and puts it in the call's place for it. */
  start(asked: CheckedOperation): Promise<ExecutionResult>;
  /** Swaps what completes each event where what is subscribed to stays the same; ends the other feeds. */
  reload(served: Served): void;
  figures(): FeedFigures;
  stop(): void;
}

/** The tag on a subscription field whose events, with all that is selected of them, are the same for everybody. */
export const publicTag = 'public';

/** Makes the gateway's feeds. */
export function createFeeds(
  config: GatewayConfig,
  log: Log,
  format: FormatError,
  lag: (millis: number) => void,
): Feeds {
  /** Every feed that runs. */
  const groups = new Set<FeedGroup>();
  /** Those that somebody else may join: of several that began after the same cursor, the newest. */
  const joinable = new Map<string, FeedGroup>();
  const upstreams = new Map<string, Upstream>();
  const byViewer = new Tally();
  const limits = { bytes: config.feedQueueBytes, millis: config.feedQueueMillis };
  const error = (message: string, code: string): ExecutionResult => failed(format, message, code);

  const open = (asked: CheckedOperation, plan: FeedPlan): FeedGroup => {
    const viewer = sharedViewer(asked, plan);
    const key = keyOf([asked.queryHash, asked.operationName, asked.variables, identityOf(viewer)]);
    const known = joinable.get(key);
    const resumes = beginsAfter(plan, asked.variables) !== null;
    if (known && !(resumes && known.begun)) return known;
    const upstream = upstreamOf(asked, plan, viewer, resumes);
    const group = new FeedGroup({
      asked,
      plan,
      viewer,
      upstream,
      config,
      log,
      format,
      lag,
      ended: () => close(key, group),
    });
    groups.add(group);
    joinable.set(key, group);
    upstream.takers.add(group);
    return group;
  };

  const upstreamOf = (
    asked: CheckedOperation,
    plan: FeedPlan,
    viewer: Viewer,
    resumes: boolean,
  ): Upstream => {
    const { primary } = plan;
    const usages = primary.variableUsages ?? [];
    const used = usages.map((name) => [name, asked.variables[name]]);
    const key = keyOf([primary.serviceName, primary.operation, used, identityOf(viewer)]);
    const known = upstreams.get(key);
    if (known && !known.done && !(resumes && known.begun)) return known;
    const source = asked.served.sources.get(primary.serviceName);
    if (!source) throw new Error(`There is no subgraph ${primary.serviceName}.`);
    const upstream = new Upstream({ plan, variables: asked.variables, viewer, source, log });
    upstreams.set(key, upstream);
    void untraced(() => upstream.run()).finally(() => {
      if (upstreams.get(key) === upstream) upstreams.delete(key);
    });
    return upstream;
  };

  const close = (key: string, group: FeedGroup): void => {
    groups.delete(group);
    if (joinable.get(key) === group) joinable.delete(key);
    group.upstream.takers.delete(group);
    if (group.upstream.takers.size > 0) return;
    group.upstream.stop();
    for (const [other, upstream] of upstreams)
      if (upstream === group.upstream) upstreams.delete(other);
  };

  const refuseTooMany = (call: Call): void => {
    // Programs in this process mind their own.
    if (config.open || call.transport === 'PROCESS') return;
    if (byViewer.of(askerOf(call)) < config.viewerFeeds) return;
    throw new GraphQLError(`One viewer follows at most ${config.viewerFeeds} feeds at a time.`, {
      extensions: { code: 'TOO_MANY_OPERATIONS', http: { status: 429 } },
    });
  };

  const subscribe = (group: FeedGroup, call: Call): Sink => {
    const stopWaiting = untilTokenEnds(call, () =>
      sink.end(error('The access token has expired; sign in again.', 'UNAUTHENTICATED')),
    );
    const uncount = byViewer.add(askerOf(call));
    const sink: Sink = new Sink(
      limits,
      () => {
        stopWaiting();
        uncount();
        group.leave(sink);
      },
      () => error('Events came faster than they were taken; subscribe again.', 'SLOW_CONSUMER'),
    );
    group.join(sink);
    return sink;
  };

  return {
    start: async (asked) => {
      const { feedPlace } = asked.call;
      if (!feedPlace)
        throw new GraphQLError('Subscriptions need graphql-transport-ws or server-sent events.', {
          extensions: { code: 'SUBSCRIPTION_NOT_SUPPORTED', http: { status: 400 } },
        });
      refuseTooMany(asked.call);
      const { served, document, operationName } = asked;
      const plan = planFeed(served.supergraph, asked.allowed.document ?? document, operationName);
      feedPlace.feed = subscribe(open(asked, plan), asked.call);
      return { data: null };
    },
    reload: (served) => {
      for (const group of groups) {
        const plan = replanned(served, group);
        if (plan) group.swap(served, plan);
        else
          group.end(error('The graph has changed; subscribe again.', 'SUBSCRIPTION_SCHEMA_RELOAD'));
      }
    },
    figures: () => {
      const all = [...groups];
      return {
        subscribers: all.reduce((sum, group) => sum + group.sinks.size, 0),
        groups: groups.size,
        upstreams: new Set(all.map(({ upstream }) => upstream)).size,
        queuedBytes: all.reduce((sum, group) => sum + group.queuedBytes, 0),
      };
    },
    stop: () => {
      for (const group of groups)
        group.end(error('The gateway is stopping; subscribe again.', 'SUBSCRIPTION_CLOSED'));
    },
  };
}

/** Everybody shares a public feed as a visitor, unless it selects something that not everybody may see. */
function sharedViewer(
  { served, document, variables, call, operationName }: CheckedOperation,
  plan: FeedPlan,
): Viewer {
  const { supergraph } = served;
  const tags = supergraph.marks.tags.get(`Subscription.${plan.field}`) ?? [];
  if (!tags.includes(publicTag)) return call.viewer;
  const operation = operationIn(document, operationName);
  const demanding = operation && hasDemands(supergraph, { document, operation, variables });
  return demanding ? call.viewer : visitor(call.viewer.requestId);
}

function operationIn(document: CheckedOperation['document'], operationName: string | undefined) {
  for (const each of document.definitions)
    if (
      each.kind === Kind.OPERATION_DEFINITION &&
      (operationName === undefined || each.name?.value === operationName)
    )
      return each;
  return null;
}

/** The plan under another supergraph, or null where the running subscription cannot go on under it. */
function replanned(served: Served, { asked, plan, viewer, upstream }: FeedGroup): FeedPlan | null {
  const { document, operationName, variables } = asked;
  try {
    if (validate(served.supergraph.apiSchema, document, specifiedRules).length > 0) return null;
    const operation = operationIn(document, operationName);
    if (!operation) return null;
    const { refused } = allow(served.supergraph, { document, operation, variables }, viewer);
    const next = refused.length === 0 && planFeed(served.supergraph, document, operationName);
    const { primary } = plan;
    const same =
      next &&
      next.primary.operation === primary.operation &&
      next.primary.serviceName === primary.serviceName &&
      // Elsewhere now: the way to where it was is closed.
      served.sources.get(primary.serviceName) === upstream.source;
    return same ? next : null;
  } catch {
    return null;
  }
}

/** Who is counted: a user, or all visitors of an address. */
function askerOf({ viewer, address }: Call): string {
  return viewer.userId ?? `visitor ${address ?? ''}`;
}

function keyOf(parts: unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64');
}
