/** Who is woken when something is written: one reader of the database a process, for all who follow. */
import type { ChangeStream, ChangeStreamDocument } from 'mongodb';
import type { Model } from 'mongoose';

import type { Log } from '#kit/log.ts';
import type { ConsultationMessageRecord } from './consultation.model.ts';

/** Wakes whoever follows a consultation. What there is, they read themselves, by number. */
export interface Wakes {
  /** Calls when something may have been written; gives how to stop that. */
  on(consultationId: string, wake: () => void): () => void;
  /** Whether everybody is to leave. */
  stopping(): boolean;
  stop(): Promise<void>;
}

/** Wakes nobody: for work that nobody follows. */
export const noWakes: Wakes = {
  on: () => () => {},
  stopping: () => false,
  stop: () => Promise.resolve(),
};

const pauseMillis = 500;

/** Opens the stream; what is committed from now on wakes. */
export async function openWakes(
  messages: Model<ConsultationMessageRecord>,
  log: Log,
): Promise<Wakes> {
  const sleepers = new Map<string, Set<() => void>>();
  let stream: ChangeStream | null = null;
  let stopping = false;

  const wake = (change: ChangeStreamDocument) => {
    if (change.operationType !== 'insert') return;
    const { consultationId } = change.fullDocument as ConsultationMessageRecord;
    for (const each of sleepers.get(consultationId) ?? []) each();
  };
  const wakeAll = () => {
    for (const group of sleepers.values()) for (const each of group) each();
  };
  const listen = async (): Promise<void> => {
    const opened = messages.collection.watch([{ $match: { operationType: 'insert' } }]);
    stream = opened;
    const ready = new Promise<void>((resolve) => {
      opened.once('resumeTokenChanged', () => resolve());
      opened.once('error', () => resolve());
      opened.once('close', () => resolve());
    });
    opened.on('change', wake);
    opened.once('error', (error) => void reopen(error));
    await ready;
  };
  const reopen = async (error: unknown): Promise<void> => {
    if (stopping) return;
    log.warn({ error }, 'the line of consultations was lost; listening again');
    await stream?.close().catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, pauseMillis));
    if (stopping) return;
    await listen();
    // What was written in between is found by number.
    wakeAll();
  };

  await listen();
  return {
    on: (consultationId, each) => {
      const group = sleepers.get(consultationId) ?? new Set();
      sleepers.set(consultationId, group.add(each));
      return () => {
        group.delete(each);
        if (group.size === 0 && sleepers.get(consultationId) === group)
          sleepers.delete(consultationId);
      };
    },
    stopping: () => stopping,
    stop: async () => {
      stopping = true;
      wakeAll();
      await stream?.close();
    },
  };
}
