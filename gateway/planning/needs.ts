/**
 * What `@requires` asks for with arguments. Both planners know a field by its name alone where they send what was
 * required: a client's own arguments, or another need's, would take the place of the required ones. So each such need is
 * planned as a field of its own, without arguments, and becomes the real one again in the plan (`need-plan.ts`).
 */
import {
  Kind,
  parse,
  print,
  visit,
  type ArgumentNode,
  type ConstDirectiveNode,
  type DirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type FieldNode,
  type InterfaceTypeDefinitionNode,
  type ObjectTypeDefinitionNode,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  type TypeNode,
} from 'graphql';

/** The real field behind a need. */
export interface NeededField {
  name: string;
  arguments: readonly ArgumentNode[];
}

/** The needs of one supergraph. */
export interface Needs {
  /** The supergraph with a field for each need. */
  sdl: string;
  /** Real fields by the names of the needs. */
  fields: ReadonlyMap<string, NeededField>;
  /**
   * What a field needs, by its coordinate: the path of each need in names as planned, by the path in real names. A field
   * that needs nothing with arguments is not here.
   */
  of: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

type Definition = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode;
type Definitions = ReadonlyMap<string, Definition>;

/** Between the names of a path. */
export const needJoint = '.';

/** The needs of a supergraph; null where nothing that takes arguments is required anywhere. */
export function needsOf(supergraph: DocumentNode): Needs | null {
  if (!hasRequirements(supergraph)) return null;
  const reading = new Reading(supergraph);
  const rewritten = visit(supergraph, {
    ObjectTypeDefinition: (type) => reading.rewritten(type),
    InterfaceTypeDefinition: (type) => reading.rewritten(type),
  });
  if (reading.fields.size === 0) return null;
  const whole = visit(rewritten, {
    ObjectTypeDefinition: (type) => reading.extended(type),
    InterfaceTypeDefinition: (type) => reading.extended(type),
  });
  return { sdl: print(whole), fields: reading.fields, of: reading.of };
}

function hasRequirements(supergraph: DocumentNode): boolean {
  let found = false;
  visit(supergraph, {
    Directive: (directive) => {
      found ||= requirementOf(directive) !== null;
    },
  });
  return found;
}

/** Where in a requirement something stands. */
interface At {
  type: string;
  /** In real names, and as planned. */
  real: readonly string[];
  own: readonly string[];
  /** The paths of the needs that were found so far, as `Needs.of` has them. */
  paths: Map<string, string>;
}

/** A supergraph while its needs are read. */
class Reading {
  readonly fields = new Map<string, NeededField>();
  readonly of = new Map<string, Map<string, string>>();
  readonly #definitions: Definitions;
  /** Names of needs by what they ask. */
  readonly #names = new Map<string, string>();
  /** Names of needs by the type that they are asked of. */
  readonly #asked = new Map<string, Set<string>>();

  constructor(supergraph: DocumentNode) {
    this.#definitions = new Map(
      supergraph.definitions
        .filter(
          (each) =>
            each.kind === Kind.OBJECT_TYPE_DEFINITION ||
            each.kind === Kind.INTERFACE_TYPE_DEFINITION,
        )
        .map((each) => [each.name.value, each]),
    );
  }

