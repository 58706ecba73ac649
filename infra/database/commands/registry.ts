// All commands, and how each may be used.
import { ADMIN_COMMANDS } from './admin.ts';
import { aggregate } from './aggregate.ts';
import { logout, saslContinue, saslStart } from './authentication.ts';
import { bulkWrite } from './bulk.ts';
import {
  collMod,
  create,
  drop,
  dropDatabase,
  listCollections,
  listDatabases,
  rename,
} from './collection.ts';
import { document } from '../bson/value.ts';
import type { Handler } from './context.ts';
import { explain, explainAggregate, isExplained } from './explain.ts';
import { createIndexes, dropIndexes, listIndexes } from './index-command.ts';
import { getMore, killCursors } from './cursor-command.ts';
import { countDocuments, distinct, find } from './query.ts';
import {
  abort,
  commit,
  endSessions,
  killSessions,
  refreshSessions,
  startSession,
} from './transaction-command.ts';
import { findAndModify, insert, remove, update } from './write.ts';

/** A command and where it is allowed. */
export type Command = {
  run: Handler;
  /** May stand in a transaction. */
  inTransaction: boolean;
  /** Is answered once, however often it is sent. */
  isRetryable: boolean;
  /** May be used before signing in. */
  isOpen: boolean;
};

const plain = (run: Handler): Command => ({
  run,
  inTransaction: false,
  isRetryable: false,
  isOpen: false,
});
const reading = (run: Handler): Command => ({ ...plain(run), inTransaction: true });
const writing = (run: Handler): Command => ({
  ...plain(run),
  inTransaction: true,
  isRetryable: true,
});
const open = (run: Handler): Command => ({ ...plain(run), isOpen: true });

const aggregateOrExplain: Handler = (context) =>
  isExplained(context.command) ? explainAggregate(context) : aggregate(context);

/** `listCommands`, as shells show it. */
const listCommands: Handler = () =>
  document({
    commands: new Map(
      [...COMMANDS].map(([name, { isOpen }]) => [
        name,
        document({ help: '', requiresAuth: !isOpen, secondaryOk: false, adminOnly: false }),
      ]),
    ),
  });

const OPEN = new Set(['ping', 'buildInfo', 'connectionStatus', 'whatsmyuri', 'features']);

/** Commands by name. */
export const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['find', reading(find)],
  ['getMore', reading(getMore)],
  ['killCursors', reading(killCursors)],
  ['aggregate', reading(aggregateOrExplain)],
  ['distinct', reading(distinct)],
  ['count', plain(countDocuments)],
  ['insert', writing(insert)],
  ['update', writing(update)],
  ['delete', writing(remove)],
  ['findAndModify', writing(findAndModify)],
  ['bulkWrite', writing(bulkWrite)],
  ['create', reading(create)],
  ['createIndexes', reading(createIndexes)],
  ['drop', plain(drop)],
  ['dropDatabase', plain(dropDatabase)],
  ['renameCollection', plain(rename)],
  ['collMod', plain(collMod)],
  ['listCollections', plain(listCollections)],
  ['listDatabases', plain(listDatabases)],
  ['listIndexes', plain(listIndexes)],
  ['listCommands', plain(listCommands)],
  ['dropIndexes', plain(dropIndexes)],
  ['explain', plain(explain)],
  ['commitTransaction', plain(commit)],
  ['abortTransaction', plain(abort)],
  ['startSession', plain(startSession)],
  ['endSessions', plain(endSessions)],
  ['refreshSessions', plain(refreshSessions)],
  ['killSessions', plain(killSessions)],
  ['killAllSessions', plain(killSessions)],
  ['killAllSessionsByPattern', plain(killSessions)],
  ['saslStart', open(saslStart)],
  ['saslContinue', open(saslContinue)],
  ['logout', open(logout)],
  ...ADMIN_COMMANDS.map(([name, run]) => [name, OPEN.has(name) ? open(run) : plain(run)] as const),
]);

/** Other spellings that clients use. */
export const ALIASES: ReadonlyMap<string, string> = new Map([
  ['findandmodify', 'findAndModify'],
  ['buildinfo', 'buildInfo'],
  ['dbstats', 'dbStats'],
  ['collstats', 'collStats'],
  ['listcollections', 'listCollections'],
  ['listdatabases', 'listDatabases'],
  ['listindexes', 'listIndexes'],
  ['deleteIndexes', 'dropIndexes'],
  ['serverstatus', 'serverStatus'],
]);

/** Commands of MongoDB that we know and do not have, so that the refusal can say so. */
export const NOT_SUPPORTED: ReadonlySet<string> = new Set([
  'mapReduce',
  'mapreduce',
  'createUser',
  'updateUser',
  'dropUser',
  'createRole',
  'compact',
  'reIndex',
  'cloneCollectionAsCapped',
  'convertToCapped',
  'top',
  'fsync',
  'fsyncUnlock',
  'shutdown',
  'enableSharding',
  'shardCollection',
  'setFeatureCompatibilityVersion',
  'planCacheClear',
  'planCacheListFilters',
  'dbHash',
  'getDefaultRWConcern',
  'setDefaultRWConcern',
  'replSetInitiate',
  'replSetReconfig',
  'replSetStepDown',
  'replSetFreeze',
  'addShard',
  'listShards',
  'analyzeShardKey',
  'checkMetadataConsistency',
  'setIndexCommitQuorum',
  'geoSearch',
  'getnonce',
  'authenticate',
]);

const SEARCH = new Set([
  'createSearchIndexes',
  'updateSearchIndex',
  'dropSearchIndex',
  'listSearchIndexes',
]);

/** Whether a command is about Atlas Search. */
export function isSearchCommand(name: string): boolean {
  return SEARCH.has(name);
}
