import { existsSync, readFileSync } from 'node:fs';

import { parse, validate, type DocumentNode } from 'graphql';

import { createLog } from '#kit/log.ts';
import { readSupergraph } from '../gateway/supergraph.ts';

const root = new URL('..', import.meta.url);
const text = (file: string) => readFileSync(new URL(file, root), 'utf8');
const readme = text('README.md');

const supergraph = readSupergraph(
  text('schema/supergraph.graphql'),
  'APOLLO',
  createLog('test', 'silent'),
);

/** Every operation of the tour, by name. */
const operations: [string, DocumentNode][] = [...readme.matchAll(/```graphql\n([\s\S]*?)```/g)].map(
  ([, source = '']) => [/\w+ (\w+)/.exec(source)?.[1] ?? source, parse(source)],
);

it.each(operations)('asks in %s only for what the graph has', async (_, operation) => {
  expect(validate((await supergraph).apiSchema, operation)).toEqual([]);
});

it('names only commands that package.json has', () => {
  const { scripts } = JSON.parse(text('package.json')) as { scripts: Record<string, string> };
  const named = [...readme.matchAll(/npm run ([\w:]+)|`(start:[\w]+)`/g)].map(([, a, b]) => a ?? b);
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((name) => !(String(name) in scripts))).toEqual([]);
});

it.each(['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md'])(
  'links from %s to files that are there',
  (file) => {
    const links = [...text(file).matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, path]) =>
      String(path),
    );
    expect(links.filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
  },
);
