// What a command in a transaction sees.
import type { Sight } from '../engine/sight.ts';
import type { Transaction } from '../engine/transaction.ts';
import type { CommandContext } from './context.ts';

/** Commands that keep account of what they read. */
const ACCOUNTING = new Set(['find', 'getMore', 'insert', 'update', 'delete', 'findAndModify']);

/**
 * The sight of a transaction: its snapshot, which may move on as long as it has read nothing that changed. After a
 * command that keeps no account of what it read, it stays where it is.
 */
export function transactionSight(
  base: Pick<CommandContext, 'engine' | 'command' | 'name' | 'database'>,
  transaction: Transaction,
): Sight {
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
function isThere({
  engine,
  command,
  name,
  database,
}: Pick<CommandContext, 'engine' | 'command' | 'name' | 'database'>): boolean {
  const collection = command.get(name === 'getMore' ? 'collection' : name);
  return typeof collection === 'string' && engine.collections.has(`${database}.${collection}`);
}
