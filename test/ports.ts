/** Ports for servers that must be told their port before they listen. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/** Below what systems hand out for port 0 and for connections: nobody is given one of these by chance. */
const [lowest, highest] = [15_000, 31_000];

/** A port of loopback that nobody listens at; each process looks from a place of its own. */
export async function freePort(): Promise<number> {
  const first = (process.pid * 7) % (highest - lowest);
  for (let tries = 0; tries < highest - lowest; tries += 1) {
    const port = lowest + ((first + tries) % (highest - lowest));
    if (await isFree(port)) return port;
  }
  throw new Error('There is no free port.');
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await listening(server, port);
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
}
