/** Files that are read again when they change, such as a supergraph or keys. */
import { readFile } from 'node:fs/promises';

import type { Log } from './log.ts';
import { readViewerKeys, type ViewerKeys } from './viewer.ts';

/** A file that is watched. */
export interface Watched {
  stop(): void;
}

/**
 * Looks at a file every so often and hands over its text when it has changed. What `take` refuses is logged and not
 * handed over again until the file changes once more. Looking works where notifications do not: in containers, files
 * are often links that are swapped.
 *
 * @param millis between two looks; 0 never looks
 * @param known the text that was read before
 */
export function watch(
  file: string,
  millis: number,
  known: string,
  take: (text: string) => void | Promise<void>,
  log: Log,
): Watched {
  if (millis === 0) return { stop: () => {} };
  let last = known;
  let seen = known;
  let looking = false;
  const look = async (): Promise<void> => {
    if (looking) return;
    looking = true;
    try {
      const text = await readFile(file, 'utf8');
      // Twice the same: a file may be met while it is written.
      const settled = text === seen;
      seen = text;
      if (!settled || text === last) return;
      last = text;
      await take(text);
    } catch (error) {
      log.error({ error, file }, 'a changed file was refused; what was read before holds');
    } finally {
      looking = false;
    }
  };
  const timer = setInterval(() => void look(), millis).unref();
  return { stop: () => clearInterval(timer) };
}

/**
 * The viewer keys of a file, as it has them at the moment: one `kid:secret,…`, the first of which signs.
 *
 * @param millis between two looks; 0 never looks
 * @throws {Error} when the file cannot be read or holds no keys
 */
export async function watchedViewerKeys(
  file: string,
  millis: number,
  log: Log,
): Promise<() => ViewerKeys> {
  const text = await readFile(file, 'utf8');
  let keys = readViewerKeys(text.trim());
  const take = (changed: string): void => {
    keys = readViewerKeys(changed.trim());
    log.info({ kids: keys.map(({ kid }) => kid) }, 'viewer keys were changed');
  };
  watch(file, millis, text, take, log);
  return () => keys;
}
