// What a command sees: the present, a snapshot of its session, or that of its transaction.
import { isDocument, Timestamp } from '../bson/value.ts';
import { positionOf, timestampOf } from '../engine/oplog.ts';
import type { Sight } from '../engine/sight.ts';
import type { Transaction } from '../engine/transaction.ts';
import { refuse } from '../refusal.ts';
import type { Session } from '../session.ts';
import type { CommandBase, Server } from './context.ts';
import { isSnapshotRead } from './cursor-command.ts';

/** Commands that keep account of what they read. */
const ACCOUNTING = new Set(['find', 'getMore', 'insert', 'update', 'delete', 'findAndModify']);

/**
 * The sight of a transaction: its snapshot, which may move on as long as it has read nothing that changed. After a
 * command that keeps no account of what it read, it stays where it is.
 */
export function transactionSight(base: CommandBase, transaction: Transaction): Sight {
  if (!ACCOUNTING.has(base.name) || !isThere(base)) transaction.observed.isEverything = true;
  return {
    reader: () => transaction.snapshot.reader(),
    get upTo() {
      return transaction.snapshot.sequence;
    },
    transaction,
  };
}

/** That a collection is missing is not kept account of. */
function isThere({ engine, command, name, database }: CommandBase): boolean {
  const collection = command.get(name === 'getMore' ? 'collection' : name);
  return typeof collection === 'string' && engine.collections.has(`${database}.${collection}`);
}

/** The sight of a command outside of transactions. */
export function liveSight(base: CommandBase): Sight {
  const live: Sight = {
    reader: () => base.engine.store,
    upTo: Number.POSITIVE_INFINITY,
    transaction: undefined,
  };
  if (base.session === undefined || !isSnapshotRead(base.command)) return live;
  const { snapshot } = openSnapshot(base, base.session);
  return { reader: snapshot.reader, upTo: snapshot.sequence, transaction: undefined };
}

const SNAPSHOT_COMMANDS = new Set(['find', 'aggregate', 'distinct']);

/** The snapshot of a session: the one of the time that is asked for, or a new one. */
function openSnapshot(
  { engine, command, name, server }: CommandBase,
  session: Session,
): NonNullable<Session['snapshot']> {
  if (!SNAPSHOT_COMMANDS.has(name))
    throw refuse(72, `Command ${name} does not support readConcern level snapshot`);
  const concern = command.get('readConcern');
  const asked = isDocument(concern) ? concern.get('atClusterTime') : undefined;
  const known = session.snapshot;
  if (asked instanceof Timestamp && known !== undefined && known.time.equals(asked)) return known;
  const opened =
    asked instanceof Timestamp
      ? (engine.snapshots.at(positionOf(asked)) ?? currentSnapshot(server, asked))
      : engine.snapshots.open(engine.oplog.now());
  known?.snapshot.close();
  session.snapshot = {
    snapshot: opened,
    openedAt: Date.now(),
    time: asked instanceof Timestamp ? asked : timestampOf(opened.position),
  };
  return session.snapshot;
}

/** The present, if nothing was written since the time that is asked for. */
function currentSnapshot(
  { engine }: Server,
  asked: Timestamp,
): ReturnType<typeof engine.snapshots.open> {
  if (positionOf(asked) < engine.oplog.now())
    throw refuse(
      239,
      `Read timestamp ${asked.t}, ${asked.i} is older than the oldest available timestamp.`,
    );
  return engine.snapshots.open(engine.oplog.now());
}
