// The place of a unix socket in the file system.
import { lstatSync, mkdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname } from 'node:path';

/**
 * Makes the folder of a socket, which only its owner may enter, and removes the socket that a killed process left there.
 *
 * @throws {Error} when something else has that name, or somebody listens there
 */
export async function clearSocketPath(path: string): Promise<void> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket()) throw new Error(`${path} is there already and is no socket.`);
  if (await isInUse(path)) throw new Error(`listen EADDRINUSE: address already in use ${path}`);
  rmSync(path, { force: true });
}

/** Only a socket that refuses is a dead one: one that is busy, or may not be asked, belongs to somebody. */
function isInUse(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT');
    });
  });
}
