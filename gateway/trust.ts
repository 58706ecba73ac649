/** `node gateway/trust.ts FILE ... > MANIFEST`: a manifest of operations for `TRUSTED_DOCUMENTS`, from `.graphql` files and lists of examples. */
import { readFile } from 'node:fs/promises';

import { manifestOf } from './trusted-documents.ts';

const [, , ...files] = process.argv;
const texts = await Promise.all(
  files.map(async (file) => {
    const text = await readFile(file, 'utf8');
    if (!file.endsWith('.json')) return [text];
    return (JSON.parse(text) as { query: string }[]).map(({ query }) => query);
  }),
);
console.log(JSON.stringify(manifestOf(texts.flat()), null, 2));
