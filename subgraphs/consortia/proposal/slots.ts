/** How many searches run for one firm and one user: each takes one of a few places, held by a unique index. */
import { isDuplicateKey } from '#kit/mongo.ts';
import { refusal } from '#kit/refusal.ts';
import type { Context } from '../context.ts';
import type { AssemblyRecord } from './assembly.model.ts';
import { findRepeat, type Request } from './request.ts';

/** How often places are looked for again when others were quicker. */
const triesLimit = 20;

/**
 * Stores a search that begins, in a free place of the lead's firm and of the user; or finds the one that a repeat of
 * the same request stored meanwhile.
 *
 * @throws {Refusal} LIMIT_REACHED with rule COMPANY_SEARCHES or USER_SEARCHES
 */
export async function storeInSlots(
  context: Context,
  leadCompanyId: string,
  request: Request,
  search: Omit<AssemblyRecord, 'runner'>,
): Promise<{ record: AssemblyRecord; isNew: boolean }> {
  const { assemblies, searches, config } = context;
  for (let tries = 0; tries < triesLimit; tries += 1) {
    const record: AssemblyRecord = {
      ...search,
      runner: searches.runner,
      leaseUntil: searches.leaseFromNow(),
      companySlot: await freeSlot(context, 'companySlot', leadCompanyId, {
        rule: 'COMPANY_SEARCHES',
        limit: config.ASSEMBLIES_A_COMPANY,
      }),
      viewerSlot: await freeSlot(context, 'viewerSlot', request.userId, {
        rule: 'USER_SEARCHES',
        limit: config.ASSEMBLIES_A_USER,
      }),
    };
    try {
      await assemblies.create([record]);
      return { record, isNew: true };
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
      // Either a repeat was quicker, whose search stands for both, or somebody took the place.
      const first = await findRepeat(context, request);
      if (first) return { record: first, isNew: false };
    }
  }
  throw refusal('LIMIT_REACHED', 'Too many searches begin at once; try again in a minute.', [], {
    rule: 'SEARCHES_AT_ONCE',
    limit: String(triesLimit),
    found: String(triesLimit),
  });
}

async function freeSlot(
  { assemblies }: Context,
  field: 'companySlot' | 'viewerSlot',
  of: string,
  { rule, limit }: { rule: string; limit: number },
): Promise<string> {
  const slots = Array.from({ length: limit }, (_, index) => `${of} ${index + 1}`);
  const taken = await assemblies
    .find({ [field]: { $in: slots } })
    .select({ [field]: 1 })
    .lean<Pick<AssemblyRecord, 'companySlot' | 'viewerSlot'>[]>();
  const free = slots.find((slot) => taken.every((record) => record[field] !== slot));
  if (free !== undefined) return free;
  throw refusal('LIMIT_REACHED', 'Wait until an earlier search has ended, or end it.', [], {
    rule,
    limit: String(limit),
    found: String(taken.length),
  });
}
