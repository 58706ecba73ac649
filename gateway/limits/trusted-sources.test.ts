import { readFile } from 'node:fs/promises';

import { getOperationAST, parse, validate } from 'graphql';

import { createLog } from '#kit/log.ts';
import { readGatewayConfig } from '../config.ts';
import { costOf } from './cost.ts';
import { limitSize } from './limits.ts';
import { readSupergraph, type Supergraph } from '../supergraph.ts';
import { manifestOf, readTrustedDocuments } from './trusted-documents.ts';
import {
  examplesFile,
  manifestFile,
  manifestText,
  sourceFiles,
  textsIn,
} from './trusted-sources.ts';

const { limits, supergraph: file } = readGatewayConfig({});

let supergraph: Supergraph;
beforeAll(async () => {
  const log = createLog('gateway', 'silent');
  supergraph = await readSupergraph(await readFile(file, 'utf8'), 'APOLLO', log);
});

function costIn(text: string, variables: Record<string, unknown> = {}): number {
  const document = parse(text);
  const operation = getOperationAST(document);
  if (!operation) throw new Error('There is more than one operation.');
  limitSize(document, operation, limits);
  return costOf(supergraph, document, operation, variables);
}

describe('the manifest of known operations', () => {
  it('is fresh: "npm run trust" makes the same', async () => {
    expect(await readFile(manifestFile, 'utf8')).toBe(await manifestText(await sourceFiles()));
  });

  it('is read as it was written', async () => {
    const known = await readTrustedDocuments(manifestFile);
    for (const text of await textsIn(examplesFile)) expect([...known.values()]).toContain(text);
  });

  it('holds operations of this graph alone, each within the limits', async () => {
    const known = await readTrustedDocuments(manifestFile);
    expect(known.size).toBeGreaterThan(5);
    for (const text of known.values()) {
      expect(validate(supergraph.apiSchema, parse(text))).toEqual([]);
      expect(costIn(text)).toBeLessThanOrEqual(limits.cost);
    }
  });

  it('takes no operation without a name, no two of one name and none that cannot be parsed', () => {
    expect(() => manifestOf(['{ who }'])).toThrow('has one name');
    expect(() => manifestOf(['query A { who } query B { who }'])).toThrow('has one name');
    expect(() => manifestOf(['query A { who }', 'query A { me }'])).toThrow('called A');
    expect(() => manifestOf(['query A {'])).toThrow('Syntax Error');
  });

  it('names an operation whose fragments stand before it', () => {
    const text = 'fragment F on Query { who } query A { ...F }';
    expect(manifestOf([text]).operations).toMatchObject([{ name: 'A', type: 'query', body: text }]);
  });
});

describe('the cost of a technology map', () => {
  const tree = (depth: number): string =>
    depth === 0 ? '' : `{ code children ${tree(depth - 1)} }`;
  const leaf = (depth: number): string => tree(depth).replace('children  ', '');
  const maps = (depth: number, first = 20) =>
    `{ techMaps(first: ${first}) { edges { node { code roots ${leaf(depth)} } } } }`;

  it.each([
    ['all maps with domains, areas and technologies', maps(3), true],
    ['one map, a level deeper', maps(4, 1), true],
    [
      'one map with all that a tree map shows',
      '{ techMap(code: "core") { figures(depth: 8) { technology { code } } } }',
      true,
    ],
    ['all maps, a level deeper', maps(4), false],
    ['a hundred maps with domains, areas and technologies', maps(3, 100), false],
    ['one map, six levels deep', maps(6, 1), false],
  ])('of %s is %s', (_, text, isWithin) => {
    expect(costIn(text) <= limits.cost).toBe(isWithin);
  });
});
