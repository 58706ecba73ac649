/** A small OTLP/HTTP receiver: takes spans as a collector would, and gives them back as plain records. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A span that was received. */
export interface ReceivedSpan {
  traceId: string;
  spanId: string;
  /** Null for the first of a trace. */
  parentSpanId: string | null;
  name: string;
  /** The service that sent it. */
  service: string;
  attributes: Record<string, unknown>;
}

/** The receiver. */
export interface SpanReceiver {
  /** What `OTEL_EXPORTER_OTLP_ENDPOINT` is to be. */
  url: string;
  /** Every span so far. */
  spans: ReceivedSpan[];
  /** Everything that was received, as text: all but what is drawn or counted anew each time, which holds any digits. */
  text(): string;
  stop(): Promise<void>;
}

interface Attribute {
  key: string;
  value: Record<string, unknown>;
}

interface Sent {
  resourceSpans: {
    resource: { attributes: Attribute[] };
    scopeSpans: {
      spans: {
        traceId: string;
        spanId: string;
        parentSpanId?: string;
        name: string;
        attributes: Attribute[];
      }[];
    }[];
  }[];
}

/** Starts a receiver on a free port. */
export async function startSpanReceiver(): Promise<SpanReceiver> {
  const bodies: string[] = [];
  const spans: ReceivedSpan[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      bodies.push(body);
      if (request.url === '/v1/traces') spans.push(...spansOf(JSON.parse(body) as Sent));
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    spans,
    text: () => bodies.map(withoutNumbers).join('\n'),
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Names of what is drawn by chance, and of what a clock says. */
const drawn = /(?:Id|UnixNano)$/u;

function withoutNumbers(body: string): string {
  const rest: unknown = JSON.parse(body, (name, value: unknown) =>
    drawn.test(name) || isDrawn(value) ? undefined : value,
  );
  return JSON.stringify(rest);
}

/** Whether it is the attribute that names a request. */
function isDrawn(value: unknown): boolean {
  return Object(value)['key'] === 'oca.request_id';
}

function spansOf({ resourceSpans }: Sent): ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = String(recordOf(resource.attributes)['service.name']);
    return scopeSpans
      .flatMap((scope) => scope.spans)
      .map(({ traceId, spanId, parentSpanId, name, attributes }) => ({
        traceId,
        spanId,
        parentSpanId: parentSpanId || null,
        name,
        service,
        attributes: recordOf(attributes),
      }));
  });
}

function recordOf(attributes: readonly Attribute[]): Record<string, unknown> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [key, Object.values(value)[0]] as const),
  );
}

/** Names of a span and all above it, innermost first. */
export function lineage(spans: readonly ReceivedSpan[], span: ReceivedSpan): string[] {
  const above = spans.find(
    ({ spanId, traceId }) => spanId === span.parentSpanId && traceId === span.traceId,
  );
  return [span.name, ...(above ? lineage(spans, above) : [])];
}
