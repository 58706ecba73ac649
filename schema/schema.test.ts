import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  isEnumType,
  isInputObjectType,
  isNonNullType,
  isObjectType,
  Kind,
  parse,
  print,
  type FieldDefinitionNode,
  type GraphQLField,
  type ObjectTypeDefinitionNode,
} from 'graphql';

import { problemCodes } from '#kit/refusal.ts';
import { subgraphNames, subgraphSdl } from './sdl.ts';

/** Who owns what others add fields to. */
const owners: Readonly<Record<string, string>> = {
  Company: 'companies',
  User: 'companies',
  Sector: 'companies',
  TechMap: 'techmaps',
  Technology: 'techmaps',
  Project: 'consortia',
  Event: 'events',
  Service: 'marketplace',
};

describe.each(subgraphNames)('%s', (name) => {
  const built = subgraphSdl(name).then((sdl) => buildSubgraphSchema(parse(sdl)));

  it('knows exactly the problem codes that the kit can throw', async () => {
    const type = (await built).getType('ProblemCode');
    const codes = isEnumType(type) ? type.getValues().map((value) => value.name) : [];
    expect(codes.toSorted()).toEqual(problemCodes.toSorted());
  });

  it('gives every mutation one input with an idempotency key, and a payload with problems', async () => {
    const fields = Object.values((await built).getMutationType()?.getFields() ?? {});
    expect(fields.length).toBeGreaterThan(0);
    const odd = fields.filter((field) => !takesOneInput(field) || !answersProblems(field));
    expect(odd.map((field) => field.name)).toEqual([]);
  });

  it('takes nothing of what others answer along when it is down: what it adds there, and to the roots, may be null', async () => {
    const { definitions } = parse(await subgraphSdl(name));
    const strict = definitions.flatMap((type) => {
      if (type.kind !== Kind.OBJECT_TYPE_DEFINITION) return [];
      const owner = owners[type.name.value];
      const isOwn = owner === undefined || owner === name;
      if (isOwn && !answersAtOnce.has(type.name.value)) return [];
      return (type.fields ?? [])
        .filter((field) => field.type.kind === Kind.NON_NULL_TYPE && !isKey(type, field))
        .map((field) => `${type.name.value}.${field.name.value}`);
    });
    expect(strict).toEqual([]);
  });

  it('describes every type, field, argument, input field and enum value', async () => {
    const sdl = parse(await subgraphSdl(name));
    const bare = sdl.definitions.flatMap((definition) => undescribed(definition, ''));
    expect(bare).toEqual([]);
  });
});

/** Whether a field is what the type is known by, or comes from elsewhere. */
function isKey({ directives = [] }: ObjectTypeDefinitionNode, field: FieldDefinitionNode): boolean {
  const keys = directives.filter(({ name }) => name.value === 'key').map((key) => print(key));
  const names = keys.flatMap((key) => key.match(/(?<=fields: ").*?(?=")/)?.[0].split(' ') ?? []);
  const isExternal = field.directives?.some(({ name }) => name.value === 'external') ?? false;
  return isExternal || names.includes(field.name.value);
}

type Field = GraphQLField<unknown, unknown>;

function takesOneInput({ args: [input, ...more] }: Field): boolean {
  const type = isNonNullType(input?.type) ? input.type.ofType : null;
  const isKeyed = isInputObjectType(type) && 'idempotencyKey' in type.getFields();
  return input?.name === 'input' && more.length === 0 && isKeyed;
}

function answersProblems({ type }: Field): boolean {
  return isObjectType(type) && String(type.getFields()['problems']?.type) === '[Problem!]!';
}

const roots = new Set(['Query', 'Mutation', 'Subscription']);
const answersAtOnce = new Set(['Query', 'Mutation']);

function undescribed(node: object, within: string): string[] {
  if (!('kind' in node) || node.kind === 'SchemaExtension') return [];
  const name = 'name' in node ? (node.name as { value: string }).value : '';
  const path = within ? `${within}.${name}` : name;
  const below = ['fields', 'values', 'arguments'].flatMap((key) =>
    key in node ? ((node as Record<string, unknown>)[key] as object[]) : [],
  );
  const bare = needsDescription(String(node.kind), name, within) && !isDescribed(node);
  return [...(bare ? [path] : []), ...below.flatMap((child) => undescribed(child, path))];
}

function isDescribed(node: object): boolean {
  return 'description' in node && Boolean(node.description);
}

function needsDescription(kind: string, name: string, within: string): boolean {
  if (kind.endsWith('Extension') || roots.has(name)) return false;
  return within === '' || name !== 'id';
}
