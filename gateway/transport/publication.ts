/** What programs subscribe to: the graph's events as a calendar (`/calendar.ics`) and as a feed (`/feed.atom`). */
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

import type { GraphQLError } from 'graphql';

import { challenge, statusOfErrors } from './status.ts';
import type { Door, Visit } from '../door.ts';

/** A text of the graph that is served at an address of its own. */
export interface Publication {
  path: string;
  /** Content type and file name. */
  type: string;
  file: string;
  /** Gives the field `text`, by `$filter`. */
  open: string;
  /** Gives the field `text`, by the `$secret` of a saved filter; null when it opens none. */
  saved: string;
}

/** Every publication. */
export const publications: readonly Publication[] = [
  {
    path: '/calendar.ics',
    type: 'text/calendar; charset=utf-8',
    file: 'open-cloud-alliance.ics',
    open: 'query Calendar($filter: EventFilter) { text: eventCalendar(filter: $filter) }',
    saved: 'query SavedCalendar($secret: String!) { text: savedCalendar(secret: $secret) }',
  },
  {
    path: '/feed.atom',
    type: 'application/atom+xml; charset=utf-8',
    file: 'open-cloud-alliance.atom',
    open: 'query Feed($filter: EventFilter) { text: eventFeed(filter: $filter) }',
    saved: 'query SavedFeed($secret: String!) { text: savedFeed(secret: $secret) }',
  },
];

/** How long a program may keep what it has, in seconds. */
const keepSeconds = 300;

/**
 * Answers with a publication's text. The parameters `sector` (code), `technology` (id or code) and `region` (ISO 3166) may
 * each come several times, or once with commas; `secret` asks for a saved filter instead, and is answered to its holder
 * alone: no cache on the way may keep it.
 */
export async function answerPublication(
  publication: Publication,
  door: Door,
  request: IncomingMessage,
  url: URL,
  response: ServerResponse,
  visit: Visit,
): Promise<void> {
  const secret = url.searchParams.get('secret');
  const { data, errors } = await asked(publication, door, url, secret, visit);
  const text = data?.['text'];
  if (typeof text !== 'string') return refuse(response, errors?.[0]);
  const etag = `"${createHash('sha256').update(text).digest('base64url')}"`;
  const known = (request.headers['if-none-match'] ?? '').split(',').map((each) => each.trim());
  const isOpen = secret === null && request.headers.authorization === undefined;
  const status = known.includes(etag) ? 304 : 200;
  response.writeHead(status, {
    etag,
    'cache-control': `${isOpen ? 'public' : 'private'}, max-age=${keepSeconds}`,
    'content-type': publication.type,
    'content-disposition': `inline; filename="${publication.file}"`,
  });
  response.end(status === 304 || request.method === 'HEAD' ? undefined : text);
}

/** Without an error there is no text because the secret opens nothing. */
function refuse(response: ServerResponse, error: GraphQLError | undefined): void {
  const status = error ? statusOfErrors([error]) : 404;
  challenge(response, status);
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(`${error ? error.message : 'Nothing is saved under this secret.'}\n`);
}

async function asked(
  { open, saved }: Publication,
  door: Door,
  url: URL,
  secret: string | null,
  visit: Visit,
) {
  const request =
    secret === null
      ? { query: open, variables: { filter: filterOf(url) } }
      : { query: saved, variables: { secret } };
  const outcome = await door.run(request, visit);
  return Symbol.asyncIterator in outcome ? {} : outcome;
}

function filterOf(url: URL) {
  const filter = {
    sectors: several(url, 'sector'),
    technologies: several(url, 'technology'),
    regions: several(url, 'region'),
  };
  return Object.fromEntries(Object.entries(filter).filter(([, values]) => values.length > 0));
}

function several(url: URL, name: string): string[] {
  return url.searchParams
    .getAll(name)
    .flatMap((each) => each.split(','))
    .map((each) => each.trim())
    .filter((each) => each !== '');
}
