/** Every field of the schema, and who may see it: what the subgraphs' SDL demands, the gateway refuses. */
import { readFileSync } from 'node:fs';

import {
  getNamedType,
  isObjectType,
  Kind,
  OperationTypeNode,
  parse,
  valueFromASTUntyped,
  type ConstDirectiveNode,
  type GraphQLObjectType,
  type OperationDefinitionNode,
} from 'graphql';

import { createLog } from '#kit/log.ts';
import { platformRoles, visitor, type Viewer } from '#kit/viewer.ts';
import { subgraphNames } from '#schema/sdl.ts';
import { allow } from './authorization.ts';
import { readSupergraph, type Supergraph } from '../supergraph.ts';

/** What a coordinate demands: the roles of which one is needed, any user when there are none. */
type Needed = { user: true; anyOf: string[][] };

const needed = neededBySdl();
let supergraph: Supergraph;
beforeAll(async () => {
  const sdl = readFileSync('schema/supergraph.graphql', 'utf8');
  supergraph = await readSupergraph(sdl, 'AUTO', createLog('gateway', 'silent'));
});

/** Everybody there is, by what they may. */
const viewers: Viewer[] = [
  visitor('test'),
  { ...visitor('test'), userId: 'u' },
  ...platformRoles.map((role): Viewer => ({ ...visitor('test'), userId: 'u', roles: [role] })),
];

function may(viewer: Viewer, ...coordinates: string[]): boolean {
  return coordinates.every((coordinate) => {
    const need = needed.get(coordinate);
    if (!need) return true;
    if (viewer.userId === null) return false;
    const held = viewer.roles.map((role) => role.toLowerCase());
    return (
      need.anyOf.length === 0 ||
      need.anyOf.some((list) => list.every((each) => held.includes(each)))
    );
  });
}

it('every field is refused to exactly those to whom the SDL does not show it', () => {
  let fields = 0;
  for (const { path, coordinates } of everyField()) {
    fields += 1;
    for (const viewer of viewers) {
      const document = parse(operationOf(path));
      const [operation] = document.definitions as [OperationDefinitionNode];
      const { refused } = allow(supergraph, { document, operation, variables: {} }, viewer);
      const allowed = may(viewer, ...coordinates);
      expect([path.join('.'), viewer.roles, viewer.userId, refused.length === 0]).toEqual([
        path.join('.'),
        viewer.roles,
        viewer.userId,
        allowed,
      ]);
    }
  }
  expect(fields).toBeGreaterThan(300);
  expect(needed.size).toBeGreaterThan(30);
});

/** Each field once, by the shortest way to its type, with the coordinates on the way. */
function everyField(): { path: string[]; coordinates: string[] }[] {
  const found: { path: string[]; coordinates: string[] }[] = [];
  const seen = new Set<GraphQLObjectType>();
  const roots = [
    OperationTypeNode.QUERY,
    OperationTypeNode.MUTATION,
    OperationTypeNode.SUBSCRIPTION,
  ];
  let next = roots.flatMap((kind) => {
    const type = supergraph.apiSchema.getRootType(kind);
    return type ? [{ type, path: [kind] as string[], coordinates: [] as string[] }] : [];
  });
  while (next.length > 0) {
    const below: typeof next = [];
    for (const { type, path, coordinates } of next) {
      if (seen.has(type)) continue;
      seen.add(type);
      for (const field of Object.values(type.getFields())) {
        const gives = getNamedType(field.type);
        const here = {
          path: [...path, field.name],
          coordinates: [...coordinates, type.name, `${type.name}.${field.name}`, gives.name],
        };
        found.push(here);
        if (isObjectType(gives)) below.push({ type: gives, ...here });
      }
    }
    next = below;
  }
  return found;
}

function operationOf([kind = 'query', ...fields]: string[]): string {
  const selection = fields.reduceRight((below, field) => `{ ${field} ${below} }`, '');
  return `${kind} ${selection}`;
}

/** What the subgraphs' own SDL says, read without any of the gateway's parts. */
function neededBySdl(): Map<string, Needed> {
  const found = new Map<string, Needed>();
  for (const name of subgraphNames) {
    const { definitions } = parse(readFileSync(`schema/${name}.graphql`, 'utf8'));
    for (const definition of definitions) {
      if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) continue;
      note(found, definition.name.value, definition.directives);
      for (const field of definition.fields ?? [])
        note(found, `${definition.name.value}.${field.name.value}`, field.directives);
    }
  }
  return found;
}

function note(
  found: Map<string, Needed>,
  coordinate: string,
  directives: readonly ConstDirectiveNode[] = [],
): void {
  for (const { name, arguments: given = [] } of directives) {
    if (name.value !== 'authenticated' && name.value !== 'policy') continue;
    const [policies] = given.map(({ value }) => valueFromASTUntyped(value) as string[][]);
    found.set(coordinate, {
      user: true,
      anyOf: policies ?? found.get(coordinate)?.anyOf ?? [],
    });
  }
}
