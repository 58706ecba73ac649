import fc from 'fast-check';

import { archiveFaults, entriesLimit, unpackedLimit } from './archive.ts';
import { archiveOf } from './sample-archive.ts';

const rules = (bytes: Buffer) =>
  archiveFaults(bytes, ['content']).map(({ rule, limit, found }) => [rule, limit, found]);
const mebibyte = 1024 * 1024;

describe('archiveFaults', () => {
  it('finds nothing wrong with documents, a sheet within one, a folder, a comment, and no entries', () => {
    const entries = [
      { name: 'word/' },
      { name: 'word/document.xml', packed: 300, unpacked: 4_000 },
      { name: 'word/embeddings/sheet.xlsx', packed: 200, unpacked: 210 },
      { name: '문서/계획서.xml', packed: 10, unpacked: 12, extra: 9 },
    ];
    expect(rules(archiveOf(entries))).toEqual([]);
    expect(rules(archiveOf(entries, { comment: 'made by hand' }))).toEqual([]);
    expect(rules(archiveOf([]))).toEqual([]);
  });

  it('refuses what unpacks to too much, in one entry or in all together, with limit and found', () => {
    const limit = String(unpackedLimit);
    const one = archiveOf([{ name: 'a.xml', packed: 9, unpacked: unpackedLimit + 1 }]);
    expect(rules(one)).toEqual([['ARCHIVE_UNPACKED', limit, String(unpackedLimit + 1)]]);
    const many = Array.from({ length: 201 }, (_, place) => ({
      name: `${place}.xml`,
      packed: 9,
      unpacked: mebibyte,
    }));
    expect(rules(archiveOf(many))).toEqual([['ARCHIVE_UNPACKED', limit, String(201 * mebibyte)]]);
    expect(rules(archiveOf(many.slice(1)))).toEqual([]);
  });

  it('refuses sizes that only 64 bits hold', () => {
    const bytes = archiveOf([{ name: 'a', packed: 1, unpacked: 0xff_ff_ff_ff }]);
    expect(rules(bytes)).toMatchObject([['ARCHIVE_UNPACKED', String(unpackedLimit), '4294967295']]);
  });

  it('refuses too many entries before it reads them', () => {
    const bytes = archiveOf([], { count: entriesLimit + 1 });
    expect(rules(bytes)).toEqual([['ARCHIVE_ENTRIES', '5000', '5001']]);
  });

  it.each(['b.zip', 'deep/B.ZIP', 'lib.jar', 'a.tar.gz', 'a.7z'])('refuses %s within', (name) => {
    expect(rules(archiveOf([{ name: 'a.xml' }, { name }]))).toEqual([
      ['ARCHIVE_NESTED', '0', name],
    ]);
  });

  it('says all that is wrong at once', () => {
    const bytes = archiveOf([{ name: 'b.zip', packed: 5, unpacked: unpackedLimit * 2 }]);
    expect(rules(bytes).map(([rule]) => rule)).toEqual(['ARCHIVE_UNPACKED', 'ARCHIVE_NESTED']);
  });

  it('refuses entries that lie over one another', () => {
    const entries = [
      { name: 'a', packed: 50, claimed: 900, unpacked: 900 },
      { name: 'b', packed: 50, claimed: 900, unpacked: 900 },
    ];
    const bytes = archiveOf(entries);
    expect(rules(bytes)).toEqual([['ARCHIVE_READABLE', String(bytes.length), '1800']]);
  });

  it.each([
    ['no end', (bytes: Buffer) => bytes.subarray(0, -1)],
    ['no table', (bytes: Buffer) => bytes.subarray(-22)],
    ['only a head', () => Buffer.from('504b0304', 'hex')],
    [
      'fewer entries told than there are',
      () => archiveOf([{ name: 'a' }, { name: 'b' }], { count: 1 }),
    ],
    ['more entries told than there are', () => archiveOf([{ name: 'a' }], { count: 2 })],
    ['a table beyond the file', () => archiveOf([{ name: 'a' }], { table: 0xff_ff_ff_ff })],
  ])('refuses an archive with %s', (_, cut) => {
    const found = rules(cut(archiveOf([{ name: 'a', packed: 5, unpacked: 5 }])));
    expect(found.map(([rule]) => rule)).toEqual(['ARCHIVE_READABLE']);
  });

  it('answers whatever the bytes are', () => {
    const whole = archiveOf([{ name: 'a.xml', packed: 5, unpacked: 5 }, { name: 'b.xml' }]);
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), (at, byte, end) => {
        const bytes = Buffer.from(whole);
        bytes[at] = byte;
        expect(
          archiveFaults(bytes.subarray(0, end), []).every(({ code }) => code === 'INVALID'),
        ).toBe(true);
      }),
    );
  });
});
