import { Kind, parse } from 'graphql';

import { anonymousTag, isUnnamed } from './request-log.ts';

const tags = new Map([
  ['Mutation.reportAnonymously', [anonymousTag]],
  ['Query.other', ['public']],
]);

it.each([
  ['mutation Mine { reportAnonymously(input: {}) { problems { code } } }', true],
  ['mutation { it: reportAnonymously(input: {}) { problems { code } } }', true],
  ['mutation { ... on Mutation { reportAnonymously(input: {}) { problems { code } } } }', true],
  [
    'mutation { ...Parts } fragment Parts on Mutation { reportAnonymously { problems { code } } }',
    true,
  ],
  ['mutation { register { problems { code } } }', false],
  ['{ reportAnonymously { id } other { id } }', false],
])('%s is asked for by nobody: %s', (source, unnamed) => {
  const { definitions } = parse(source);
  const [operation] = definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  const found = definitions.filter((each) => each.kind === Kind.FRAGMENT_DEFINITION);
  const fragments = new Map(found.map((each) => [each.name.value, each]));
  const asked = operation?.kind === Kind.OPERATION_DEFINITION && operation;
  expect(asked && isUnnamed(asked, fragments, { tags })).toBe(unnamed);
});
