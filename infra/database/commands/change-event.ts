// Change events as clients see them, from what the log holds.
import { Binary, document, isDocument, Timestamp } from '../bson/value.ts';
import type { Document, Maybe } from '../bson/value.ts';
import { eventText } from '../engine/oplog.ts';
import type { LogEntry } from '../engine/oplog.ts';
import { refuse } from '../refusal.ts';

/** Which changes a stream is about. */
export type StreamScope = { database: string | undefined; collection: string | undefined };

/** What a stream tells of a change. */
export type StreamOptions = {
  fullDocument: string;
  beforeChange: string;
  isExpanded: boolean;
  /** Finds the document as it is now. */
  lookUp: (database: string, collection: string, key: Document) => Document | undefined;
};

const INTERNAL = new Set(['admin', 'config', 'local']);
const EXPANDED = new Set(['create', 'createIndexes', 'dropIndexes', 'modify']);

/** Whether an event is for a stream of this scope. */
export function isInScope(event: Document, scope: StreamScope, isExpanded: boolean): boolean {
  const operation = eventText(event, 'operation');
  if (EXPANDED.has(operation) && !isExpanded) return false;
  if (scope.database === undefined) return !INTERNAL.has(eventText(event, 'database'));
  // What `$out` writes to is nobody's collection until it gets its name.
  if (eventText(event, 'collection').startsWith('tmp.agg_out.') && operation !== 'rename')
    return false;
  return isRenamedTo(event, scope) || isOwn(event, operation, scope);
}

function isOwn(event: Document, operation: string, scope: StreamScope): boolean {
  if (eventText(event, 'database') !== scope.database) return false;
  if (scope.collection === undefined) return true;
  return operation !== 'dropDatabase' && eventText(event, 'collection') === scope.collection;
}

function isRenamedTo(event: Document, scope: StreamScope): boolean {
  const detail = event.get('detail');
  const to = isDocument(detail) ? detail.get('to') : undefined;
  if (!isDocument(to) || to.get('db') !== scope.database) return false;
  return scope.collection === undefined || to.get('coll') === scope.collection;
}

/** Whether after this event there is nothing left to follow. */
export function isInvalidating(event: Document, scope: StreamScope): boolean {
  const operation = eventText(event, 'operation');
  if (operation === 'dropDatabase')
    return scope.database !== undefined && eventText(event, 'database') === scope.database;
  if (scope.collection === undefined) return false;
  if (operation === 'rename' && isRenamedTo(event, scope)) return true;
  return (operation === 'drop' || operation === 'rename') && isOwn(event, operation, scope);
}

const POSITION_DIGITS = 14;

/**
 * The token of a position in the log.
 *
 * @param fragment which part of an event that was split, from 1; 0 for a whole event
 */
export function resumeToken(
  position: number,
  isInvalidate = false,
  fragment = 0,
): Map<string, string> {
  const digits = position.toString(16).padStart(POSITION_DIGITS, '0');
  const part = fragment === 0 ? '' : fragment.toString(16).padStart(4, '0');
  return new Map([['_data', digits + (isInvalidate ? '01' : '00') + part]]);
}

/**
 * The position that a token stands for.
 *
 * @throws {CommandRefusal} 260 for one that is not ours
 */
export function readToken(token: Maybe): {
  position: number;
  isInvalidate: boolean;
  fragment: number;
} {
  const data = isDocument(token) ? token.get('_data') : undefined;
  if (typeof data !== 'string' || !/^[\da-f]{16}(?:[\da-f]{4})?$/i.test(data))
    throw refuse(260, `invalid resume token: ${typeof data === 'string' ? data : 'no _data'}`);
  return {
    position: Number.parseInt(data.slice(0, POSITION_DIGITS), 16),
    isInvalidate: data.slice(POSITION_DIGITS, 16) === '01',
    fragment: Number.parseInt(data.slice(16) || '0', 16),
  };
}

const FATAL = ['NonResumableChangeStreamError'];

/** The event for a stream. */
export function changeEvent({ position, event }: LogEntry, options: StreamOptions): Document {
  const operation = eventText(event, 'operation');
  const made = document({
    _id: resumeToken(position),
    operationType: operation,
    clusterTime: event.get('clusterTime'),
    collectionUUID: options.isExpanded ? uuidOf(event) : undefined,
    wallTime: event.get('wall'),
    fullDocument: event.get('document'),
    ns: namespaceDocument(event, operation),
  });
  addDetail(made, event, operation, options);
  addImages(made, event, operation, options);
  if (event.has('session')) {
    set(made, 'lsid', event.get('session'));
    set(made, 'txnNumber', event.get('number'));
  }
  return made;
}

function set(target: Document, name: string, value: Maybe): void {
  if (value !== undefined) target.set(name, value);
}

function uuidOf(event: Document): Binary | undefined {
  const uuid = eventText(event, 'uuid').replaceAll('-', '');
  return uuid === '' ? undefined : new Binary(Buffer.from(uuid, 'hex'), Binary.SUBTYPE_UUID);
}

function namespaceDocument(event: Document, operation: string): Document {
  return document({
    db: event.get('database'),
    coll: operation === 'dropDatabase' ? undefined : event.get('collection'),
  });
}

function addDetail(
  made: Document,
  event: Document,
  operation: string,
  { isExpanded }: StreamOptions,
): void {
  const detail = event.get('detail');
  if (isExpanded && operation === 'create') made.set('nsType', 'collection');
  if (isDocument(detail)) {
    set(made, 'to', detail.get('to'));
    if (isExpanded)
      set(
        made,
        'operationDescription',
        operation === 'rename' ? detail : detail.get('operationDescription'),
      );
  }
  set(made, 'documentKey', event.get('key'));
  const description = event.get('description');
  if (!isDocument(description)) return;
  const told: Document = new Map(description);
  if (!isExpanded) told.delete('disambiguatedPaths');
  else if (!told.has('disambiguatedPaths')) told.set('disambiguatedPaths', new Map());
  made.set('updateDescription', told);
}

const WITH_BEFORE = new Set(['update', 'replace', 'delete']);

function addImages(
  made: Document,
  event: Document,
  operation: string,
  options: StreamOptions,
): void {
  if (operation === 'update' && options.fullDocument !== 'default')
    made.set('fullDocument', afterImage(event, options));
  if (options.beforeChange === 'off' || !WITH_BEFORE.has(operation)) return;
  const before = event.get('before');
  if (before === undefined && options.beforeChange === 'required')
    throw refuse(
      47,
      'Change stream was configured to require a pre-image for all update, delete and replace events, but the pre-image was not found',
      { labels: FATAL },
    );
  made.set('fullDocumentBeforeChange', before ?? null);
}

function afterImage(event: Document, { fullDocument, lookUp }: StreamOptions): Document | null {
  const after = event.get('after');
  if (fullDocument === 'updateLookup') {
    const key = event.get('key');
    return isDocument(key)
      ? (lookUp(eventText(event, 'database'), eventText(event, 'collection'), key) ?? null)
      : null;
  }
  if (isDocument(after)) return after;
  if (fullDocument === 'required')
    throw refuse(
      47,
      'Change stream was configured to require a post-image for all update events, but the post-image was not found',
      { labels: FATAL },
    );
  return null;
}

/** The event that ends a stream. */
export function invalidateEvent({ position, event }: LogEntry): Document {
  const time = event.get('clusterTime');
  return document({
    _id: resumeToken(position, true),
    operationType: 'invalidate',
    clusterTime: time instanceof Timestamp ? time : undefined,
    wallTime: event.get('wall'),
  });
}
