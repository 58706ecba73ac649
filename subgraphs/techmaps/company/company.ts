/** Companies as this subgraph knows them: what companies tells, kept in step. */
import { applyFacts, type FactRecord } from '#kit/facts.ts';
import type { CompanyFact } from '#schema/facts.ts';

import { markFirmsDue, recountDue, type Counting } from '../supply/recount.ts';
import type { CompanyRecord } from './company.model.ts';

/** A company as the graph refers to it. */
export interface CompanyReference {
  id: string;
}

/** Brings the read model up to what was told, and counts anew the firms that it concerns. */
export async function applyCompanyFacts(
  counting: Counting,
  facts: readonly FactRecord[],
): Promise<void> {
  await applyFacts(counting.companies, facts.map(kept));
  await markFirmsDue(
    counting,
    facts.map(({ key }) => key),
  );
  await recountDue(counting);
}

/** Whether the firm may publish what it can do: it waits for approval, or is approved. */
export function mayPublish(company: CompanyRecord | null | undefined): boolean {
  return company?.gone === false && (company.status === 'PENDING' || company.status === 'APPROVED');
}

function kept(fact: FactRecord): FactRecord {
  if (fact.state === null) return fact;
  const { status, sectors, region, kinds, size } = fact.state as CompanyFact;
  return { ...fact, state: { status, sectors, region, kinds, size } };
}
