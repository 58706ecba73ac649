/** The house's own rules: rooms all alike, lists that are closed stay closed. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { subgraphNames } from '#schema/sdl.ts';

const root = new URL('..', import.meta.url).pathname;

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(join(root, folder), { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length))
    .filter((path) => !path.includes('node_modules') && !path.endsWith('.generated.ts'));
}

/** What every subgraph has beside its nouns. */
const floorPlan = [
  'README.md',
  'config.ts',
  'context.ts',
  'mutations.ts',
  'resolvers.ts',
  'subgraph.ts',
];

describe.each(subgraphNames)('subgraphs/%s', (name) => {
  it('has the floor plan of all subgraphs, and beside it only folders of nouns', async () => {
    const entries = await readdir(join(root, 'subgraphs', name), { withFileTypes: true });
    const files = entries.filter(
      (entry) => entry.isFile() && !entry.name.endsWith('.generated.ts'),
    );
    expect(files.map((entry) => entry.name).toSorted()).toEqual(floorPlan);
    expect(entries.some((entry) => entry.isDirectory())).toBe(true);
  });

  it('keeps every model in the folder of its noun, beside something that uses it', async () => {
    const files = await filesBelow(`subgraphs/${name}`);
    const models = files.filter((file) => file.endsWith('.model.ts'));
    expect(models.length).toBeGreaterThan(0);
    for (const model of models) {
      const folder = model.slice(0, model.lastIndexOf('/') + 1);
      expect(files.filter((file) => file.startsWith(folder) && file !== model)).not.toEqual([]);
    }
  });
});

it('lists every file of the kit in its README, and nothing else', async () => {
  const readme = await readFile(join(root, 'kit/README.md'), 'utf8');
  const listed = [...readme.matchAll(/^\| `([\w.-]+)`/gm)].map(([, file]) => String(file));
  const files = (await filesBelow('kit')).map((file) => file.slice('kit/'.length));
  const modules = files.filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));
  expect(listed.toSorted()).toEqual(modules.toSorted());
});

it.each(['gateway', 'subgraphs', 'kit', 'infra', 'schema', 'test', 'bench'])(
  'names no file or folder of %s as a dump, and none is an index',
  async (folder) => {
    const dumps = /(^|\/)(utils?|helpers?|misc|shared|lib|index)(\/|\.[jt]s$)/;
    expect((await filesBelow(folder)).filter((file) => dumps.test(file))).toEqual([]);
  },
);

it('gives every decision a number of its own', async () => {
  const numbers = (await readdir(join(root, 'docs/decisions'))).map((file) => file.slice(0, 4));
  expect(numbers.every((number) => /^\d{4}$/.test(number))).toBe(true);
  expect(new Set(numbers).size).toBe(numbers.length);
});
