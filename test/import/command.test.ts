/** The import as an operator types it. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { createLog } from '#kit/log.ts';
import { fixture } from '../../infra/import/fixture.ts';
import { ask } from '../../infra/import/graph.ts';
import { openPlatform } from '../../infra/platform.ts';
import { runImport } from './run.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const calendar = join(root, 'infra/import/fixtures/calendar.ics');

const places = ['--zone', 'Asia/Seoul', '--region', 'KR-11'];

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oca-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const run = (...args: string[]) => runImport(join(folder, 'data'), ...args);

describe('npm run import', () => {
  it('waits until everything that it says is read', async () => {
    const { stdout } = await promisify(execFile)('sh', [
      '-c',
      `"$0" "$1" cncf "$2" 2>&1 | { sleep 2; wc -c; }`,
      process.execPath,
      join(root, 'infra/import/main.ts'),
      'x'.repeat(100_000),
    ]);
    expect(Number(stdout)).toBeGreaterThan(100_000);
  });

  it.each([
    [[], 'No format is given.'],
    [['xml', 'a.xml'], 'There is no format "xml".'],
    [['cncf'], 'One file is to be given.'],
    [['cncf', 'a', 'b'], 'One file is to be given.'],
    [['ics', 'aa.ics', '--zone', 'Mars/Olympus'], '"Mars/Olympus" is no time zone.'],
    [['ics', 'aa.ics', '--region', 'Seoul'], '"Seoul" is no region.'],
    [['ics', '달력.ics'], '"" is no name for a source'],
    [['cncf', 'a.yml', '--force'], "Unknown option '--force'"],
  ])('explains itself for %j', async (args, reason) => {
    const { code, out, error } = await run(...args);
    expect([code, out]).toEqual([2, '']);
    expect(error).toContain(reason);
    expect(error).toContain('Usage: npm run import -- FORMAT FILE');
  });

  it('refuses a cut file with its code and line, and does not even open the database', async () => {
    const { bytes } = await fixture('landscape.yml');
    const path = join(folder, 'cut.yml');
    await writeFile(path, bytes.subarray(0, 900));
    const { code, error } = await run('cncf', path);
    expect(code).toBe(2);
    expect(error).toMatch(/cut\.yml:\d+: IMPORT_TRUNCATED: .* Nothing was imported\.\n$/);
  });

  it('tells a file that is not there, and a folder', async () => {
    expect((await run('cncf', join(folder, 'none.yml'))).error).toContain('IMPORT_UNREADABLE');
    expect((await run('cncf', folder)).error).toContain('IMPORT_UNREADABLE');
  });

  it('imports into a platform that is running on the same folder, and tells lines that failed', async () => {
    const platform = await openPlatform({
      environment: { DATA_DIR: join(folder, 'data'), PORT: '0' },
      log: createLog('import', 'silent'),
    });
    try {
      const first = await run('ics', calendar, ...places, '--source', 'meetups');
      expect([first.code, first.error]).toEqual([1, '']);
      expect(first.out).toContain('calendar.ics as "meetups"');
      expect(first.out).toContain('Done: 9 created');
      expect(first.out).toContain(`${calendar}:88: Nobody knows the time zone "Mars/Olympus".`);
      const { events } = await ask<{ events: { totalCount: number } }>(
        platform,
        '{ events(filter: { includeCancelled: true }) { totalCount } }',
      );
      expect(events.totalCount).toBeGreaterThanOrEqual(9);
    } finally {
      await platform.stop();
    }
  });
});
