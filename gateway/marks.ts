/** What directives in the supergraph say about types and fields: who may see them, what they cost, whom feeds are for. */
import {
  Kind,
  valueFromASTUntyped,
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
} from 'graphql';

import { demandOf, type Demand } from '#kit/guard.ts';

/** How long a list may become; see `@listSize`. */
export interface ListSize {
  assumedSize: number | null;
  /** Arguments whose value bounds the list. */
  slicingArguments: string[];
  /** Fields below that are the lists, when this field is not one itself. */
  sizedFields: string[];
}

/** What the supergraph's directives say, by coordinate (`Type`, `Type.field`, `Type.field(argument:)`). */
export interface Marks {
  demands: ReadonlyMap<string, Demand>;
  /** Weights of `@cost`. */
  costs: ReadonlyMap<string, number>;
  listSizes: ReadonlyMap<string, ListSize>;
  tags: ReadonlyMap<string, readonly string[]>;
}

/** The specs whose directives are read, with the directives of each. */
const specs: Readonly<Record<string, readonly string[]>> = {
  authenticated: ['authenticated'],
  requiresScopes: ['requiresScopes'],
  policy: ['policy'],
  cost: ['cost', 'listSize'],
  tag: ['tag'],
};

/** Reads the directives of a supergraph, under the names that it links them as. */
export function marksOf(supergraph: DocumentNode): Marks {
  const names = directiveNames(supergraph);
  const marks = {
    demands: new Map<string, Demand>(),
    costs: new Map<string, number>(),
    listSizes: new Map<string, ListSize>(),
    tags: new Map<string, string[]>(),
  };
  for (const [coordinate, directives] of annotated(supergraph)) {
    const known = directives.flatMap((each) => renamed(each, names));
    const demand = demandOf(known);
    if (demand) marks.demands.set(coordinate, demand);
    for (const directive of known) note(marks, coordinate, directive);
  }
  return marks;
}

function note(
  marks: {
    costs: Map<string, number>;
    listSizes: Map<string, ListSize>;
    tags: Map<string, string[]>;
  },
  coordinate: string,
  directive: ConstDirectiveNode,
): void {
  const read = argumentsOf(directive);
  switch (directive.name.value) {
    case 'cost':
      marks.costs.set(coordinate, Number(read['weight']));
      break;
    case 'listSize':
      marks.listSizes.set(coordinate, {
        assumedSize: typeof read['assumedSize'] === 'number' ? read['assumedSize'] : null,
        slicingArguments: texts(read['slicingArguments']),
        sizedFields: texts(read['sizedFields']),
      });
      break;
    case 'tag':
      marks.tags.set(coordinate, [...(marks.tags.get(coordinate) ?? []), String(read['name'])]);
      break;
    default:
  }
}

/** From the name a directive has in this supergraph to the name its spec gives it. */
function directiveNames(supergraph: DocumentNode): ReadonlyMap<string, string> {
  const links = supergraph.definitions
    .flatMap((each) =>
      each.kind === Kind.SCHEMA_DEFINITION || each.kind === Kind.SCHEMA_EXTENSION
        ? (each.directives ?? [])
        : [],
    )
    .filter(({ name }) => name.value === 'link');
  return new Map(links.flatMap((link) => linkedNames(argumentsOf(link))));
}

function linkedNames({
  url,
  as,
  import: imports,
}: Record<string, unknown>): [linked: string, name: string][] {
  const spec = /\/([^/]+)\/v\d+\.\d+$/.exec(String(url))?.[1] ?? '';
  const prefix = typeof as === 'string' ? as : spec;
  return (specs[spec] ?? []).map((name) => {
    const unimported = name === spec ? prefix : `${prefix}__${name}`;
    return [importedName(name, imports) ?? unimported, name];
  });
}

function importedName(name: string, imports: unknown): string | null {
  for (const each of Array.isArray(imports) ? (imports as unknown[]) : []) {
    if (each === `@${name}`) return name;
    const { name: from, as } = (typeof each === 'object' ? each : {}) as Record<string, unknown>;
    if (from === `@${name}`) return typeof as === 'string' ? as.replace('@', '') : name;
  }
  return null;
}

function renamed(
  directive: ConstDirectiveNode,
  names: ReadonlyMap<string, string>,
): ConstDirectiveNode[] {
  const name = names.get(directive.name.value);
  return name ? [{ ...directive, name: { kind: Kind.NAME, value: name } }] : [];
}

type Annotated = [coordinate: string, directives: readonly ConstDirectiveNode[]];

/** Every coordinate with its directives. */
function annotated(supergraph: DocumentNode): Annotated[] {
  return supergraph.definitions.filter(isTypeDefinition).flatMap((definition): Annotated[] => {
    const type = definition.name.value;
    const fields = 'fields' in definition ? (definition.fields ?? []) : [];
    return [
      [type, definition.directives ?? []],
      ...fields.flatMap((field) => annotatedField(type, field)),
    ];
  });
}

function annotatedField(
  type: string,
  field: FieldDefinitionNode | InputValueDefinitionNode,
): Annotated[] {
  const coordinate = `${type}.${field.name.value}`;
  const given = 'arguments' in field ? (field.arguments ?? []) : [];
  return [
    [coordinate, field.directives ?? []],
    ...given.map(({ name, directives }): Annotated => [
      `${coordinate}(${name.value}:)`,
      directives ?? [],
    ]),
  ];
}

type TypeDefinition = Extract<DefinitionNode, { kind: `${string}TypeDefinition` }>;

function isTypeDefinition(definition: DefinitionNode): definition is TypeDefinition {
  return definition.kind.endsWith('TypeDefinition');
}

function argumentsOf(directive: ConstDirectiveNode): Record<string, unknown> {
  return Object.fromEntries(
    (directive.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value)]),
  );
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
