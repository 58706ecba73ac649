/** Whether a service has its database. */
import { withDeadline } from './deadline.ts';
import { ping } from './mongo.ts';
import { visitor, type Viewer } from './viewer.ts';

/** How long one look at the database counts, and the longest it may take, in milliseconds. */
const looksMillis = 1_000;
const lookMillis = 1_000;

/** What is looked at: a service, by the contexts that it makes. */
export interface Looked {
  createContext(viewer: Viewer): Promise<object> | object;
}

/**
 * Looks at the database of a service, where it has one, so often and no oftener however many ask. A service without one
 * answers as soon as it makes a context.
 */
export function databaseOf(service: Looked): () => Promise<boolean> {
  let last: { at: number; answers: Promise<boolean> } | null = null;
  const look = async (): Promise<boolean> => {
    const deadline = { signal: AbortSignal.timeout(lookMillis), at: Date.now() + lookMillis };
    try {
      await withDeadline(deadline, async () => {
        const context = await service.createContext(visitor('health'));
        const connection = 'connection' in context ? context.connection : null;
        await ping(connection);
      });
      return true;
    } catch {
      return false;
    }
  };
  return () => {
    const now = Date.now();
    if (!last || now - last.at > looksMillis) last = { at: now, answers: look() };
    return last.answers;
  };
}
