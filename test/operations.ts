/** Every operation of the graph that is written down anywhere in the project: found, so that none is remembered by hand. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import {
  Kind,
  parse,
  parseType,
  TypeInfo,
  validate,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type GraphQLSchema,
  type VariableDefinitionNode,
} from 'graphql';

import { wordsOf } from './written.ts';

/** An operation as somebody wrote it. */
export interface WrittenOperation {
  /** Where it was found first. */
  file: string;
  text: string;
  /** What was written, with variables where values are known only when the program runs. */
  document: DocumentNode;
  /** The variables that were written down beside it. */
  variables: Record<string, unknown> | null;
}

/** A text that speaks of the graph's root fields, and could not be read as an operation. */
export interface UnreadText {
  file: string;
  text: string;
}

/** What was found. */
export interface Written {
  operations: WrittenOperation[];
  unread: UnreadText[];
}

interface Candidate {
  file: string;
  /** As it is, or with what stands for words that are known only when the program runs. */
  texts: string[];
  variables: Record<string, unknown> | null;
}

const begins = /^\s*(query|mutation|subscription|fragment|\{)/;

/**
 * Finds every operation that is valid for a schema, once each: in programs and their tests (strings and templates, with
 * constants put in), in fences of the documentation, in files of operations, and in GraphiQL's examples.
 */
export function writtenOperations(schema: GraphQLSchema, root: string): Written {
  const operations = new Map<string, WrittenOperation>();
  const unread: UnreadText[] = [];
  for (const { file, texts, variables } of candidates(root)) {
    const found = texts.flatMap((text) => {
      const document = validFor(schema, text);
      return document ? [{ file, text, document, variables }] : [];
    })[0];
    const [text = ''] = texts;
    if (!found && speaksOf(schema, text)) unread.push({ file, text });
    const known = found && operations.get(found.text);
    if (found && !known?.variables) operations.set(found.text, found);
  }
  return { operations: [...operations.values()], unread };
}

function candidates(root: string): Candidate[] {
  return files(root).flatMap((file): Candidate[] => {
    const text = readFileSync(join(root, file), 'utf8');
    if (file.endsWith('.md'))
      return [...text.matchAll(/```graphql\n([\s\S]*?)```/g)].map(([, source = '']) => ({
        file,
        texts: [source],
        variables: null,
      }));
    if (file.endsWith('.graphql')) return [{ file, texts: [text], variables: null }];
    if (file.endsWith('.json')) return examples(file, text);
    return wordsOf(file, text, (from) => neighbour(root, file, from))
      .filter(([first = '']) => begins.test(first))
      .map((texts) => ({ file, texts, variables: null }));
  });
}

function examples(file: string, text: string): Candidate[] {
  const saved = JSON.parse(text) as { query: string; variables?: Record<string, unknown> }[];
  return saved.map(({ query, variables = null }) => ({ file, texts: [query], variables }));
}

/** Folders that hold nothing of ours, or nothing that was written by hand. */
const foreign = /(^|\/)(node_modules|dist|coverage|\.[^/]*)$/;

function files(root: string): string[] {
  const written = globSync('**/*.{ts,tsx,js,md,graphql}', {
    cwd: root,
    exclude: (path) => foreign.test(path) || path.endsWith('.generated.ts'),
  });
  return [...written, 'gateway/page/examples.json'].filter(
    (file) => !file.startsWith('schema/') && !file.endsWith('.d.ts'),
  );
}

/** The text of the file that another imports. */
function neighbour(root: string, file: string, from: string): string | null {
  if (!from.startsWith('.')) return null;
  const path = join(root, dirname(file), from);
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}

function validFor(schema: GraphQLSchema, text: string): DocumentNode | null {
  let count = 0;
  const whole = text
    .replaceAll(/"(\$open\d+)"/g, '$1')
    .replaceAll(/\(\s*\)/g, '')
    .replaceAll(/:\s*\{\s*\}/g, () => `: $openInput${(count += 1)}`);
  try {
    const document = withOpenVariables(schema, parse(whole, { noLocation: true }));
    return validate(schema, document).length === 0 ? document : null;
  } catch {
    return null;
  }
}

/** Declares the variables that stand for values left open, by the types of the places where they stand. */
function withOpenVariables(schema: GraphQLSchema, document: DocumentNode): DocumentNode {
  const open = new Map<string, string>();
  const types = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(types, {
      Variable: ({ name }) => {
        if (name.value.startsWith('open')) open.set(name.value, String(types.getInputType()));
      },
    }),
  );
  if (open.size === 0) return document;
  const declared = [...open].map(([name, type]): VariableDefinitionNode => ({
    kind: Kind.VARIABLE_DEFINITION,
    variable: { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: name } },
    type: parseType(type, { noLocation: true }),
  }));
  return visit(document, {
    OperationDefinition: (operation) => ({
      ...operation,
      variableDefinitions: [...(operation.variableDefinitions ?? []), ...declared],
    }),
  });
}

/** Whether the first field of what looks like an operation is a root field of the graph. */
function speaksOf(schema: GraphQLSchema, text: string): boolean {
  // What a gateway asks of a subgraph is no operation of the graph.
  if (text.includes('_entities(')) return false;
  const [, kind = 'query', field = ''] =
    /^\s*(query|mutation|subscription)?[^{]*\{\s*(?:\w+:\s*)?(\w+)/.exec(text) ?? [];
  const types = {
    query: schema.getQueryType(),
    mutation: schema.getMutationType(),
    subscription: schema.getSubscriptionType(),
  };
  return field in (types[kind as keyof typeof types]?.getFields() ?? {});
}
