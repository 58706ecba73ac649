/** Bounds on what one operation may ask; each breach has its own stable code. */
import {
  GraphQLError,
  Kind,
  type DocumentNode,
  type OperationDefinitionNode,
  type SelectionNode,
} from 'graphql';

import type { OperationLimits } from '../config.ts';
import { fragmentsOf, type Fragments } from '../selection.ts';

/** How large an operation is, with its fragments expanded. */
export interface Size {
  /** Fields below one another. */
  depth: number;
  aliases: number;
  directives: number;
  /** Fields at the root. */
  rootFields: number;
  /** Fields in all. */
  selections: number;
}

/** The code of each limit. */
export const limitCodes = {
  tokens: 'TOO_MANY_TOKENS',
  nesting: 'TOO_NESTED',
  depth: 'TOO_DEEP',
  aliases: 'TOO_MANY_ALIASES',
  directives: 'TOO_MANY_DIRECTIVES',
  rootFields: 'TOO_MANY_ROOT_FIELDS',
  selections: 'TOO_MANY_SELECTIONS',
  cost: 'TOO_COSTLY',
} as const satisfies Record<keyof OperationLimits, string>;

/** A breach of one limit. */
export function breach(limit: keyof OperationLimits, most: number, found: number): GraphQLError {
  const about = `At most ${most} ${words[limit]} are allowed`;
  return new GraphQLError(`${about}; this operation has ${found}.`, {
    extensions: { code: limitCodes[limit], limit: most, found, http: { status: 400 } },
  });
}

const words: Record<keyof OperationLimits, string> = {
  tokens: 'tokens',
  nesting: 'levels of anything in the text',
  depth: 'levels of fields',
  aliases: 'aliases',
  directives: 'directives',
  rootFields: 'root fields',
  selections: 'fields, fragments expanded,',
  cost: 'points of cost',
};

/**
 * Refuses an operation that is too large. The time it takes grows with the text, not with what fragments expand to.
 *
 * @throws {GraphQLError} the first limit broken, by `limitCodes`
 */
export function limitSize(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  limits: OperationLimits,
): void {
  const size = sizeOf(document, operation);
  for (const limit of ['depth', 'aliases', 'directives', 'rootFields', 'selections'] as const)
    if (size[limit] > limits[limit]) throw breach(limit, limits[limit], size[limit]);
}

/** Measures a validated operation: its fragments form no circle. */
export function sizeOf(document: DocumentNode, operation: OperationDefinitionNode): Size {
  const fragments = fragmentsOf(document);
  const known = new Map<string, Size>();
  const whole = sum(operation.selectionSet.selections, fragments, known);
  const own = directivesOf(operation) + variableDirectives(operation);
  return { ...whole, directives: whole.directives + own };
}

const nothing: Size = { depth: 0, aliases: 0, directives: 0, rootFields: 0, selections: 0 };

function sum(
  selections: readonly SelectionNode[],
  fragments: Fragments,
  known: Map<string, Size>,
): Size {
  return selections.reduce((total, selection) => {
    const size = selectionSize(selection, fragments, known);
    return {
      depth: Math.max(total.depth, size.depth),
      aliases: total.aliases + size.aliases,
      directives: total.directives + size.directives,
      rootFields: total.rootFields + size.rootFields,
      selections: total.selections + size.selections,
    };
  }, nothing);
}

function selectionSize(
  selection: SelectionNode,
  fragments: Fragments,
  known: Map<string, Size>,
): Size {
  const directives = directivesOf(selection);
  if (selection.kind === Kind.FIELD) {
    const below = sum(selection.selectionSet?.selections ?? [], fragments, known);
    return {
      depth: below.depth + 1,
      aliases: below.aliases + (selection.alias ? 1 : 0),
      directives: below.directives + directives,
      rootFields: 1,
      selections: below.selections + 1,
    };
  }
  const size =
    selection.kind === Kind.INLINE_FRAGMENT
      ? sum(selection.selectionSet.selections, fragments, known)
      : fragmentSize(selection.name.value, fragments, known);
  return { ...size, directives: size.directives + directives };
}

/** Each fragment is measured once, however often it is spread. */
function fragmentSize(name: string, fragments: Fragments, known: Map<string, Size>): Size {
  const measured = known.get(name);
  if (measured) return measured;
  const fragment = fragments.get(name);
  if (!fragment) return nothing;
  const size = sum(fragment.selectionSet.selections, fragments, known);
  const whole = { ...size, directives: size.directives + directivesOf(fragment) };
  known.set(name, whole);
  return whole;
}

function directivesOf({ directives }: { directives?: readonly unknown[] | undefined }): number {
  return directives?.length ?? 0;
}

function variableDirectives({ variableDefinitions = [] }: OperationDefinitionNode): number {
  return variableDefinitions.reduce((total, each) => total + directivesOf(each), 0);
}
