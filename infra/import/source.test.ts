import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { lines, readSource, textOf } from './source.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oca-'));
  await writeFile(join(folder, 'ten'), '0123456789');
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('readSource', () => {
  it('reads a file whole', async () => {
    expect((await readSource(join(folder, 'ten'))).bytes.toString()).toBe('0123456789');
  });

  it('refuses a file beyond the limit', async () => {
    await expect(readSource(join(folder, 'ten'), 9)).rejects.toMatchObject({
      code: 'IMPORT_TOO_LARGE',
    });
  });

  it.each(['none', '.'])('refuses "%s", which is no file', async (name) => {
    await expect(readSource(join(folder, name))).rejects.toMatchObject({
      code: 'IMPORT_UNREADABLE',
    });
  });
});

describe('textOf', () => {
  it('takes a byte order mark away', () => {
    expect(textOf({ path: '', bytes: Buffer.from('\uFEFFx') })).toBe('x');
  });

  it('tells a cut character from one that is none, with its line', () => {
    const cut = Buffer.from('a\n가').subarray(0, 4);
    expect(() => textOf({ path: '', bytes: cut })).toThrow(
      expect.objectContaining({ code: 'IMPORT_TRUNCATED', line: 2 }),
    );
    const wrong = Buffer.from([0x61, 0x0a, 0x0a, 0xff, 0x0a]);
    expect(() => textOf({ path: '', bytes: wrong })).toThrow(
      expect.objectContaining({ code: 'IMPORT_FORMAT', line: 3 }),
    );
  });
});

describe('lines', () => {
  it.each([
    ['', 1],
    ['a', 1],
    ['a\n', 2],
    ['a\nb\nc', 3],
  ])('counts the begun lines of %j', (text, count) => {
    expect(lines(text)).toBe(count);
  });
});
