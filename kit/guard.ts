/** Enforces `@authenticated`, `@requiresScopes` and `@policy` in a subgraph: the gateway's word is not enough. */
import {
  defaultFieldResolver,
  isObjectType,
  type ConstDirectiveNode,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  valueFromASTUntyped,
} from 'graphql';

import { forbid, signedIn, type Viewer } from './viewer.ts';

/** What a field or its type demands of the viewer. */
export interface Demand {
  authenticated: boolean;
  /** Any of these lists; all scopes of a list are needed. */
  scopes: string[][][];
  /** Any of these lists; all policies of a list must hold. */
  policies: string[][][];
}

/**
 * Wraps every field that demands something of the viewer, so that it refuses before its resolver runs.
 *
 * @returns the same schema
 */
export function guard(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    const ofType = [type.astNode, ...type.extensionASTNodes].flatMap((n) => n?.directives ?? []);
    for (const field of Object.values(type.getFields())) {
      const demand = demandOf([...ofType, ...(field.astNode?.directives ?? [])]);
      if (!demand) continue;
      field.resolve = guarded(field.resolve ?? defaultFieldResolver, demand);
      if (field.subscribe) field.subscribe = guarded(field.subscribe, demand);
    }
  }
  return schema;
}

/**
 * What directives demand, or null when they demand nothing.
 *
 * @see https://www.apollographql.com/docs/graphos/routing/security/authorization
 */
export function demandOf(directives: readonly ConstDirectiveNode[]): Demand | null {
  const demand: Demand = { authenticated: false, scopes: [], policies: [] };
  for (const directive of directives) {
    const name = directive.name.value.replace(/^federation__/, '');
    if (name === 'authenticated') demand.authenticated = true;
    if (name === 'requiresScopes') demand.scopes.push(listsOf(directive, 'scopes'));
    if (name === 'policy') demand.policies.push(listsOf(directive, 'policies'));
  }
  const any = demand.authenticated || demand.scopes.length > 0 || demand.policies.length > 0;
  return any ? demand : null;
}

/**
 * Refuses a viewer who does not meet a demand.
 *
 * @throws {GraphQLError} UNAUTHENTICATED, FORBIDDEN
 */
export function meet(viewer: Viewer, demand: Demand): void {
  const { scopes } = signedIn(viewer);
  if (!demand.scopes.every((lists) => holds(lists, scopes)))
    forbid('Your token does not allow this.');
  if (!demand.policies.every((lists) => holds(lists, policiesOf(viewer))))
    forbid('Your roles do not allow this.');
}

/** The policies that hold for a viewer: each platform role in lower case. */
export function policiesOf(viewer: Viewer): string[] {
  return viewer.roles.map((role) => role.toLowerCase());
}

function holds(lists: string[][], held: readonly string[]): boolean {
  return lists.some((list) => list.every((each) => held.includes(each)));
}

function guarded<Source, Context extends { viewer: Viewer }>(
  resolve: GraphQLFieldResolver<Source, Context>,
  demand: Demand,
): GraphQLFieldResolver<Source, Context> {
  return (source, args, context, info) => {
    meet(context.viewer, demand);
    return resolve(source, args, context, info);
  };
}

function listsOf(directive: ConstDirectiveNode, argument: string): string[][] {
  const found = directive.arguments?.find(({ name }) => name.value === argument);
  const value: unknown = found ? valueFromASTUntyped(found.value) : [];
  return (Array.isArray(value) ? value : []).map((list: unknown) =>
    (Array.isArray(list) ? list : [list]).map(String),
  );
}
