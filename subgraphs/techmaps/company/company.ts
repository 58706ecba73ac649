/** Companies as this subgraph knows them. */
import type { CompanyRecord } from './company.model.ts';

/** A company as the graph refers to it. */
export interface CompanyReference {
  id: string;
}

/** Whether the firm may publish what it can do: it waits for approval, or is approved. */
export function mayPublish(company: CompanyRecord | null | undefined): boolean {
  return company?.gone === false && (company.status === 'PENDING' || company.status === 'APPROVED');
}
