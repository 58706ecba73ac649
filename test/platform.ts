/** The whole platform for a story: every subgraph behind the gateway, on an empty database of its own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createLog } from '#kit/log.ts';
import type { Viewer } from '#kit/viewer.ts';
import { openPlatform, type Platform } from '../infra/platform.ts';

/** A platform, and where it keeps its data. */
export interface TestPlatform extends Platform {
  /** Gone after `stop`; tests may put files of their own beside the data. */
  folder: string;
}

/** Starts the platform on a free port in a new folder. */
export async function startTestPlatform(
  environment: Record<string, string> = {},
): Promise<TestPlatform> {
  const folder = await mkdtemp(join(tmpdir(), 'oca-'));
  const platform = await openPlatform({
    environment: { PORT: '0', DATA_DIR: folder, ...environment },
    log: createLog('test', 'silent'),
  });
  return {
    ...platform,
    folder,
    stop: async () => {
      await platform.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What the one root field of an operation answers; throws the errors of the answer. */
export async function answerOf<Answer>(
  platform: Pick<Platform, 'execute'>,
  viewer: Viewer,
  query: string,
  variables: object = {},
): Promise<Answer> {
  const { data, errors } = await platform.execute({ query, variables: { ...variables } }, viewer);
  if (errors) throw new AggregateError(errors, errors.map(({ message }) => message).join('\n'));
  return Object.values(data ?? {})[0] as Answer;
}
