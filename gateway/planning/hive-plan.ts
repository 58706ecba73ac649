/** Plans of the Rust planner, said in the terms of Apollo's executor. */
import type {
  FetchDataRewrite,
  FetchNode,
  PlanNode,
  QueryPlan,
  QueryPlanSelectionNode,
  SubscriptionNode,
} from '@apollo/query-planner';
import type * as Hive from '@graphql-hive/router-query-planner';
import {
  Kind,
  OperationTypeNode,
  parse,
  print,
  visit,
  type DocumentNode,
  type FieldNode,
  type OperationDefinitionNode,
} from 'graphql';

/**
 * The plan in Apollo's shape.
 *
 * @throws {Error} naming a part that Apollo's executor has no word for
 */
export function apolloPlan(plan: Hive.QueryPlan): QueryPlan {
  return { kind: 'QueryPlan', ...(plan.node && { node: rootNode(plan.node) }) };
}

/** A subscription comes alone or first in a sequence whose others complete each event. */
function rootNode(node: Hive.PlanNode): PlanNode | SubscriptionNode {
  if (node.kind === 'Subscription')
    return { kind: 'Subscription', primary: fetchNode(node.primary) };
  if (node.kind !== 'Sequence') return planNode(node);
  const [first, ...others] = node.nodes;
  if (first?.kind !== 'Subscription') return planNode(node);
  return {
    kind: 'Subscription',
    primary: fetchNode(first.primary),
    ...(others.length > 0 && { rest: { kind: 'Sequence', nodes: others.map(planNode) } }),
  };
}

function planNode(node: Hive.PlanNode): PlanNode {
  switch (node.kind) {
    case 'Sequence':
    case 'Parallel':
      return { kind: node.kind, nodes: node.nodes.map(planNode) };
    case 'Flatten':
      return { kind: 'Flatten', path: responsePath(node.path), node: planNode(node.node) };
    case 'Condition':
      return conditionNode(node);
    case 'Fetch':
      return fetchNode(node);
    case 'BatchFetch':
      return batchNode(node);
    case 'Subscription':
    case 'Defer':
    default:
      throw new Error(`The executor has no ${node.kind} at this place.`);
  }
}

function conditionNode({ condition, ifClause, elseClause }: Hive.ConditionNode): PlanNode {
  return {
    kind: 'Condition',
    condition,
    ...(ifClause && { ifClause: planNode(ifClause) }),
    ...(elseClause && { elseClause: planNode(elseClause) }),
  };
}

function fetchNode(node: Hive.FetchNode): FetchNode {
  return {
    kind: 'Fetch',
    serviceName: node.serviceName,
    variableUsages: node.variableUsages ?? [],
    operation: node.operation,
    operationName: node.operationName,
    operationKind: operationKind(node.operationKind),
    ...needs(node),
    ...outputs(node.outputRewrites),
  };
}

/** One text with several aliased `_entities` becomes one fetch for each alias and path. */
function batchNode(node: Hive.BatchFetchNode): PlanNode {
  const document = parse(node.operation);
  const nodes = node.entityBatch.aliases.flatMap((batch) => {
    const { operation, variables } = entityOperation(document, batch);
    const fetch: FetchNode = {
      kind: 'Fetch',
      serviceName: node.serviceName,
      variableUsages: (node.variableUsages ?? []).filter((name) => variables.has(name)),
      operation,
      operationName: node.operationName,
      operationKind: operationKind(node.operationKind),
      ...needs(batch),
      ...outputs(batch.outputRewrites),
    };
    return batch.paths.map((path): PlanNode => ({
      kind: 'Flatten',
      path: responsePath(path),
      node: fetch,
    }));
  });
  const [only] = nodes;
  return only && nodes.length === 1 ? only : { kind: 'Parallel', nodes };
}

