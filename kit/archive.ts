/** What a ZIP archive says of itself, read from its table of contents without unpacking anything. Pure. */
import { problem, type Problem } from './refusal.ts';

/** Most bytes that all entries together may unpack to: 200 MiB, forty times the largest file taken by default. */
export const unpackedLimit = 200 * 1024 * 1024;
/** Most entries; office documents have hundreds. */
export const entriesLimit = 5_000;

/** Endings of archives within an archive; office documents within one are not among them, a chart carries its sheet so. */
const nestedForm = /\.(?:zip|jar|7z|rar|tar|tgz|gz|bz2|xz|zst|lz4|cab|iso)$/i;

const endMark = 0x06_05_4b_50;
const entryMark = 0x02_01_4b_50;
const endBytes = 22;
const entryBytes = 46;
/** A comment behind the end record has up to so many bytes. */
const commentBytes = 0xff_ff;
const entriesPlace = 10;
const tablePlace = 16;

interface Contents {
  packed: number;
  unpacked: number;
  /** Name of the first entry that is an archive itself. */
  nested: string | null;
}

/**
 * What is wrong with an archive: INVALID at `path`, rules ARCHIVE_READABLE for one whose table of contents cannot be read or
 * whose entries overlap, ARCHIVE_ENTRIES, ARCHIVE_UNPACKED (bytes) and ARCHIVE_NESTED, each with limit and found.
 *
 * Reads at most `entriesLimit` entries. Sizes beyond 32 bits count as the largest that 32 bits say.
 */
export function archiveFaults(bytes: Buffer, path: readonly string[]): Problem[] {
  const fault = (rule: string, message: string, limit: string | number, found: string | number) =>
    problem('INVALID', message, [...path], { rule, limit: String(limit), found: String(found) });
  const end = endOf(bytes);
  if (end === null)
    return [fault('ARCHIVE_READABLE', 'This archive is damaged.', 'a table of contents', 'none')];
  const entries = bytes.readUInt16LE(end + entriesPlace);
  if (entries > entriesLimit)
    return [fault('ARCHIVE_ENTRIES', 'The archive has too many entries.', entriesLimit, entries)];
  const contents = contentsOf(bytes, end, entries);
  if (contents === null || contents.packed > bytes.length)
    return [
      fault(
        'ARCHIVE_READABLE',
        contents ? 'Entries of this archive overlap.' : 'This archive is damaged.',
        bytes.length,
        contents?.packed ?? 'entries cut off',
      ),
    ];
  const { unpacked, nested } = contents;
  return [
    ...(unpacked > unpackedLimit
      ? [fault('ARCHIVE_UNPACKED', 'The archive unpacks to too much.', unpackedLimit, unpacked)]
      : []),
    ...(nested === null
      ? []
      : [fault('ARCHIVE_NESTED', 'An archive within an archive is not taken.', 0, nested)]),
  ];
}

/** Place of the end record, the last one whose comment ends with the file; null where there is none. */
function endOf(bytes: Buffer): number | null {
  const last = bytes.length - endBytes;
  for (let at = last; at >= Math.max(0, last - commentBytes); at -= 1)
    if (
      bytes.readUInt32LE(at) === endMark &&
      at + endBytes + bytes.readUInt16LE(at + endBytes - 2) === bytes.length
    )
      return at;
  return null;
}

/** Sums over the table of contents; null where it does not hold as many entries as it says. */
function contentsOf(bytes: Buffer, end: number, entries: number): Contents | null {
  const contents: Contents = { packed: 0, unpacked: 0, nested: null };
  let at = bytes.readUInt32LE(end + tablePlace);
  for (let place = 0; place < entries; place += 1) {
    if (at + entryBytes > end || bytes.readUInt32LE(at) !== entryMark) return null;
    const nameBytes = bytes.readUInt16LE(at + 28);
    const name = bytes.toString('utf8', at + entryBytes, at + entryBytes + nameBytes);
    contents.packed += bytes.readUInt32LE(at + 20);
    contents.unpacked += bytes.readUInt32LE(at + 24);
    if (nestedForm.test(name)) contents.nested ??= name;
    at += entryBytes + nameBytes + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  // More behind the entries that were counted would be unpacked by a reader that goes on.
  return at === end ? contents : null;
}
