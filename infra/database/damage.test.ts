// A file that is damaged where only reading shows it.
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { deploy } from './deployment.ts';

const PAGE = 8192;
const listen = { host: '127.0.0.1', port: 0 };

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'database-damage-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function fill(file: string): Promise<void> {
  const deployment = await deploy({ file, listen });
  const client = await MongoClient.connect(deployment.uri);
  const pages = Array.from({ length: 500 }, (_, _id) => ({ _id, text: 'x'.repeat(4000) }));
  await client.db('damaged').collection<{ _id: number }>('pages').insertMany(pages);
  await client.close();
  await deployment.close();
}

function damage(file: string): void {
  const from = Math.floor(statSync(file).size / 2 / PAGE) * PAGE;
  const handle = openSync(file, 'r+');
  writeSync(handle, Buffer.alloc(4 * PAGE, 0xee), 0, 4 * PAGE, from);
  closeSync(handle);
}

describe('a damaged page', () => {
  it('ends the database when it is read, so that nothing more is written', async () => {
    const file = join(folder, 'data.db');
    await fill(file);
    damage(file);
    const failures: unknown[] = [];
    const onFailure = (error: unknown): void => {
      failures.push(error);
    };
    const deployment = await deploy({ file, listen, onFailure });
    const client = await MongoClient.connect(deployment.uri);
    const found = client.db('damaged').collection('pages').find().toArray();
    await expect(found).rejects.toMatchObject({ code: 1 });
    expect(String(failures[0])).toContain('malformed');
    await client.close();
    await deployment.close();
  });
});
