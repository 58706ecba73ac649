/** The form of a CNCF `landscape.yml`: categories of subcategories of items, each with its line. */
import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';

import { ImportFault } from './fault.ts';
import { textOf, type Source } from './source.ts';

/** One entry of the landscape: a project, a product, a certified firm or a member. */
export interface LandscapeItem {
  line: number;
  /** Null when the entry is empty or has no name. */
  name: string | null;
  homepageUrl: string | null;
  repoUrl: string | null;
  /** `graduated`, `incubating`, `sandbox`, `archived`; null when it is no project of the foundation. */
  maturity: string | null;
  /** The organisation's Crunchbase page. */
  crunchbase: string | null;
  /** The organisation's name, where the landscape says it instead. */
  organisation: string | null;
  description: string | null;
  /** Day on which a member joined. */
  joined: string | null;
  /** Whether a member uses cloud services rather than offering them. */
  isEndUser: boolean;
  /** What a platform of ours wrote; null in landscapes of others. */
  own: string | null;
  /** Other places in the landscape, `Category / Subcategory`. */
  secondPaths: { line: number; path: string }[];
}

/** A second level of the landscape. */
export interface Subcategory {
  line: number;
  name: string;
  /** What a platform of ours wrote; null in landscapes of others. */
  own: string | null;
  items: LandscapeItem[];
}

/** A first level of the landscape. */
export interface Category {
  line: number;
  name: string;
  /** What a platform of ours wrote; null in landscapes of others. */
  own: string | null;
  subcategories: Subcategory[];
}

/** Name of the annotation in which a platform of ours writes what the format has no place for: JSON, as annotations are texts. */
export const ownAnnotation = 'oca';

/** How large a landscape may be, in bytes: its tree takes about 35 times as much memory. */
export const maxLandscapeBytes = 16 * 1024 * 1024;

/**
 * Reads a landscape. What is missing inside an item is null; what is missing at the end of the file means that the
 * file was cut.
 *
 * @throws {ImportFault} IMPORT_TRUNCATED, IMPORT_FORMAT, IMPORT_TOO_LARGE
 */
export function readLandscape(source: Source): Category[] {
  const text = textOf(source, maxLandscapeBytes);
  const file = parse(text);
  const landscape = file.list(file.root, 'landscape');
  if (!landscape && (!hasKey(file.root, 'landscape') || file.text(file.root, 'landscape') !== null))
    throw new ImportFault('IMPORT_FORMAT', 'This is no landscape: it has no list `landscape`.');
  // A cut within a line reads as a shorter value; only the missing line end tells.
  if (!text.endsWith('\n'))
    throw new ImportFault(
      'IMPORT_TRUNCATED',
      'The last line has no end, so the file may be cut. If it is whole, end it with a line break.',
      file.lastLine,
    );
  if (!landscape)
    throw new ImportFault(
      'IMPORT_TRUNCATED',
      'The file ends before its categories.',
      file.lastLine,
    );
  const categories = landscape.map((node, index) =>
    readCategory(file, node, index === landscape.length - 1),
  );
  if (categories.length === 0)
    throw new ImportFault('IMPORT_FORMAT', 'This landscape has no categories.');
  return categories;
}

function readCategory(file: LandscapeText, node: unknown, isLast: boolean): Category {
  const line = file.lineOf(node);
  const name = required(file, node, 'name', isLast);
  const subcategories = file.list(node, 'subcategories');
  if (!subcategories) throw missing('subcategories', line, isLast, file);
  return {
    line,
    name,
    own: ownOf(file, node),
    subcategories: subcategories.map((each, index) =>
      readSubcategory(file, each, isLast && index === subcategories.length - 1),
    ),
  };
}

function readSubcategory(file: LandscapeText, node: unknown, isLast: boolean): Subcategory {
  const line = file.lineOf(node);
  const name = required(file, node, 'name', isLast);
  const items = file.list(node, 'items');
  // `items:` with nothing after it is an empty subcategory, except at the end of the file.
  if (!items && (isLast || !hasKey(node, 'items'))) throw missing('items', line, isLast, file);
  return {
    line,
    name,
    own: ownOf(file, node),
    items: (items ?? []).map((each, index) =>
      readItem(file, each, isLast && index === (items?.length ?? 0) - 1),
    ),
  };
}

