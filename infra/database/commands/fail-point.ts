// Fail points: how drivers' tests make a server fail on purpose. @see https://github.com/mongodb/mongo/wiki/The-failCommand-failpoint
import { toNumber } from '../bson/number.ts';
import { document, isDocument, isNumeric, textOf } from '../bson/value.ts';
import type { Document, Maybe, Value } from '../bson/value.ts';
import { codeName, refuse } from '../refusal.ts';

/** A fail point that is switched on. */
export type FailPoint = { data: Document; left: number; skip: number };

/** The fail points that are on, by name. */
export type FailPoints = Map<string, FailPoint>;

const KNOWN = new Set([
  'failCommand',
  'onPrimaryTransactionalWrite',
  'failGetMoreAfterCursorCheckout',
]);

/** Switches a fail point on or off. */
export function configureFailPoint(failPoints: FailPoints, command: Document): Document {
  const name = textOf(command.get('configureFailPoint') ?? '');
  const mode = command.get('mode');
  const data = command.get('data');
  if (!KNOWN.has(name) && mode !== 'off') throw refuse(2, `fail point not found: ${name}`);
  if (mode === 'off') failPoints.delete(name);
  else
    failPoints.set(name, {
      data: isDocument(data) ? data : new Map(),
      left:
        isDocument(mode) && mode.has('times')
          ? numberOf(mode.get('times'))
          : Number.POSITIVE_INFINITY,
      skip: isDocument(mode) ? numberOf(mode.get('skip')) : 0,
    });
  return document({ count: 0 });
}

function numberOf(value: Maybe): number {
  return isNumeric(value) ? toNumber(value) : 0;
}

function isHit(failPoint: FailPoint): boolean {
  if (failPoint.skip > 0) {
    failPoint.skip -= 1;
    return false;
  }
  if (failPoint.left <= 0) return false;
  failPoint.left -= 1;
  return true;
}

/** What a fail point does to a command. */
export type Failure = {
  blockMillis: number;
  closesConnection: boolean;
  /** The error to answer with, before the command runs. */
  error: Document | undefined;
  /** To be added to the real answer. */
  writeConcernError: Document | undefined;
  labels: readonly string[];
  /** Whether the command runs although the connection is closed then. */
  runsBefore: boolean;
};

const RETRYABLE_CODES = new Set([
  11_600, 11_602, 10_107, 13_435, 13_436, 189, 91, 7, 6, 89, 9001, 262,
]);
const TRANSIENT_CODES = new Set([112, 24, 246, 251, 267]);
const ENDS = new Set(['commitTransaction', 'abortTransaction']);
const RETRYABLE_WRITES = new Set(['insert', 'update', 'delete', 'findAndModify', 'bulkWrite']);

function labelsFor(
  command: Document,
  name: string,
  code: number,
  isWriteConcern: boolean,
): string[] {
  const isRetryable = (command.has('txnNumber') && !command.has('autocommit')) || ENDS.has(name);
  const labels = isRetryable && RETRYABLE_CODES.has(code) ? ['RetryableWriteError'] : [];
  const isInTransaction = command.get('autocommit') === false && !isWriteConcern;
  if (
    isInTransaction &&
    (TRANSIENT_CODES.has(code) || (!ENDS.has(name) && RETRYABLE_CODES.has(code)))
  )
    labels.push('TransientTransactionError');
  return labels;
}

function givenLabels(data: Document): string[] | undefined {
  const labels = data.get('errorLabels');
  return Array.isArray(labels) ? labels.map(textOf) : undefined;
}

/** What the fail points do to this command; undefined for nothing. */
export function failureOf(
  failPoints: FailPoints,
  command: Document,
  name: string,
  metadata: Document | undefined,
): Failure | undefined {
  return (
    failCommand(failPoints, command, name, metadata) ??
    failWrite(failPoints, command, name) ??
    failGetMore(failPoints, name)
  );
}

function isNamed(commands: Maybe, name: string): boolean {
  return Array.isArray(commands) && commands.includes(name);
}

/** Whether a fail point is meant for this client and this collection; one that names neither is for all. */
function isMeant(
  data: Document,
  command: Document,
  name: string,
  metadata: Document | undefined,
): boolean {
  const appName = data.get('appName');
  const application = metadata?.get('application');
  const own = isDocument(application) ? application.get('name') : undefined;
  const namespace = data.get('namespace');
  return (
    isNamed(data.get('failCommands'), name) &&
    (appName === undefined || appName === own) &&
    (namespace === undefined ||
      namespace === `${textOf(command.get('$db') ?? '')}.${textOf(command.get(name) ?? '')}`)
  );
}

function failCommand(
  failPoints: FailPoints,
  command: Document,
  name: string,
  metadata: Document | undefined,
): Failure | undefined {
  const failPoint = failPoints.get('failCommand');
  if (
    failPoint === undefined ||
    !isMeant(failPoint.data, command, name, metadata) ||
    !isHit(failPoint)
  )
    return undefined;
  const { data } = failPoint;
  const concern = data.get('writeConcernError');
  const code = data.get('errorCode');
  const labels = givenLabels(data);
  const isConcern = isDocument(concern) && code === undefined;
  const number = numberOf(isConcern ? concern.get('code') : code);
  return {
    blockMillis: data.get('blockConnection') === true ? numberOf(data.get('blockTimeMS')) : 0,
    closesConnection: data.get('closeConnection') === true,
    error:
      code === undefined
        ? undefined
        : errorOf(number, "Failing command via 'failCommand' failpoint"),
    writeConcernError: isConcern ? concern : undefined,
    labels: labels ?? labelsFor(command, name, number, isConcern),
    runsBefore: false,
  };
}

function errorOf(code: number, message: string): Document {
  return document({ ok: 0, errmsg: message, code, codeName: codeName(code) });
}

function failWrite(failPoints: FailPoints, command: Document, name: string): Failure | undefined {
  const failPoint = failPoints.get('onPrimaryTransactionalWrite');
  const isRetryable =
    RETRYABLE_WRITES.has(name) && command.has('txnNumber') && !command.has('autocommit');
  if (failPoint === undefined || !isRetryable || !isHit(failPoint)) return undefined;
  const code = failPoint.data.get('failBeforeCommitExceptionCode');
  return {
    blockMillis: 0,
    closesConnection: failPoint.data.get('closeConnection') !== false,
    error: code === undefined ? undefined : errorOf(numberOf(code), 'onPrimaryTransactionalWrite'),
    writeConcernError: undefined,
    labels: labelsFor(command, name, numberOf(code), false),
    runsBefore: code === undefined,
  };
}

function failGetMore(failPoints: FailPoints, name: string): Failure | undefined {
  const failPoint = failPoints.get('failGetMoreAfterCursorCheckout');
  if (failPoint === undefined || name !== 'getMore' || !isHit(failPoint)) return undefined;
  const code = numberOf(failPoint.data.get('errorCode'));
  return {
    blockMillis: 0,
    closesConnection: failPoint.data.get('closeConnection') === true,
    error: errorOf(code, 'failGetMoreAfterCursorCheckout'),
    writeConcernError: undefined,
    labels: ['ResumableChangeStreamError'],
    runsBefore: false,
  };
}

/** Labels as a BSON value, or nothing when there are none. */
export function labelsValue(labels: readonly string[]): Value | undefined {
  return labels.length === 0 ? undefined : [...labels];
}
