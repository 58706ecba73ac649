import { open, rename, rm } from 'node:fs/promises';

import type { Piece } from './table.ts';

/**
 * Writes pieces one after another, so that only one is held in memory. The file is there only once it is whole; until
 * then it is written beside its place.
 *
 * @returns how many rows were written
 */
export async function writePieces(path: string, pieces: AsyncIterable<Piece>): Promise<number> {
  const partPath = `${path}.part`;
  const file = await open(partPath, 'w');
  let rows = 0;
  try {
    for await (const piece of pieces) {
      await file.appendFile(piece.text);
      rows += piece.rows;
    }
    await file.sync();
  } catch (error) {
    await file.close();
    await rm(partPath, { force: true });
    throw error;
  }
  await file.close();
  await rename(partPath, path);
  return rows;
}
