import fc from 'fast-check';

import type { CapabilityRow } from '../capability/capability-import.ts';
import { evidenceKinds } from '../capability/evidence.ts';
import type { TechnologyRow } from '../placement/import-plan.ts';
import { capabilityColumns, capabilityExamples } from './capability-columns.ts';
import { readTable, writeTable, type Columns, type TableFormat } from './table.ts';
import { technologyColumns, technologyExamples } from './technology-columns.ts';

const formats = ['CSV', 'JSONL'] as const;
const words = fc.string({
  unit: fc.constantFrom('a', '한', '"', ',', '|', '\\', ';'),
  minLength: 1,
});
const text = fc.record({ ko: words, en: words });

/** What rows say once they were written and read, beside what they said. */
function thereAndBack<Row>(columns: Columns<Row>, format: TableFormat, rows: readonly Row[]) {
  const read = readTable(columns, format, writeTable(columns, format, rows, true));
  expect(read.problems).toEqual([]);
  const back = read.rows.map(({ row }) => columns.object(row));
  return [back, rows.map((row) => columns.object(row))] as const;
}

describe.each(formats)('a table in %s', (format) => {
  it('gives technologies back as they were', () => {
    const row: fc.Arbitrary<TechnologyRow> = fc.record({
      code: words,
      parentCode: fc.option(words, { nil: undefined }),
      kind: fc.constantFrom('DOMAIN' as const, 'AREA' as const, 'TECHNOLOGY' as const),
      name: text,
      aliases: fc.array(words),
      description: text,
      links: fc.array(fc.record({ url: words, title: fc.option(words) })),
      core: fc.boolean(),
      position: fc.nat(9_999),
    });
    fc.assert(
      fc.property(fc.array(row), (rows) => {
        const [back, given] = thereAndBack(technologyColumns, format, rows);
        expect(back).toEqual(given);
      }),
    );
  });

  it('gives capabilities back as they were', () => {
    const evidence = fc.record({
      kind: fc.constantFrom(...evidenceKinds),
      title: fc.option(words),
      url: fc.option(words),
      note: fc.option(words),
    });
    const row: fc.Arbitrary<CapabilityRow> = fc.record({
      companyId: words,
      technologyCode: words,
      level: fc.integer({ min: 1, max: 9 }),
      capacity: fc.option(fc.nat(999), { nil: undefined }),
      since: fc.option(fc.constant('2024-02-29'), { nil: undefined }),
      evidence: fc.array(evidence),
    });
    fc.assert(
      fc.property(fc.array(row), (rows) => {
        const [back, given] = thereAndBack(capabilityColumns, format, rows);
        expect(back).toEqual(given);
      }),
    );
  });

  it('has a template that can be read', () => {
    const [technologies, given] = thereAndBack(technologyColumns, format, technologyExamples);
    expect(technologies).toEqual(given);
    const [capabilities, said] = thereAndBack(capabilityColumns, format, capabilityExamples);
    expect(capabilities).toEqual(said);
  });
});

function faults(format: TableFormat, table: string): unknown[] {
  const { problems } = readTable(capabilityColumns, format, table);
  return problems.map(({ path, message }) => [path.join('.'), message]);
}

describe('lines that cannot be read', () => {
  it('are told by their number, in CSV', () => {
    expect(
      faults(
        'CSV',
        'companyId,technologyCode,level,since,evidence\nc,t,seven,2024-02-30,"LINK | x\nGUESS"\nc,,5\nc,t,5,,,,\n',
      ),
    ).toEqual([
      ['lines.5', 'This line has more cells than there are columns.'],
      ['lines.2.level', 'This is to be a whole number.'],
      ['lines.2.since', 'A day is YYYY-MM-DD, such as 2026-11-22.'],
      ['lines.2.evidence.1.kind', 'This is to be one of LINK, FILE, CERTIFICATE, PROJECT.'],
    ]);
    expect(faults('CSV', 'companyId,colour\n')).toEqual([
      ['lines.1', 'There is no column colour.'],
    ]);
    expect(faults('CSV', 'companyId\n"c')).toEqual([['lines.2', 'A quoted field does not end.']]);
    expect(faults('CSV', 'companyId\nc')).toEqual([
      ['lines.2.technologyCode', 'This is needed.'],
      ['lines.2.level', 'This is needed.'],
    ]);
  });

  it('are told by their number, in JSON Lines', () => {
    expect(
      faults(
        'JSONL',
        '{"companyId":"c"\n\n[]\n{"companyId":7,"technologyCode":"t","level":1.5,"colour":1}\n',
      ),
    ).toEqual([
      ['lines.1', 'This line is no JSON.'],
      ['lines.3', 'This is no object.'],
      ['lines.3.companyId', 'This is needed.'],
      ['lines.3.technologyCode', 'This is needed.'],
      ['lines.3.level', 'This is needed.'],
      ['lines.4.colour', 'There is no field of this name.'],
      ['lines.4.companyId', 'This is to be text.'],
      ['lines.4.level', 'This is to be a whole number.'],
    ]);
  });
});
