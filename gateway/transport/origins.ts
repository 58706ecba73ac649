/** From which pages the gateway may be called. */
import type { IncomingMessage, ServerResponse } from 'node:http';

import type { GatewayConfig } from '../config.ts';

/** Judges requests by the page they come from. */
export interface Origins {
  /** Whether a page may call: the gateway's own, one that is listed, or no page at all. */
  mayCall: (request: IncomingMessage) => boolean;
  /** Tells a browser that a listed page may call; for any other it keeps the answer from the page. */
  allow(request: IncomingMessage, response: ServerResponse): void;
}

/** Judges by `ALLOWED_ORIGINS`. */
export function createOrigins({ allowedOrigins, open }: GatewayConfig): Origins {
  const listed = new Set(allowedOrigins);
  return {
    mayCall: (request) => {
      const { origin } = request.headers;
      return origin === undefined || open || listed.has(origin) || isOwn(origin, request);
    },
    allow: ({ headers: { origin } }, response) => {
      response.setHeader('vary', 'origin');
      if (origin === undefined || !listed.has(origin)) return;
      response.setHeader('access-control-allow-origin', origin);
      response.setHeader('access-control-allow-methods', 'GET, POST');
      response.setHeader('access-control-allow-headers', 'authorization, content-type');
      response.setHeader('access-control-expose-headers', 'x-request-id');
      response.setHeader('access-control-max-age', '600');
    },
  };
}

function isOwn(origin: string, { headers }: IncomingMessage): boolean {
  return URL.canParse(origin) && new URL(origin).host === headers.host;
}
