/** Selections as they are written: fragments by their names, what a client leaves out, defaults of variables. */
import {
  GraphQLBoolean,
  Kind,
  valueFromAST,
  valueFromASTUntyped,
  type DocumentNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionNode,
} from 'graphql';

/** Fragments by their names. */
export type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

/** The fragments of a document. */
export function fragmentsOf({ definitions }: Pick<DocumentNode, 'definitions'>): Fragments {
  return new Map(
    definitions.flatMap((each) =>
      each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each] as const] : [],
    ),
  );
}

/**
 * Whether `@skip` or `@include` leaves a selection out.
 *
 * @param variables with the operation's defaults
 */
export function isLeftOut(
  { directives = [] }: SelectionNode,
  variables: Readonly<Record<string, unknown>>,
): boolean {
  return directives.some(({ name, arguments: args = [] }) => {
    if (name.value !== 'skip' && name.value !== 'include') return false;
    const condition = args.find((each) => each.name.value === 'if')?.value;
    const value = condition && valueFromAST(condition, GraphQLBoolean, variables);
    return name.value === 'skip' ? value === true : value === false;
  });
}

/** What variables hold, with the operation's defaults where nothing was given. */
export function withDefaults(
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const defaults = variableDefinitions.flatMap(({ variable, defaultValue }) =>
    defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)] as const] : [],
  );
  const given = Object.entries(variables).filter(([, value]) => value !== undefined);
  return Object.fromEntries([...defaults, ...given]);
}
