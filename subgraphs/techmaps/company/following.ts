/** What companies tells, kept in step here. */
import { applyFacts, type FactRecord } from '#kit/facts.ts';
import type { CompanyFact } from '#schema/facts.ts';

import type { Publishing } from '../capability/publication.ts';
import { markFirmsDue, recountDue } from '../supply/recount.ts';
import { handOverMerged } from './merger.ts';

/**
 * Brings the read model up to what was told, hands over what merged firms could do, and counts anew the firms that it
 * concerns.
 */
export async function applyCompanyFacts(
  publishing: Publishing,
  facts: readonly FactRecord[],
): Promise<void> {
  await applyFacts(publishing.companies, facts, kept);
  await markFirmsDue(
    publishing,
    facts.map(({ key }) => key),
  );
  await handOverMerged(publishing);
  await recountDue(publishing);
}

function kept(fact: CompanyFact): object {
  const { status, sectors, region, kinds, size, certificates, mergedIntoId } = fact;
  return { status, sectors, region, kinds, size, certificates, mergedIntoId };
}