function entityOperation(
  document: DocumentNode,
  { alias, representationsVariableName }: Hive.EntityBatchAlias,
): { operation: string; variables: ReadonlySet<string> } {
  const operation = document.definitions.find(
    (each): each is OperationDefinitionNode => each.kind === Kind.OPERATION_DEFINITION,
  );
  const field = operation?.selectionSet.selections.find(
    (each): each is FieldNode =>
      each.kind === Kind.FIELD && (each.alias ?? each.name).value === alias,
  );
  if (!operation || !field) throw new Error(`The batch has no field ${alias}.`);
  const { alias: _, ...plain } = field;
  const fragments = document.definitions.filter((each) => each !== operation);
  const variables = new Set<string>();
  visit(
    {
      kind: Kind.DOCUMENT,
      definitions: [
        {
          ...operation,
          variableDefinitions: [],
          selectionSet: { kind: Kind.SELECTION_SET, selections: [field] },
        },
        ...fragments,
      ],
    },
    { Variable: ({ name }) => void variables.add(name.value) },
  );
  const single: DocumentNode = {
    kind: Kind.DOCUMENT,
    definitions: [
      {
        ...operation,
        variableDefinitions: (operation.variableDefinitions ?? []).filter(({ variable }) =>
          variables.has(variable.name.value),
        ),
        selectionSet: { kind: Kind.SELECTION_SET, selections: [plain] },
      },
      ...fragments,
    ],
  };
  const renamed = visit(single, {
    Variable: (variable) =>
      variable.name.value === representationsVariableName
        ? { ...variable, name: { kind: Kind.NAME, value: 'representations' } }
        : undefined,
  });
  return { operation: print(renamed), variables };
}

/** The Rust planner names the key in the data and the key to send; Apollo's executor sends what it reads and renames. */
function needs(node: {
  requires?: Hive.RequiresSelection[];
  inputRewrites?: Hive.InputRewrite[];
}): Pick<FetchNode, 'requires' | 'inputRewrites'> {
  if (!node.requires) return {};
  const renames: FetchDataRewrite[] = [];
  const requires = requirements(node.requires, [], renames);
  const inputRewrites = [...rewrites(node.inputRewrites), ...renames];
  return { requires, ...(inputRewrites.length > 0 && { inputRewrites }) };
}

function requirements(
  selections: Hive.RequiresSelection[],
  path: string[],
  renames: FetchDataRewrite[],
): QueryPlanSelectionNode[] {
  return selections.map((selection): QueryPlanSelectionNode => {
    switch (selection.kind) {
      case 'Field': {
        const { name, alias, selections: below } = selection;
        const own = [...path, name];
        const inner = below && below.length > 0 ? requirements(below, own, renames) : undefined;
        // After what is below, whose paths still go by the old name.
        if (alias && alias !== name)
          renames.push({ kind: 'KeyRenamer', path: own, renameKeyTo: alias });
        return { kind: 'Field', name, ...(inner && { selections: inner }) };
      }
      case 'InlineFragment': {
        const { typeCondition, selections: below } = selection;
        const own = [...path, `... on ${typeCondition}`];
        return {
          kind: 'InlineFragment',
          typeCondition,
          selections: requirements(below, own, renames),
        };
      }
      case 'FragmentSpread':
      default:
        throw new Error('The executor reads no fragment spread in what a fetch requires.');
    }
  });
}

function outputs(list: Hive.OutputRewrite[] | undefined): Pick<FetchNode, 'outputRewrites'> {
  const outputRewrites = rewrites(list);
  return outputRewrites.length > 0 ? { outputRewrites } : {};
}

function rewrites(list: Hive.FetchRewrite[] | undefined): FetchDataRewrite[] {
  return (list ?? []).flatMap((rewrite): FetchDataRewrite[] => {
    if ('KeyRenamer' in rewrite) {
      const { path, renameKeyTo } = rewrite.KeyRenamer;
      return rewritePaths(path).map((each) => ({ kind: 'KeyRenamer', path: each, renameKeyTo }));
    }
    const { path, setValueTo } = 'ValueSetter' in rewrite ? rewrite.ValueSetter : rewrite;
    return rewritePaths(path).map((each) => ({ kind: 'ValueSetter', path: each, setValueTo }));
  });
}

/** A step that allows several types becomes one path for each. */
function rewritePaths(path: readonly Hive.FetchNodePathSegment[]): string[][] {
  return path.reduce<string[][]>(
    (paths, step) =>
      paths.flatMap((sofar) =>
        'Key' in step
          ? [[...sofar, step.Key]]
          : step.TypenameEquals.map((type) => [...sofar, `... on ${type}`]),
      ),
    [[]],
  );
}

/** Type conditions fall away: what a fetch requires names the types again. */
function responsePath(path: readonly Hive.FlattenNodePathSegment[]): string[] {
  return path.flatMap((step) => {
    if (step === '@') return ['@'];
    return 'Field' in step ? [step.Field] : [];
  });
}

function operationKind(kind: Hive.FetchNode['operationKind']): OperationTypeNode {
  if (kind === 'mutation') return OperationTypeNode.MUTATION;
  return kind === 'subscription' ? OperationTypeNode.SUBSCRIPTION : OperationTypeNode.QUERY;
}
