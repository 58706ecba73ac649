/**
 * `npm run trust`: writes the manifest of the operations that are known — the first page's examples and, where there is a
 * console, its `.graphql` files — for `TRUSTED_DOCUMENTS`. With `--check` it only says whether the manifest is fresh; with files,
 * `node gateway/trust.ts FILE ... > MANIFEST` makes one of those.
 */
import { readFile, writeFile } from 'node:fs/promises';

import { manifestFile, manifestText, sourceFiles } from './limits/trusted-sources.ts';

const [, , ...given] = process.argv;
const files = given.filter((each) => !each.startsWith('--'));
const text = await manifestText(files.length > 0 ? files : await sourceFiles());

if (files.length > 0) process.stdout.write(text);
else if (!given.includes('--check')) await writeFile(manifestFile, text);
else if ((await readFile(manifestFile, 'utf8').catch(() => '')) !== text) {
  console.error('schema/trusted-documents.json is not fresh: run "npm run trust".');
  process.exitCode = 1;
}
