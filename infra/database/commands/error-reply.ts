// What is answered when a command fails.
import { document } from '../bson/value.ts';
import type { Document, Value } from '../bson/value.ts';
import { Blocked, writeConflict } from '../engine/locks.ts';
import { CommandRefusal, codeName } from '../refusal.ts';
import type { Reply } from './context.ts';
import { labelsValue } from './fail-point.ts';

/** The answer to a command that failed. */
export function errorReply(error: unknown): Reply {
  const refusal = error instanceof Blocked ? writeConflict() : error;
  if (refusal instanceof CommandRefusal) {
    const made: Document = new Map<string, Value>([
      ['ok', 0],
      ['errmsg', refusal.message],
      ['code', refusal.code],
      ['codeName', codeName(refusal.code)],
      ...refusal.fields,
    ]);
    const labels = labelsValue(refusal.labels);
    if (labels !== undefined) made.set('errorLabels', labels);
    return made;
  }
  process.stderr.write(
    `database: ${refusal instanceof Error ? (refusal.stack ?? refusal.message) : String(refusal)}\n`,
  );
  return document({
    ok: 0,
    errmsg: 'internal error; see the log of the database',
    code: 1,
    codeName: 'InternalError',
  });
}
