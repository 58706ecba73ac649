// What a client may use that asks for the Stable API alone.
import type { Document } from '../bson/value.ts';
import { refuse } from '../refusal.ts';

/** Commands of the Stable API, which are all that a client with `apiStrict` may use. @see https://www.mongodb.com/docs/manual/reference/stable-api/ */
const STABLE_COMMANDS: ReadonlySet<string> = new Set([
  'abortTransaction',
  'aggregate',
  'bulkWrite',
  'collMod',
  'commitTransaction',
  'count',
  'create',
  'createIndexes',
  'delete',
  'drop',
  'dropDatabase',
  'dropIndexes',
  'endSessions',
  'explain',
  'find',
  'findAndModify',
  'getMore',
  'hello',
  'insert',
  'killCursors',
  'listCollections',
  'listDatabases',
  'listIndexes',
  'ping',
  'refreshSessions',
  'saslContinue',
  'saslStart',
  'update',
]);

/**
 * Refuses a command that is not in the version of the API that it asks for.
 *
 * @throws {CommandRefusal} 322, 323
 */
export function checkVersion(command: Document, name: string): void {
  if (command.has('apiStrict') && !command.has('apiVersion'))
    throw refuse(322, 'Provided apiStrict, but did not provide apiVersion');
  const version = command.get('apiVersion');
  if (version !== undefined && version !== '1') throw refuse(322, 'API version must be "1"');
  if (command.get('apiStrict') === true && !STABLE_COMMANDS.has(name))
    throw refuse(
      323,
      `Provided apiStrict:true, but the command ${name} is not in API Version 1. Information on supported commands and migrations in API Version 1 can be found at https://dochub.mongodb.org/core/manual-versioned-api`,
    );
}