function readItem(file: LandscapeText, node: unknown, isLast: boolean): LandscapeItem {
  // The landscape's own schema demands these three of every item; the last one shows whether the file was cut.
  if (isLast) for (const key of ['name', 'homepage_url', 'logo']) required(file, node, key, true);
  const text = (key: string) => file.text(node, key);
  return {
    line: file.lineOf(node),
    name: text('name'),
    homepageUrl: text('homepage_url'),
    repoUrl: text('repo_url'),
    maturity: text('project'),
    crunchbase: text('crunchbase'),
    organisation: organisationOf(file, node),
    description: text('description'),
    joined: text('joined'),
    isEndUser: text('enduser') === 'true',
    own: ownOf(file, childOf(node, 'extra')),
    secondPaths: (file.list(node, 'second_path') ?? []).map((each) => ({
      line: file.lineOf(each),
      path: file.valueOf(each) ?? '',
    })),
  };
}

function ownOf(file: LandscapeText, node: unknown): string | null {
  return file.text(childOf(node, 'annotations'), ownAnnotation);
}

function organisationOf(file: LandscapeText, node: unknown): string | null {
  return file.text(childOf(node, 'organization'), 'name') ?? file.text(node, 'organization');
}

function required(file: LandscapeText, node: unknown, key: string, isLast: boolean): string {
  const value = file.text(node, key);
  if (value !== null) return value;
  throw missing(key, file.lineOf(node), isLast, file);
}

function missing(key: string, line: number, isLast: boolean, file: LandscapeText): ImportFault {
  return isLast
    ? new ImportFault('IMPORT_TRUNCATED', `The file ends before \`${key}\`.`, file.lastLine)
    : new ImportFault('IMPORT_FORMAT', `\`${key}\` is missing here.`, line);
}

/** A parsed file, asked by node and key; what is not of the asked kind is null. */
interface LandscapeText {
  root: unknown;
  lastLine: number;
  lineOf(node: unknown): number;
  list(node: unknown, key: string): unknown[] | null;
  text(node: unknown, key: string): string | null;
  valueOf(node: unknown): string | null;
}

function parse(text: string): LandscapeText {
  const counter = new LineCounter();
  const document = parseYaml(text, counter);
  const lineAt = (offset: number) => counter.linePos(offset).line;
  const lastLine = lineAt(Math.max(text.trimEnd().length - 1, 0));
  const [error] = document.errors;
  if (error) throw yamlFault(error, lineAt(error.pos[0]), lastLine);
  const lineOf = (node: unknown) => {
    const offset = offsetOf(node);
    return offset === null ? lastLine : lineAt(offset);
  };
  const valueOf = (node: unknown) => {
    if (isAlias(node))
      throw new ImportFault('IMPORT_FORMAT', 'A landscape uses no YAML aliases.', lineOf(node));
    return isScalar(node) ? textOfScalar(node.value) : null;
  };
  return {
    root: document.contents,
    lastLine,
    lineOf,
    valueOf,
    list: (node, key) => {
      const value = childOf(node, key);
      return isSeq(value) ? value.items : null;
    },
    text: (node, key) => valueOf(childOf(node, key)),
  };
}

function parseYaml(text: string, lineCounter: LineCounter) {
  try {
    return parseDocument(text, { lineCounter, prettyErrors: false });
  } catch (error) {
    if (error instanceof RangeError) throw tooDeep();
    throw error;
  }
}

/** A tree too deep for the parser's stack. */
function tooDeep(): ImportFault {
  return new ImportFault('IMPORT_FORMAT', 'This YAML is nested too deeply.');
}

function yamlFault({ message }: Error, line: number, lastLine: number): ImportFault {
  // The parser keeps what its own stack says as a fault of the file.
  if (message.includes('call stack')) return tooDeep();
  const sentence = message.replace(/\.?( at line \d+|\n).*$/s, '');
  return line >= lastLine
    ? new ImportFault('IMPORT_TRUNCATED', `The file ends in the middle: ${sentence}.`, line)
    : new ImportFault('IMPORT_FORMAT', `This is not YAML: ${sentence}.`, line);
}

function childOf(node: unknown, key: string): unknown {
  return isMap(node) ? node.get(key, true) : undefined;
}

function hasKey(node: unknown, key: string): boolean {
  return isMap(node) && node.has(key);
}

function offsetOf(node: unknown): number | null {
  return isNode(node) && node.range ? node.range[0] : null;
}

/** Numbers and truth values are read as they would be written. */
function textOfScalar(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
}
