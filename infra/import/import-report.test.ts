import { alike, failed, figure, repaired } from './found.ts';
import { exitCode, reportText } from './import-report.ts';
import type { LoadReport, Tally } from './load.ts';

const ending = { path: 'dir/a.yml', source: 'a', dryRun: false, verbose: false, seconds: 2 };

function reportOf(tally: Partial<Tally>): LoadReport {
  const none = { created: 0, updated: 0, unchanged: 0, failed: 0 };
  return { tallies: new Map([['companies', { ...none, ...tally }]]), remarks: [], map: null };
}

describe('reportText', () => {
  it('shows every failed line and counts repaired ones by their reason', () => {
    const check = {
      rows: new Map(),
      figures: [figure('items', 1234)],
      remarks: [5, 6, 7, 8]
        .map((line) => repaired(line, 'Mended.'))
        .concat(failed(2, 'Broken.', 'Pot')),
    };
    expect(reportText(check, reportOf({ created: 3 }), ending).split('\n')).toEqual([
      'a.yml as "a"',
      '',
      '  items                                          1,234',
      '',
      'dir/a.yml:2: Pot: Broken.',
      '  Repaired: Mended. (4 lines: 5, 6, 7, …)',
      '',
      '                    created    updated  unchanged     failed',
      '  companies               3          0          0          0',
      '',
      'Done: 3 created, 0 updated, 0 unchanged; 1 line failed; 2.0 s.',
    ]);
  });

  it('says which lines look like a firm that was there, which is no fault', () => {
    const check = { rows: new Map(), figures: [], remarks: [] };
    const report = { ...reportOf({ created: 2 }), remarks: [alike(3, 'the same name.', 'Nova')] };
    expect(reportText(check, report, ending)).toContain(
      '  Looks like another firm: the same name. (line 3)',
    );
    expect(exitCode(check, report)).toBe(0);
  });

  it('lets no text of a file reach the terminal as a command', () => {
    const check = {
      rows: new Map(),
      figures: [],
      remarks: [failed(1, 'Odd.', '\u001B[2Jx\u202E\n')],
    };
    expect(reportText(check, reportOf({}), ending)).toContain(
      'dir/a.yml:1: \uFFFD[2Jx\uFFFD\uFFFD: Odd.',
    );
  });
});

describe('exitCode', () => {
  const clean = { rows: new Map(), figures: [], remarks: [] };

  it.each([
    ['0 when everything came in', clean, reportOf({ unchanged: 1 }), 0],
    [
      '1 when a line failed',
      { ...clean, remarks: [failed(1, 'Broken.')] },
      reportOf({ created: 1 }),
      1,
    ],
    ['2 when nothing came in', clean, reportOf({ failed: 9 }), 2],
  ])('is %s', (_, check, report, code) => {
    expect(exitCode(check, report)).toBe(code);
  });
});
