/** Where a request's time goes, from the gateway through a subgraph to the database: OpenTelemetry's spans, where an endpoint takes them. */
import { AsyncLocalStorage } from 'node:async_hooks';

import type * as Api from '@opentelemetry/api';
import type { Attributes, Context, Span, SpanContext, Tracer } from '@opentelemetry/api';
import type { MongoClient } from 'mongodb';

import { optional, readConfig, type Environment, type Setting } from './config.ts';
import type { Log } from './log.ts';

/** The header that carries a trace to the next service, as W3C has it. */
export const traceHeader = 'traceparent';

/** Sends spans until it is stopped. */
export interface Tracing {
  /** Sends what is left, for a few seconds at most. */
  stop(): Promise<void>;
}

/** What a span is. */
export interface Step {
  /** How it looks from this process; INTERNAL when not said. */
  kind?: 'INTERNAL' | 'SERVER' | 'CLIENT';
  /** Names and figures alone: no text of an operation, no variable, nothing of a person. */
  attributes?: Attributes;
  /** Value of `traceHeader` from a service that is believed; without one the span belongs to the one around it. */
  parent?: string | undefined;
  /** Begins a trace of its own, whatever is around it. */
  alone?: boolean;
}

interface Active {
  api: typeof Api;
  tracer: Tracer;
}

let active: Active | null = null;
const around = new AsyncLocalStorage<Span | null>();

/** How long one batch of spans may take to be sent, in milliseconds. */
const sendMillis = 3_000;

/** How often a failure to send is told at most, in milliseconds. */
const tellMillis = 60_000;

/**
 * Traces this process where `OTEL_EXPORTER_OTLP_ENDPOINT` (none) names an OTLP/HTTP receiver; without one nothing is loaded
 * and nothing is traced. Read as well: `OTEL_EXPORTER_OTLP_HEADERS` (`name=value,…`), `OTEL_SERVICE_NAME` and
 * `OTEL_TRACES_SAMPLER_ARG`, the part of traces that is kept, 0 to 1 (1). To be called before databases are opened.
 *
 * @param service the name of this process where the environment gives none
 * @throws {ConfigError} naming every variable that is malformed
 */
export async function startTracing(
  service: string,
  environment: Environment,
  log: Log,
): Promise<Tracing> {
  const read = readConfig(environment, {
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_EXPORTER_OTLP_HEADERS: headers,
    OTEL_SERVICE_NAME: optional(),
    OTEL_TRACES_SAMPLER_ARG: ratio,
  });
  const url = read.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (url === null) return { stop: async () => {} };
  const [api, sdk, { OTLPTraceExporter }, { resourceFromAttributes }] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
  ]);
  const sent = new OTLPTraceExporter({
    url,
    headers: read.OTEL_EXPORTER_OTLP_HEADERS,
    timeoutMillis: sendMillis,
  });
  const exporter: Pick<typeof sent, 'export' | 'shutdown' | 'forceFlush'> = {
    export: (spans, done) =>
      sent.export(spans, (result) => {
        if (result.error) tell(log, result.error);
        done(result);
      }),
    shutdown: () => sent.shutdown(),
    forceFlush: () => sent.forceFlush(),
  };
  const provider = new sdk.TracerProvider({
    resource: resourceFromAttributes({ 'service.name': read.OTEL_SERVICE_NAME ?? service }),
    sampler: new sdk.ParentBasedSampler({
      root: new sdk.TraceIdRatioBasedSampler(read.OTEL_TRACES_SAMPLER_ARG),
    }),
    spanProcessors: [
      new sdk.BatchSpanProcessor({
        exporter,
        scheduledDelayMillis: 1_000,
        exportTimeoutMillis: sendMillis,
      }),
    ],
  });
  const own: Active = { api, tracer: provider.getTracer('open-cloud-alliance') };
  active = own;
  return {
    stop: async () => {
      if (active === own) active = null;
      await provider.shutdown().catch((error: unknown) => tell(log, error));
    },
  };
}

/** Whether this process is traced. */
export function isTracing(): boolean {
  return active !== null;
}

/** Runs work as a span; an error that it throws is noted by its kind and not by its text. */
export async function traced<Result>(
  name: string,
  step: Step,
  work: () => Promise<Result>,
): Promise<Result> {
  if (!active) return work();
  const { api, tracer } = active;
  const { kind = 'INTERNAL', attributes = {} } = step;
  const options = { kind: api.SpanKind[kind], attributes };
  const span = tracer.startSpan(name, options, contextOf(api, step));
  try {
    return await around.run(span, work);
  } catch (error) {
    fail(span, error);
    throw error;
  } finally {
    span.end();
  }
}

