/** Plans over needs (`needs.ts`), said in the fields that subgraphs have. */
import type {
  FetchDataRewrite,
  FetchNode,
  PlanNode,
  QueryPlan,
  QueryPlanSelectionNode,
} from '@apollo/query-planner';
import {
  Kind,
  parse,
  print,
  visit,
  type DocumentNode,
  type FieldNode,
  type SelectionNode,
} from 'graphql';

import { needJoint, type Needs } from './needs.ts';

/** The plan, asking for the real fields and sending them by their real names. */
export function withRealFields(plan: QueryPlan, needs: Needs): QueryPlan {
  const { node } = plan;
  if (!node) return plan;
  if (node.kind !== 'Subscription') return { ...plan, node: planNode(node, needs) };
  const { primary, rest } = node;
  return {
    ...plan,
    node: {
      kind: 'Subscription',
      primary: realFetch(primary, needs),
      ...(rest && { rest: planNode(rest, needs) }),
    },
  };
}

function planNode(node: PlanNode, needs: Needs): PlanNode {
  switch (node.kind) {
    case 'Sequence':
    case 'Parallel':
      return { ...node, nodes: node.nodes.map((each) => planNode(each, needs)) };
    case 'Flatten':
      return { ...node, node: planNode(node.node, needs) };
    case 'Condition':
      return {
        ...node,
        ...(node.ifClause && { ifClause: planNode(node.ifClause, needs) }),
        ...(node.elseClause && { elseClause: planNode(node.elseClause, needs) }),
      };
    case 'Fetch':
      return fetchNode(node, needs);
    case 'Defer':
    default:
      return node;
  }
}

/** A representation has room for one value under each name, so needs that contradict each other are sent apart. */
function fetchNode(fetch: FetchNode, needs: Needs): PlanNode {
  const { requires } = fetch;
  if (!requires) return realFetch(fetch, needs);
  const document = parse(fetch.operation, { noLocation: true });
  const groups = groupsOf(document, needs);
  if (groups.length < 2) return realFetch(fetch, needs);
  const nodes = groups.map((group) => {
    const own = new Set(group.claims.values());
    const others = groups.flatMap(({ claims }) => [...claims.values()]);
    const foreign = new Set(others.filter((path) => !own.has(path)));
    return realFetch(
      {
        ...fetch,
        operation: print(onlyFields(document, group.fields)),
        requires: without(requires, foreign, []),
      },
      needs,
    );
  });
  return { kind: 'Parallel', nodes };
}

/** Fields of things that can be asked with the same representations. */
interface Group {
  /** Needs by the real paths that their values are sent at. */
  claims: Map<string, string>;
  fields: Set<SelectionNode>;
}

function groupsOf(document: DocumentNode, needs: Needs): Group[] {
  const groups: Group[] = [];
  const place = (field: SelectionNode, claims: ReadonlyMap<string, string>): void => {
    const fits = ({ claims: taken }: Group): boolean =>
      [...claims].every(([real, own]) => (taken.get(real) ?? own) === own);
    let group = groups.find(fits);
    if (!group) groups.push((group = { claims: new Map(), fields: new Set() }));
    group.fields.add(field);
    for (const [real, own] of claims) group.claims.set(real, own);
  };
  const walk = (selections: readonly SelectionNode[], type: string): void => {
    for (const each of selections)
      if (each.kind === Kind.INLINE_FRAGMENT)
        walk(each.selectionSet.selections, each.typeCondition?.name.value ?? type);
      else
        place(
          each,
          (each.kind === Kind.FIELD && needs.of.get(`${type}.${each.name.value}`)) || none,
        );
  };
  for (const field of rootFields(document)) walk(field.selectionSet?.selections ?? [], '');
  return groups;
}

const none: ReadonlyMap<string, string> = new Map();

/** The same operation, asking of its things only these fields. */
function onlyFields(document: DocumentNode, fields: ReadonlySet<SelectionNode>): DocumentNode {
  const kept = (selections: readonly SelectionNode[]): SelectionNode[] =>
    selections.flatMap((each): SelectionNode[] => {
      if (each.kind !== Kind.INLINE_FRAGMENT) return fields.has(each) ? [each] : [];
      const below = kept(each.selectionSet.selections);
      return below.length > 0
        ? [{ ...each, selectionSet: { ...each.selectionSet, selections: below } }]
        : [];
    });
  const roots = new Set<FieldNode>(rootFields(document));
  return visit(document, {
    Field: (field) => {
      if (!roots.has(field) || !field.selectionSet) return false;
      const selections = kept(field.selectionSet.selections);
      return { ...field, selectionSet: { ...field.selectionSet, selections } };
    },
  });
}

function rootFields({ definitions }: DocumentNode): FieldNode[] {
  return definitions.flatMap((each) =>
    each.kind === Kind.OPERATION_DEFINITION
      ? each.selectionSet.selections.filter((field) => field.kind === Kind.FIELD)
      : [],
  );
}

/** What is required, without the needs of others. */
function without(
  selections: readonly QueryPlanSelectionNode[],
  foreign: ReadonlySet<string>,
  path: readonly string[],
): QueryPlanSelectionNode[] {
  return selections.flatMap((each): QueryPlanSelectionNode[] => {
    const own = each.kind === 'Field' ? [...path, each.name] : path;
    if (each.kind === 'Field' && foreign.has(own.join(needJoint))) return [];
    if (!each.selections) return [each];
    const below = without(each.selections, foreign, own);
    return below.length > 0 ? [{ ...each, selections: below }] : [];
  });
}

function realFetch(fetch: FetchNode, needs: Needs): FetchNode {
  const { operationDocumentNode: _, requires = [], inputRewrites = [], ...others } = fetch;
  const renames = [
    ...inputRewrites.map((each) => realRename(each, needs)),
    ...renamesOf(requires, needs, []),
  ];
  return {
    ...others,
    operation: realOperation(fetch.operation, needs),
    ...(fetch.requires && { requires }),
    ...(renames.length > 0 && { inputRewrites: renames }),
  };
}

/** Each need asks for the real field, under the need's name. */
function realOperation(operation: string, { fields }: Needs): string {
  const document = parse(operation, { noLocation: true });
  const real = visit(document, {
    Field: (field): FieldNode | undefined => {
      const needed = fields.get(field.name.value);
      if (!needed) return undefined;
      return {
        ...field,
        alias: field.alias ?? field.name,
        name: { kind: Kind.NAME, value: needed.name },
        arguments: needed.arguments,
      };
    },
  });
  return real === document ? operation : print(real);
}

function realRename(rewrite: FetchDataRewrite, { fields }: Needs): FetchDataRewrite {
  const needed = rewrite.kind === 'KeyRenamer' && fields.get(rewrite.renameKeyTo);
  return needed ? { ...rewrite, renameKeyTo: needed.name } : rewrite;
}

/** Renames what is sent; first what is below, whose paths still go by the needs' names. */
function renamesOf(
  selections: readonly QueryPlanSelectionNode[],
  needs: Needs,
  path: readonly string[],
): FetchDataRewrite[] {
  return selections.flatMap((each): FetchDataRewrite[] => {
    if (each.kind === 'InlineFragment')
      return renamesOf(each.selections, needs, [...path, `... on ${each.typeCondition}`]);
    const own = [...path, each.name];
    const needed = needs.fields.get(each.name);
    return [
      ...renamesOf(each.selections ?? [], needs, own),
      ...(needed ? [{ kind: 'KeyRenamer' as const, path: own, renameKeyTo: needed.name }] : []),
    ];
  });
}