  /** The type, whose fields require needs by their own names. */
  rewritten<Type extends Definition>(type: Type): Type {
    const fields = (type.fields ?? []).map((field): FieldDefinitionNode => {
      const { directives = [] } = field;
      if (!directives.some((each) => requirementOf(each) !== null)) return field;
      const coordinate = `${type.name.value}.${field.name.value}`;
      return {
        ...field,
        directives: directives.map((each) => this.#directive(each, type.name.value, coordinate)),
      };
    });
    return { ...type, fields };
  }

  /** The type with the fields that stand for needs, each where the real field is. */
  extended<Type extends Definition>(type: Type): Type {
    const ancestors = [type.name.value, ...(type.interfaces ?? []).map(({ name }) => name.value)];
    const names = new Set(ancestors.flatMap((each) => [...(this.#asked.get(each) ?? [])]));
    const { fields = [] } = type;
    const needs = [...names].flatMap((name): FieldDefinitionNode[] => {
      const real = fields.find((each) => each.name.value === this.fields.get(name)?.name);
      if (!real) return [];
      return [{ ...real, name: { kind: Kind.NAME, value: name }, arguments: [] }];
    });
    return needs.length > 0 ? { ...type, fields: [...fields, ...needs] } : type;
  }

  #directive(directive: ConstDirectiveNode, type: string, coordinate: string): ConstDirectiveNode {
    const requirement = requirementOf(directive);
    if (requirement === null) return directive;
    const paths = this.of.get(coordinate) ?? new Map<string, string>();
    const at = { type, real: [], own: [], paths };
    const selections = this.#selections(selectionsOf(requirement), at);
    if (paths.size === 0) return directive;
    this.of.set(coordinate, paths);
    const text = print(selections).replaceAll(/\s+/g, ' ').trim().slice(1, -1).trim();
    return {
      ...directive,
      arguments: (directive.arguments ?? []).map((each) =>
        each.name.value === 'requires'
          ? { ...each, value: { kind: Kind.STRING, value: text } }
          : each,
      ),
    };
  }

  #selections(set: SelectionSetNode, at: At): SelectionSetNode {
    const selections = set.selections.map((each): SelectionNode => {
      if (each.kind === Kind.FIELD) return this.#field(each, at);
      if (each.kind === Kind.FRAGMENT_SPREAD) return each;
      const type = each.typeCondition?.name.value ?? at.type;
      return { ...each, selectionSet: this.#selections(each.selectionSet, { ...at, type }) };
    });
    return { ...set, selections };
  }

  #field(
    { name: { value: real }, arguments: args = [], selectionSet }: FieldNode,
    at: At,
  ): FieldNode {
    const fields = this.#definitions.get(at.type)?.fields ?? [];
    const definition = fields.find(({ name }) => name.value === real);
    const takesArguments = (definition?.arguments ?? []).length > 0;
    const value = takesArguments ? this.#need(at.type, real, args) : real;
    const within: At = {
      type: definition ? typeNameOf(definition.type) : '',
      real: [...at.real, real],
      own: [...at.own, value],
      paths: at.paths,
    };
    if (takesArguments) at.paths.set(within.real.join(needJoint), within.own.join(needJoint));
    return {
      kind: Kind.FIELD,
      name: { kind: Kind.NAME, value },
      ...(selectionSet && { selectionSet: this.#selections(selectionSet, within) }),
    };
  }

  /** The name of a need: the same for the same field with the same arguments. */
  #need(type: string, name: string, args: readonly ArgumentNode[]): string {
    const key = `${name}(${args.map(print).toSorted().join()})`;
    const own = this.#names.get(key) ?? `ocaNeed${this.#names.size}_${name}`;
    this.#names.set(key, own);
    this.fields.set(own, { name, arguments: args });
    this.#asked.set(type, (this.#asked.get(type) ?? new Set()).add(own));
    return own;
  }
}

function requirementOf({ name, arguments: args = [] }: DirectiveNode): string | null {
  if (name.value !== 'join__field') return null;
  const value = args.find((each) => each.name.value === 'requires')?.value;
  return value?.kind === Kind.STRING ? value.value : null;
}

function selectionsOf(fieldSet: string): SelectionSetNode {
  const { definitions } = parse(`{ ${fieldSet} }`, { noLocation: true });
  const operation = definitions.find(
    (each): each is OperationDefinitionNode => each.kind === Kind.OPERATION_DEFINITION,
  );
  return operation?.selectionSet ?? { kind: Kind.SELECTION_SET, selections: [] };
}

function typeNameOf(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : typeNameOf(type.type);
}
