import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { diskStore } from './file-store.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oca-store-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('diskStore', () => {
  it('gives back the same bytes, kept once under their hash', async () => {
    const store = diskStore(folder, null);
    const bytes = Buffer.from('협약서');
    const [first, second] = await Promise.all([store.put(bytes), store.put(bytes)]);
    expect(first).toMatch(/^[0-9a-f]{64}$/u);
    expect(second).toBe(first);
    expect(await store.get(first)).toEqual(bytes);
  });

  it('tells bytes that were changed on disk', async () => {
    const store = diskStore(folder, null);
    const sha256 = await store.put(Buffer.from('as it was'));
    await writeFile(join(folder, sha256.slice(0, 2), sha256), 'as it is');
    await expect(store.get(sha256)).rejects.toThrow('damaged');
  });

  it('believes a scanner, and takes one that cannot be started for an error', async () => {
    const bytes = Buffer.from('anything');
    expect(await diskStore(folder, null).isClean(bytes)).toBe(true);
    expect(await diskStore(folder, '/bin/true').isClean(bytes)).toBe(true);
    expect(await diskStore(folder, '/bin/false').isClean(bytes)).toBe(false);
    await expect(diskStore(folder, '/no/scanner').isClean(bytes)).rejects.toThrow('ENOENT');
  });
});
