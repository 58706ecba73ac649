/** The variables that an operation uses. */
import { visit, type ASTNode, type OperationDefinitionNode } from 'graphql';

/** Names of the variables that are used below a node; where they are declared is no use. */
export function usedVariables(node: ASTNode): ReadonlySet<string> {
  const used = new Set<string>();
  visit(node, {
    VariableDefinition: () => false,
    Variable: ({ name }) => void used.add(name.value),
  });
  return used;
}

/** The same operation without variables that nothing uses any more, which whoever validates it would refuse. */
export function withUsedVariables(operation: OperationDefinitionNode): OperationDefinitionNode {
  const used = usedVariables(operation.selectionSet);
  return {
    ...operation,
    variableDefinitions: (operation.variableDefinitions ?? []).filter(({ variable }) =>
      used.has(variable.name.value),
    ),
  };
}
