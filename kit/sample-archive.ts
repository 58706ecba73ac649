/** ZIP archives for tests: heads and table of contents as they are, what is packed all zeros. */

/** An entry of a sample archive. */
export interface Entry {
  name: string;
  /** Bytes that lie in the archive; default 0. */
  packed?: number;
  /** Bytes that are said to lie there; default: those that do. */
  claimed?: number;
  /** Bytes that it is said to unpack to; default 0. */
  unpacked?: number;
  /** Bytes of its extra field. */
  extra?: number;
}

/**
 * An archive.
 *
 * @param told what its end record tells instead of the truth
 */
export function archiveOf(
  entries: readonly Entry[],
  told: { count?: number; table?: number; comment?: string } = {},
): Buffer {
  const heads = entries.map(headOf);
  const bodies = Buffer.concat(heads);
  const rows = Buffer.concat(entries.map(rowOf));
  const comment = Buffer.from(told.comment ?? '');
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06_05_4b_50, 0);
  end.writeUInt16LE(told.count ?? entries.length, 8);
  end.writeUInt16LE(told.count ?? entries.length, 10);
  end.writeUInt32LE(rows.length, 12);
  end.writeUInt32LE(told.table ?? bodies.length, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([bodies, rows, end, comment]);
}

function headOf({ name, packed = 0, unpacked = 0 }: Entry): Buffer {
  const head = Buffer.alloc(30);
  head.writeUInt32LE(0x04_03_4b_50, 0);
  head.writeUInt32LE(packed, 18);
  head.writeUInt32LE(unpacked, 22);
  head.writeUInt16LE(Buffer.byteLength(name), 26);
  return Buffer.concat([head, Buffer.from(name), Buffer.alloc(packed)]);
}

function rowOf({ name, packed = 0, claimed = packed, unpacked = 0, extra = 0 }: Entry): Buffer {
  const row = Buffer.alloc(46);
  row.writeUInt32LE(0x02_01_4b_50, 0);
  row.writeUInt32LE(claimed, 20);
  row.writeUInt32LE(unpacked, 24);
  row.writeUInt16LE(Buffer.byteLength(name), 28);
  row.writeUInt16LE(extra, 30);
  return Buffer.concat([row, Buffer.from(name), Buffer.alloc(extra)]);
}