/** Runs work outside of any span: for what goes on after the request that began it. */
export function untraced<Result>(work: () => Result): Result {
  return around.run(null, work);
}

/** Notes something on the span around, where there is one. */
export function note(attributes: Attributes): void {
  around.getStore()?.setAttributes(attributes);
}

/** The id of the trace around, 32 hexadecimal digits; null where there is none. */
export function currentTrace(): string | null {
  return around.getStore()?.spanContext().traceId ?? null;
}

/** Headers that carry the trace around to another service; none where there is no trace. */
export function traceHeaders(): Record<string, string> {
  const context = around.getStore()?.spanContext();
  if (!context) return {};
  const flags = context.traceFlags.toString(16).padStart(2, '0');
  return { [traceHeader]: `00-${context.traceId}-${context.spanId}-${flags}` };
}

/** Makes spans of a client's commands, within the spans that ask for them; the client must have `monitorCommands`. */
export function traceDatabase(client: MongoClient): void {
  const open = new Map<number, Span>();
  client.on('commandStarted', ({ requestId, commandName, databaseName, command }) => {
    const parent = around.getStore();
    if (!active || !parent) return;
    const { api, tracer } = active;
    const target: unknown = command[commandName];
    const collection = typeof target === 'string' ? target : null;
    const span = tracer.startSpan(
      collection === null ? commandName : `${commandName} ${collection}`,
      {
        kind: api.SpanKind.CLIENT,
        attributes: {
          'db.system.name': 'mongodb',
          'db.namespace': databaseName,
          'db.operation.name': commandName,
          ...(collection !== null && { 'db.collection.name': collection }),
        },
      },
      api.trace.setSpan(api.ROOT_CONTEXT, parent),
    );
    open.set(requestId, span);
  });
  const end = (requestId: number, failure?: unknown): void => {
    const span = open.get(requestId);
    if (!span) return;
    open.delete(requestId);
    if (failure !== undefined) fail(span, failure);
    span.end();
  };
  client.on('commandSucceeded', ({ requestId }) => end(requestId));
  client.on('commandFailed', ({ requestId, failure }) => end(requestId, failure));
}

function contextOf(api: typeof Api, { parent, alone = false }: Step): Context {
  const remote = parent === undefined ? null : spanContextOf(parent);
  if (remote) return api.trace.setSpanContext(api.ROOT_CONTEXT, remote);
  const span = alone ? null : around.getStore();
  return span ? api.trace.setSpan(api.ROOT_CONTEXT, span) : api.ROOT_CONTEXT;
}

/**
 * The span that a `traceparent` names, or null when it names none.
 *
 * @see https://www.w3.org/TR/trace-context/#traceparent-header
 */
export function spanContextOf(header: string): SpanContext | null {
  const [, traceId, spanId, flags] =
    /^00-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})$/.exec(header) ?? [];
  if (!traceId || !spanId || !flags) return null;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true };
}

/** Notes what kind of error ended a span; its text may say what nobody else is to read. */
function fail(span: Span, error: unknown): void {
  span.setAttribute('error.type', kindOf(error));
  if (active) span.setStatus({ code: active.api.SpanStatusCode.ERROR });
}

function kindOf(error: unknown): string {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : null;
  if (typeof code === 'string' || typeof code === 'number') return String(code);
  return error instanceof Error ? error.name : 'unknown';
}

let toldAt = 0;

function tell(log: Log, error: unknown): void {
  if (Date.now() - toldAt < tellMillis) return;
  toldAt = Date.now();
  log.warn({ error }, 'spans cannot be sent');
}

const endpoint: Setting<string | null> = (value) => {
  if (value === undefined) return null;
  if (!URL.canParse(value)) throw new Error('must be a URL');
  return `${value.replace(/\/+$/, '')}/v1/traces`;
};

const headers: Setting<Record<string, string>> = (value = '') =>
  Object.fromEntries(
    value
      .split(',')
      .filter((each) => each.trim() !== '')
      .map((each) => {
        const [name = '', ...rest] = each.split('=');
        if (name.trim() === '' || rest.length === 0) throw new Error('must be name=value,…');
        return [name.trim(), decodeURIComponent(rest.join('=').trim())];
      }),
  );

const ratio: Setting<number> = (value = '1') => {
  const number = Number(value);
  if (!(number >= 0 && number <= 1)) throw new Error('must be a number from 0 to 1');
  return number;
};
