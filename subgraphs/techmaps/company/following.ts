/** What companies tells, kept in step here. */
import { applyFacts, type FactRecord } from '#kit/facts.ts';
import type { CompanyFact } from '#schema/facts.ts';

import type { Publishing } from '../capability/publication.ts';
import { markFirmsDue } from '../supply/due.ts';
import { handOverMerged } from './merger.ts';

/**
 * Brings the read model up to what was told, hands over what merged firms could do, and marks the firms that it
 * concerns as due, to be counted between requests.
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
}

function kept(fact: CompanyFact): object {
  const { status, sectors, region, kinds, size, certificates, mergedIntoId } = fact;
  return { status, sectors, region, kinds, size, certificates, mergedIntoId };
}
