/** A search as it goes on: its newest state whenever that has changed, until it has ended. */
import { badInput } from '#kit/page.ts';
import { signedIn } from '#kit/viewer.ts';
import type { Context } from '../context.ts';
import { isInside } from '../project/audience.ts';
import type { ProjectRecord } from '../project/project.model.ts';
import type { AssemblyRecord } from './assembly.model.ts';

/** How often a search of another process is looked at, milliseconds. */
const lookMillis = 1_000;

/**
 * Follows a search: its state now (or, behind a cursor, once it has changed), then each change, the end last. States
 * that are older than the newest are left out. For those who may see the search, for as long as they may.
 *
 * @throws {GraphQLError} UNAUTHENTICATED, BAD_USER_INPUT for a search that there is not, or a cursor that is none
 */
export async function followAssembly(
  context: Context,
  assemblyId: string,
  after: string | null | undefined,
): Promise<AsyncIterableIterator<AssemblyRecord>> {
  signedIn(context.viewer);
  const seen = readCursor(after);
  const first = await readVisible(context, assemblyId);
  if (!first) throw badInput('There is no such search.');
  const left = new AbortController();
  const states = statesOf(context, assemblyId, seen, left.signal);
  const feed: AsyncIterableIterator<AssemblyRecord> = {
    next: () => states.next(),
    // A generator that waits ends only when it wakes.
    return: () => {
      left.abort();
      return states.return(undefined);
    },
    [Symbol.asyncIterator]: () => feed,
  };
  return feed;
}

/** Where a state stands among those of its search. */
export function cursorOf({ progress }: AssemblyRecord): string {
  return String(progress.seq);
}

async function* statesOf(
  context: Context,
  assemblyId: string,
  after: number,
  left: AbortSignal,
): AsyncGenerator<AssemblyRecord, undefined> {
  let seen = after;
  while (!left.aborted) {
    // Whoever listens before reading misses nothing that happens meanwhile.
    const news = context.searches.news(assemblyId, lookMillis, left);
    const record = await readVisible(context, assemblyId);
    if (!record) return;
    if (record.progress.seq > seen) {
      seen = record.progress.seq;
      yield record;
    }
    if (record.status !== 'RUNNING') return;
    await news;
  }
}

async function readVisible(
  { viewer, assemblies, projects }: Context,
  id: string,
): Promise<AssemblyRecord | null> {
  const assembly = await assemblies.findById(id).lean<AssemblyRecord>();
  if (!assembly) return null;
  const project = await projects
    .findById(assembly.projectId)
    .select({ leadCompanyId: 1 })
    .lean<Pick<ProjectRecord, 'leadCompanyId'>>();
  return project && isInside(viewer, project.leadCompanyId) ? assembly : null;
}

function readCursor(after: string | null | undefined): number {
  if (after == null) return 0;
  if (!/^\d{1,15}$/.test(after)) throw badInput('This is no cursor of this feed.');
  return Number(after);
}
