/** The first page, GraphiQL, the mailbox and the way back from a provider: files of ours and of npm packages, nothing from other hosts. */
import { createReadStream } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { GatewayConfig } from '../config.ts';

/** An account that the first page offers for sign-in, outside production only. */
export interface Account {
  email: string;
  password: string;
  /** Whose account it is, as a person would be introduced. */
  name: string;
  /** In a few words, such as `Consortium lead`. */
  role: string;
  /** What this person can try, one sentence each. */
  tries: string[];
}

/** Serves pages. */
export interface Page {
  /** Answers a path that is a page or a part of one; false for any other. */
  serve(request: IncomingMessage, response: ServerResponse, path: string): boolean;
}

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Nothing but what this host serves. */
const strictPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** GraphiQL styles itself in place and carries its fonts in its style sheet. */
const graphiqlPolicy = strictPolicy
  .replace("style-src 'self'", "style-src 'self' 'unsafe-inline'; font-src 'self' data:")
  .replace("img-src 'self'", "img-src 'self' data:");

/** Files by path; a closed list, so that no path leads out of it. */
const files: ReadonlyMap<string, string> = new Map(
  Object.entries({
    '/': './index.html',
    '/graphiql': './graphiql.html',
    '/mailbox': './mailbox.html',
    '/sign-in/callback': './callback.html',
    '/page/callback.js': './callback.js',
    '/page/company.js': './company.js',
    '/page/letters.js': './letters.js',
    '/page/parts.js': './parts.js',
    '/page/sign-in.js': './sign-in.js',
    '/page/mailbox.js': './mailbox.js',
    '/page/first.css': './first.css',
    '/page/first.js': './first.js',
    '/page/graph.js': './graph.js',
    '/page/graphiql.js': './graphiql.js',
    '/page/examples.json': './examples.json',
    '/page/mark.svg': './mark.svg',
  }).map(([path, file]) => [path, fileURLToPath(new URL(file, import.meta.url))]),
);

const packaged: ReadonlyMap<string, string> = new Map(
  Object.entries({
    '/page/vendor/graphiql.css': 'graphiql/graphiql.min.css',
    '/page/vendor/graphiql.js': 'graphiql/graphiql.min.js',
    '/page/vendor/react.js': 'react/umd/react.production.min.js',
    '/page/vendor/react-dom.js': 'react-dom/umd/react-dom.production.min.js',
  }).map(([path, file]) => [
    path,
    fileURLToPath(new URL(`../../node_modules/${file}`, import.meta.url)),
  ]),
);

/** Serves the pages; accounts are told outside production only. */
export function createPage(config: GatewayConfig, accounts: () => readonly Account[]): Page {
  const told = () => JSON.stringify(config.production ? [] : accounts());
  return {
    serve: (request, response, path) => {
      if (request.method !== 'GET' && request.method !== 'HEAD') return false;
      if (path === '/page/accounts.json') {
        response.writeHead(200, {
          'content-type': 'application/json; charset=utf-8',
          'cache-control': 'no-store',
        });
        response.end(told());
        return true;
      }
      const file = files.get(path) ?? packaged.get(path);
      if (!file) return false;
      send(request, response, file, packaged.has(path));
      return true;
    },
  };
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  file: string,
  lasting: boolean,
): void {
  response.setHeader('content-type', types[extname(file)] ?? 'application/octet-stream');
  const isGraphiql = file.endsWith('graphiql.html');
  response.setHeader('content-security-policy', isGraphiql ? graphiqlPolicy : strictPolicy);
  response.setHeader('referrer-policy', 'no-referrer');
  response.setHeader('cache-control', cachingOf(file, lasting));
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  const content = createReadStream(file);
  content.once('error', () => {
    response.statusCode = 404;
    response.end();
  });
  content.pipe(response);
}

function cachingOf(file: string, lasting: boolean): string {
  // Its address holds what a provider said of somebody.
  if (file.endsWith('callback.html')) return 'no-store';
  return lasting ? 'public, max-age=86400' : 'no-cache';
}
