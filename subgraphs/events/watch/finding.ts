/** Tells users what the searches that they saved found. */
import type { Model } from 'mongoose';

import type { FactRecord } from '#kit/facts.ts';
import type { SearchFact } from '#schema/facts.ts';
import { deliver, type Delivery } from '../inbox/delivery.ts';
import { keptDays, type InboxRecord } from '../inbox/inbox.model.ts';

const keptMillis = keptDays * 86_400_000;

/** Delivers every firm that a search found lately, once, however often it is told. */
export async function tellFinders(
  inbox: Model<InboxRecord>,
  facts: readonly FactRecord[],
): Promise<void> {
  await deliver(inbox, facts.flatMap(findingsOf));
}

/** What a search found, as it is put into its user's inbox; nothing that an inbox would not keep. Pure. */
export function findingsOf({ key, state }: Pick<FactRecord, 'key' | 'state'>): Delivery[] {
  if (state === null) return [];
  const { userId, name, found } = state as SearchFact;
  const oldest = Date.now() - keptMillis;
  return found
    .filter(({ at }) => new Date(at).getTime() > oldest)
    .map(({ companyId, at }) => ({
      userId,
      key: `search:${key}:${companyId}`,
      kind: 'SEARCH',
      eventId: null,
      notice: {
        change: 'FOUND',
        companyId,
        technologyId: null,
        projectId: null,
        sector: null,
        detail: name,
      },
      at: new Date(at),
    }));
}
