/** Which operations are known before anybody asks: those of the first page's examples and of the console. */
import { glob, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { manifestOf } from './trusted-documents.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The manifest that is kept with the schema. */
export const manifestFile = `${root}schema/trusted-documents.json`;

/** The examples of the first page and of GraphiQL. */
export const examplesFile = `${root}gateway/page/examples.json`;

/** Files that the manifest is made of, in an order that does not change. */
export async function sourceFiles(): Promise<string[]> {
  const files: string[] = [];
  for await (const file of glob('web/src/**/*.graphql', { cwd: root })) files.push(root + file);
  return [examplesFile, ...files.toSorted()];
}

/**
 * The manifest of operations in `.graphql` files, one with its fragments each, and in lists of examples.
 *
 * @throws {Error} when a file cannot be read or an operation cannot be parsed
 */
export async function manifestText(files: readonly string[]): Promise<string> {
  const texts = await Promise.all(files.map((file) => textsIn(file)));
  return `${JSON.stringify(manifestOf(texts.flat()), null, 2)}\n`;
}

/** The operations in a file, as they are sent. */
export async function textsIn(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8');
  if (!file.endsWith('.json')) return [text];
  return (JSON.parse(text) as { query: string }[]).map(({ query }) => query);
}
