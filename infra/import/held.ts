/** Which rows of a landscape of our own the platform has: those are left as they are, as the file shows less than it holds. */
import type { CompanyIds } from './company-id.ts';
import type { RowFound } from './found.ts';
import { ask, nodesOf, type Graph } from './graph.ts';

/** Most technologies or companies of one question. */
const most = 100;

const readTechnologies = `query TechnologiesHeld($codes: [String!]!) {
  supply(technologyCodes: $codes) { technology { code } }
}`;
const readCapabilities = `query CapabilitiesHeld($companyIds: [ID!]!, $first: Int!, $after: String) {
  page: capabilities(filter: { companyIds: $companyIds }, first: $first, after: $after) {
    pageInfo { hasNextPage endCursor }
    edges { node { company { id } technology { code } } }
  }
}`;

interface CapabilityHeld {
  company: { id: string };
  technology: { code: string };
}

/** The rows that the platform does not have; rows of other files are all of them. */
export async function rowsToBring(
  graph: Graph,
  companyIds: CompanyIds,
  rows: readonly RowFound[],
): Promise<RowFound[]> {
  const own = rows.filter(({ mayBe }) => mayBe !== undefined);
  if (own.length === 0) return [...rows];
  const ids = await companyIds(own.flatMap(keyOf), candidatesOf(own));
  const technologies = await technologiesHeld(graph, own);
  const capabilities = await capabilitiesHeld(graph, own, ids);
  return rows.filter((each) => {
    if (each.mayBe === undefined) return true;
    if (each.to === 'technologies') return !technologies.has(each.row.code);
    if (each.to === 'companies') return !ids.has(each.row.externalId);
    if (each.to !== 'capabilities') return true;
    return !capabilities.has(pairOf(ids.get(each.company ?? ''), each.row.technologyCode));
  });
}

/** The ids under which the companies of these rows may be here, by their keys. */
export function candidatesOf(rows: readonly RowFound[]): Map<string, readonly string[]> {
  return new Map(rows.flatMap((row) => keyOf(row).map((key) => [key, row.mayBe ?? []] as const)));
}

function keyOf(found: RowFound): string[] {
  if (found.to === 'companies') return [found.row.externalId];
  return found.company === undefined ? [] : [found.company];
}

async function technologiesHeld(graph: Graph, rows: readonly RowFound[]): Promise<Set<string>> {
  const codes = rows.flatMap((each) => (each.to === 'technologies' ? [each.row.code] : []));
  const held = new Set<string>();
  for (let start = 0; start < codes.length; start += most) {
    const { supply } = await ask<{ supply: { technology: { code: string } }[] }>(
      graph,
      readTechnologies,
      { codes: codes.slice(start, start + most) },
    );
    for (const { technology } of supply) held.add(technology.code);
  }
  return held;
}

async function capabilitiesHeld(
  graph: Graph,
  rows: readonly RowFound[],
  ids: ReadonlyMap<string, string>,
): Promise<Set<string>> {
  const named = rows.flatMap((each) =>
    each.to === 'capabilities' ? (ids.get(each.company ?? '') ?? []) : [],
  );
  const companies = [...new Set(named)];
  const held = new Set<string>();
  for (let start = 0; start < companies.length; start += most)
    for await (const { company, technology } of nodesOf<CapabilityHeld>(graph, readCapabilities, {
      variables: { companyIds: companies.slice(start, start + most) },
    }))
      held.add(pairOf(company.id, technology.code));
  return held;
}

function pairOf(companyId: string | undefined, technologyCode: string): string {
  return `${companyId ?? ''} ${technologyCode}`;
}
