/**
 * Aliases that are called as something the gateway asks for itself: a key, what is required, `__typename`. Both planners read
 * what they send under its plain name, so such an alias would give a subgraph another thing's key. What is planned has
 * private aliases in their place, and the answer gets the client's again.
 */
import { GraphQLError, Kind, parse, visit, type DocumentNode } from 'graphql';

/** The aliases of one supergraph's operations. */
export interface Aliases {
  /** The operation as it is planned; the same document where no alias is in the way. */
  planned(document: DocumentNode): DocumentNode;
}

/** What private aliases begin with; `__` would be taken for introspection. */
const mark = 'ocaAlias_';

/** Under which an event's `cursor` comes, besides what the client asks for (`feed-plan.ts`). */
export const cursorAlias = 'ocaFeedCursor';

/** What planners, and the gateway, call values of their own. */
const ownNames = /^_|^oca|__alias_\d+$/;

/** Reads a supergraph for names of fields that subgraphs are sent. */
export function createAliases(supergraph: DocumentNode): Aliases {
  const sent = sentNames(supergraph);
  const known = new WeakMap<DocumentNode, DocumentNode>();
  return {
    planned: (document) => {
      const before = known.get(document);
      if (before) return before;
      const planned = visit(document, {
        Field: (field) => {
          const alias = field.alias?.value;
          if (alias === undefined || alias === field.name.value) return undefined;
          if (alias === cursorAlias && field.name.value === 'cursor') return undefined;
          if (!sent.has(alias) && !ownNames.test(alias)) return undefined;
          return { ...field, alias: { kind: Kind.NAME, value: mark + alias } };
        },
        Variable: (variable) =>
          variable.name.value === sentVariable
            ? { ...variable, name: { kind: Kind.NAME, value: mark + sentVariable } }
            : undefined,
      });
      known.set(document, planned);
      return planned;
    },
  };
}

/** The variable in which a subgraph is told which things it is asked about. */
const sentVariable = 'representations';

/** What a client gave under the name of the gateway's own variable, under the name that is planned too. */
export function withPlannedVariables(variables: Record<string, unknown>): Record<string, unknown> {
  if (!Object.hasOwn(variables, sentVariable)) return variables;
  return { ...variables, [mark + sentVariable]: variables[sentVariable] };
}

/** An answer by the client's names, in its order. */
export function clientData(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(clientData);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [clientKey(key), clientData(each)]),
  );
}

/** An error whose path has the client's names. */
export function clientError(error: GraphQLError): GraphQLError {
  const { message, path, extensions, originalError } = error;
  if (!path?.some((key) => clientKey(key) !== key)) return error;
  return new GraphQLError(message, {
    path: path.map(clientKey),
    extensions,
    ...(originalError && { originalError }),
  });
}

function clientKey<Key extends string | number>(key: Key): Key | string {
  return typeof key === 'string' && key.startsWith(mark) ? key.slice(mark.length) : key;
}

/** Names in keys and requirements, on all levels. */
function sentNames(supergraph: DocumentNode): ReadonlySet<string> {
  const names = new Set<string>();
  visit(supergraph, {
    Directive: ({ name, arguments: args = [] }) => {
      if (name.value !== 'join__type' && name.value !== 'join__field') return;
      for (const { name: argument, value } of args)
        if (value.kind === Kind.STRING && ['key', 'requires'].includes(argument.value))
          visit(parse(`{ ${value.value} }`, { noLocation: true }), {
            Field: (field) => void names.add(field.name.value),
          });
    },
  });
  return names;
}
