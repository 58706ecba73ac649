// What is at the place of a socket when the database starts.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { deploy } from './deployment.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'database-socket-'));
  path = join(folder, 'database.sock');
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** As a process leaves it that is killed. */
function leaveSocket(): void {
  const listening = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', listening]);
}

async function ping(uri: string): Promise<unknown> {
  const client = await MongoClient.connect(uri);
  try {
    return await client.db('admin').command({ ping: 1 });
  } finally {
    await client.close();
  }
}

describe('the place of a socket', () => {
  it('is not taken from a database that listens there', async () => {
    const first = await deploy({ file: join(folder, 'first.db'), listen: { path } });
    await expect(deploy({ file: join(folder, 'second.db'), listen: { path } })).rejects.toThrow(
      `address already in use ${path}`,
    );
    expect(await ping(first.uri)).toMatchObject({ ok: 1 });
    await first.close();
  });

  it('is taken from one that was killed', async () => {
    leaveSocket();
    expect(statSync(path).isSocket()).toBe(true);
    const deployment = await deploy({ file: join(folder, 'data.db'), listen: { path } });
    expect(await ping(deployment.uri)).toMatchObject({ ok: 1 });
    await deployment.close();
  });

  it('is not taken from a file', async () => {
    writeFileSync(path, 'of somebody');
    await expect(deploy({ file: join(folder, 'data.db'), listen: { path } })).rejects.toThrow(
      'is no socket',
    );
    expect(readFileSync(path, 'utf8')).toBe('of somebody');
  });
});
