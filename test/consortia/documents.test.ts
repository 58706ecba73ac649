/** Where documents lie and what looks at them, as the environment says. */
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import S3rver from '@20minutes/s3rver';

import { brief, drawUp, editorOf, sealAlone, startAlliance } from './alliance.ts';
import type { Alliance } from './alliance.ts';

let folder: string;
let server: S3rver;
let alliance: Alliance;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oca-documents-'));
  const scanner = join(folder, 'scanner');
  // Finds one word, and falls over at another.
  await writeFile(
    scanner,
    '#!/bin/sh\nread -r line\ncase "$line" in *EICAR*) exit 1;; *FALL*) kill -9 $$;; esac\n',
  );
  await chmod(scanner, 0o755);
  server = new S3rver({
    address: '127.0.0.1',
    port: 0,
    directory: join(folder, 'buckets'),
    silent: true,
    configureBuckets: [{ name: 'alliance' }],
  });
  const { port } = await server.run();
  alliance = await startAlliance({
    DOCUMENT_SCANNER: scanner,
    DOCUMENTS_S3_ENDPOINT: `http://127.0.0.1:${port}`,
    DOCUMENTS_S3_BUCKET: 'alliance',
    DOCUMENTS_S3_ACCESS_KEY_ID: 'S3RVER',
    DOCUMENTS_S3_SECRET_ACCESS_KEY: 'S3RVER',
  });
  await alliance.tellFirm('infra', { kinds: ['IAAS'] });
  await alliance.tellFirm('helper');
});
afterAll(async () => {
  await alliance.stop();
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

const lead = editorOf('infra');
const upload = (projectId: string, text: string) => ({
  projectId,
  code: 'PLAN',
  fileName: '계획서.pdf',
  content: Buffer.from(`%PDF-1.4 ${text}\n`).toString('base64'),
});

/** Names of all objects in the bucket. */
async function kept(): Promise<string[]> {
  const names = await readdir(join(folder, 'buckets', 'alliance'), { recursive: true });
  return names.flatMap((name) => /([0-9a-f]{64})\._[^/]*object$/u.exec(name)?.[1] ?? []);
}

describe('documents in a bucket', () => {
  it('lie there under their hash, agreements too, and come back whole', async () => {
    const { id, consortiumId } = await sealAlone(alliance, 'infra', null);
    const given = upload(id, '계획서');
    const { document } = await alliance.change<{ document: { sha256: string; content: string } }>(
      lead,
      'uploadDocument',
      given,
      'document { sha256 content }',
    );
    expect(document.content).toBe(given.content);
    const { consortium } = await alliance.data<{
      consortium: { agreements: { sha256: string; content: string }[] };
    }>(lead, 'query ($id: ID!) { consortium(id: $id) { agreements { sha256 content } } }', {
      id: consortiumId,
    });
    const [agreement] = consortium.agreements;
    expect(
      Buffer.from(agreement?.content ?? '', 'base64')
        .subarray(0, 5)
        .toString(),
    ).toBe('%PDF-');
    expect(await kept()).toEqual(expect.arrayContaining([document.sha256, agreement?.sha256]));
    expect((await drawUp(alliance, lead, consortiumId)).problems).toMatchObject([
      { code: 'WRONG_STATE', path: ['consortiumId'] },
    ]);
  });

  it('are not kept when the scanner refuses them, or gives no answer', async () => {
    const { id } = await sealAlone(alliance, 'infra', null);
    const before = (await kept()).length;
    const refused = await alliance.change<object>(lead, 'uploadDocument', upload(id, 'EICAR'));
    expect(brief(refused.problems)).toEqual([['INVALID', 'content', 'SCAN']]);
    const away = await alliance.change<object>(lead, 'uploadDocument', upload(id, 'FALL'));
    expect(brief(away.problems)).toEqual([['WRONG_STATE', 'content', 'SCANNER_AWAY']]);
    expect(await kept()).toHaveLength(before);
    const { project } = await alliance.data<{ project: { documents: object[] } }>(
      lead,
      'query ($id: ID!) { project(id: $id) { documents { code } } }',
      { id },
    );
    expect(project.documents).toEqual([]);
  });
});
