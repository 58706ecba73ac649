import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import S3rver from '@20minutes/s3rver';

import { readConfig } from './config.ts';
import { fileStore, fileStoreSettings, type DocumentStore } from './file-store.ts';

let folder: string;
let server: S3rver;
let port: number;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oca-bucket-'));
  server = new S3rver({
    address: '127.0.0.1',
    port: 0,
    directory: folder,
    silent: true,
    configureBuckets: [{ name: 'documents' }],
  });
  ({ port } = await server.run());
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

/** A store as a service with these settings has it. */
function storeOf(more: Record<string, string> = {}): DocumentStore {
  return fileStore(
    readConfig(
      {
        DOCUMENTS_S3_ENDPOINT: `http://127.0.0.1:${port}/`,
        DOCUMENTS_S3_BUCKET: 'documents',
        DOCUMENTS_S3_PREFIX: 'alliance/',
        DOCUMENTS_S3_ACCESS_KEY_ID: 'S3RVER',
        DOCUMENTS_S3_SECRET_ACCESS_KEY: 'S3RVER',
        ...more,
      },
      fileStoreSettings,
    ),
  );
}

describe('a store in a bucket', () => {
  it('gives back the same bytes, kept once under their hash', async () => {
    const store = storeOf();
    const bytes = Buffer.from('협약서'.repeat(100_000));
    const [first, second] = await Promise.all([store.put(bytes), store.put(bytes)]);
    expect(first).toMatch(/^[0-9a-f]{64}$/u);
    expect(second).toBe(first);
    expect((await store.get(first)).equals(bytes)).toBe(true);
    expect(await store.get(await store.put(Buffer.alloc(0)))).toHaveLength(0);
  });

  it('tells bytes that were changed there, and such as are not there', async () => {
    const store = storeOf();
    const sha256 = await store.put(Buffer.from('as it was'));
    const place = join(folder, 'documents', 'alliance', sha256.slice(0, 2));
    const [object] = (await readdir(place)).filter((name) => name.endsWith('_object'));
    await writeFile(join(place, object ?? ''), 'as it is');
    await expect(store.get(sha256)).rejects.toThrow('damaged');
    await expect(store.get('0'.repeat(64))).rejects.toThrow('404');
  });

  it('is an error without the right key, or without a bucket', async () => {
    const bytes = Buffer.from('anything');
    const forged = storeOf({ DOCUMENTS_S3_SECRET_ACCESS_KEY: 'guessed' });
    await expect(forged.put(bytes)).rejects.toThrow('403');
    await expect(storeOf({ DOCUMENTS_S3_BUCKET: 'nowhere' }).put(bytes)).rejects.toThrow('404');
  });
});

describe('settings of a bucket', () => {
  it('may keep the secret in a file', async () => {
    const file = join(folder, 'secret');
    await writeFile(file, 'S3RVER\n');
    const inFile = { DOCUMENTS_S3_SECRET_ACCESS_KEY: '' };
    const store = storeOf({ ...inFile, DOCUMENTS_S3_SECRET_ACCESS_KEY_FILE: file });
    expect(await store.put(Buffer.from('kept'))).toMatch(/^[0-9a-f]{64}$/u);
    expect(() =>
      storeOf({ ...inFile, DOCUMENTS_S3_SECRET_ACCESS_KEY_FILE: `${file}-gone` }),
    ).toThrow('DOCUMENTS_S3_SECRET_ACCESS_KEY_FILE: cannot be read');
  });

  it('are all needed where an endpoint is named, and all faults are told', () => {
    expect(() => storeOf({ DOCUMENTS_S3_BUCKET: '', DOCUMENTS_S3_ACCESS_KEY_ID: '' })).toThrow(
      'DOCUMENTS_S3_BUCKET: must be set where DOCUMENTS_S3_ENDPOINT is\nDOCUMENTS_S3_ACCESS_KEY_ID: must be set',
    );
    expect(() => storeOf({ DOCUMENTS_S3_ENDPOINT: 'ftp://x' })).toThrow(
      'must be an http or https address',
    );
  });
});
