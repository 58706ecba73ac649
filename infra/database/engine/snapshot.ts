// Reading the past: a transaction sees the data as they were when it began.
import type { Committer } from '../store/committer.ts';
import type { Reader } from '../store/reader.ts';
import type { SnapshotReader, Store } from '../store/store.ts';

/** The data as of one commit. */
export type Snapshot = {
  /** The number of the last commit that it sees. */
  sequence: number;
  /** Position of the log at that time. */
  position: number;
  reader: () => Reader;
  close: () => void;
};

/** All snapshots in use. */
export type Snapshots = {
  /** Number of the last commit. */
  sequence: () => number;
  open: (position: number) => Snapshot;
  /** The open snapshot of this position of the log, if there is one. */
  at: (position: number) => Snapshot | undefined;
  /** Call before every change of the data: snapshots that still read the live data get readers of their own. */
  beforeChange: () => number;
  isAnyOpen: () => boolean;
  closeAll: () => void;
};

type Entry = {
  sequence: number;
  position: number;
  users: number;
  pinned: SnapshotReader | undefined;
};

/** Makes the registry of snapshots of a store. */
export function makeSnapshots(store: Store, committer: Committer): Snapshots {
  const entries = new Map<number, Entry>();
  let sequence = 0;
  // Every entry but one of the current sequence is pinned.
  let unpinned: Entry | undefined;
  const release = (entry: Entry): void => {
    entry.users -= 1;
    if (entry.users > 0) return;
    entries.delete(entry.sequence);
    if (unpinned === entry) unpinned = undefined;
    entry.pinned?.close();
  };
  const use = (entry: Entry): Snapshot => {
    entry.users += 1;
    let isOpen = true;
    return {
      sequence: entry.sequence,
      position: entry.position,
      reader: () => entry.pinned?.reader ?? store,
      close: () => {
        if (isOpen) release(entry);
        isOpen = false;
      },
    };
  };
  return {
    sequence: () => sequence,
    open: (position) => {
      let entry = entries.get(sequence);
      if (entry === undefined) {
        entry = { sequence, position, users: 0, pinned: undefined };
        entries.set(sequence, entry);
        unpinned = entry;
      }
      return use(entry);
    },
    at: (position) => {
      for (const entry of entries.values()) if (entry.position === position) return use(entry);
      return undefined;
    },
    beforeChange: () => {
      if (unpinned !== undefined) {
        // Another connection sees only what is committed.
        committer.flush();
        unpinned.pinned = store.openSnapshot();
        unpinned = undefined;
      }
      committer.touch();
      sequence += 1;
      return sequence;
    },
    isAnyOpen: () => entries.size > 0,
    closeAll: () => {
      for (const entry of entries.values()) entry.pinned?.close();
      entries.clear();
      unpinned = undefined;
    },
  };
}
