/** The texts that a program's source holds, with constants put where templates name them. */
import { parseSync } from '@swc/core';

/**
 * What stands for a word of a template that is known only when the program runs; tried in turn. The first stands for a
 * variable where an argument's value is left open, and for nothing elsewhere.
 */
const standIns = ['$', '', '1', 'id', 'ko', '"x"', '{ __typename }', '__typename', 'null'];

type Node = Record<string, unknown> & { type?: string };

/** Reads the text of a file that this one imports; null where it is not one of ours. */
type Neighbour = (from: string) => string | null;

interface Source {
  body: unknown;
  /** Initial values of everything that is declared with one, by name. */
  constants: ReadonlyMap<string, Node>;
  /** Where an imported name comes from. */
  imports: ReadonlyMap<string, { from: string; name: string }>;
  neighbour: Neighbour;
}

/**
 * The strings and templates of a source. Each comes as the ways to read it: one when all of it is written down, one for
 * each stand-in otherwise.
 */
export function wordsOf(file: string, text: string, neighbour: Neighbour): string[][] {
  const source = sourceOf(file, text, neighbour);
  const found: string[][] = [];
  visit(source.body, (node) => {
    if (node.type === 'StringLiteral' || (node.type === 'TemplateLiteral' && node['expressions']))
      found.push([...new Set(standIns.map((word) => valueOf(node, source, word) ?? word))]);
  });
  return found;
}

function sourceOf(file: string, text: string, neighbour: Neighbour): Source {
  const { body } = parseSync(text, { syntax: 'typescript', tsx: file.endsWith('x') });
  const constants = new Map<string, Node>();
  const imports = new Map<string, { from: string; name: string }>();
  visit(body, (node) => {
    const [id, init] = [node['id'] as Node | undefined, node['init'] as Node | null | undefined];
    if (node.type === 'VariableDeclarator' && id?.type === 'Identifier' && init)
      constants.set(String(id['value']), init);
    if (node.type === 'ImportDeclaration') noteImports(node, imports);
  });
  return { body, constants, imports, neighbour };
}

function noteImports(node: Node, imports: Map<string, { from: string; name: string }>): void {
  const from = String((node['source'] as Node)['value']);
  for (const each of node['specifiers'] as Node[]) {
    const local = String((each['local'] as Node)['value']);
    const imported = each['imported'] as Node | null | undefined;
    imports.set(local, { from, name: imported ? String(imported['value']) : local });
  }
}

/** The text of an expression, with a stand-in for what is not written down; null when it is no text at all. */
function valueOf(node: Node, source: Source, standIn: string, depth = 0): string | null {
  if (depth > 8) return null;
  if (node.type === 'StringLiteral') return String(node['value']);
  if (node.type === 'TemplateLiteral') return templateOf(node, source, standIn, depth);
  if (node.type === 'Identifier') return constantOf(String(node['value']), source, standIn, depth);
  if (node.type === 'TsAsExpression' || node.type === 'TsConstAssertion')
    return valueOf(node['expression'] as Node, source, standIn, depth + 1);
  return null;
}

function templateOf(node: Node, source: Source, standIn: string, depth: number): string {
  const words = (node['quasis'] as Node[]).map((quasi) => String(quasi['cooked']));
  const values = (node['expressions'] as Node[]).map((each) =>
    valueOf(each, source, standIn, depth + 1),
  );
  return words
    .map((word, index) => {
      if (index === values.length) return word;
      const open = /:\s*"?$/.test(word) ? `$open${depth}${index}` : '';
      return word + (values[index] ?? (standIn === '$' ? open : standIn));
    })
    .join('');
}

function constantOf(name: string, source: Source, standIn: string, depth: number): string | null {
  const constant = source.constants.get(name);
  if (constant) return valueOf(constant, source, standIn, depth + 1);
  const imported = source.imports.get(name);
  const text = imported ? source.neighbour(imported.from) : null;
  if (!imported || text === null) return null;
  // What the neighbour itself imports stays unknown: one step is as far as fragments of operations travel.
  const next = sourceOf(imported.from, text, () => null);
  return constantOf(imported.name, next, standIn, depth + 1);
}

function visit(value: unknown, seen: (node: Node) => void): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const each of value) visit(each, seen);
    return;
  }
  const node = value as Node;
  seen(node);
  for (const [key, below] of Object.entries(node)) if (key !== 'span') visit(below, seen);
}
