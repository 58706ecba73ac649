/** Sanctions: they take effect and end by themselves, and everybody who follows the firm is told. */
import { newId } from '#kit/id.ts';
import { transaction } from '#kit/mongo.ts';
import { problem, refusal, refuseAny } from '#kit/refusal.ts';
import { isIn, hasRole, signedInAs } from '#kit/viewer.ts';
import { changeCompany } from '../company/change.ts';
import type { CompanyRecord } from '../company/company.model.ts';
import { foldedInto, standingFor } from '../company/folding.ts';
import type { Context } from '../context.ts';
import { refuseOwnFirm } from '../member/place.ts';
import { nextAt, restrictedUntilBy, stateAt } from './force.ts';
import { tellOwners } from './news.ts';
import type { SanctionRecord } from './sanction.model.ts';

/** A sanction that is imposed. */
export type NewSanction = Pick<
  SanctionRecord,
  'caseId' | 'companyId' | 'kind' | 'from' | 'until' | 'reason'
> &
  Partial<Pick<SanctionRecord, 'amount' | 'dueOn'>>;

/** Imposes sanctions; what begins now takes effect in this transaction, the rest when its time comes. */
export async function impose(
  context: Context,
  given: readonly NewSanction[],
  now: Date,
): Promise<void> {
  for (const each of given) {
    const unset = { amount: null, dueOn: null, recovered: 0 };
    const times = { liftedAt: null, begunAt: null, endedAt: null, nextAt: each.from };
    const sanction = { _id: newId(), revision: 1, ...unset, ...each, ...times };
    await context.sanctions.create([sanction]);
    if (each.from <= now) await come(context, sanction, now);
  }
}

/** Lifts what a case imposed. */
export async function liftOf(context: Context, caseId: string, now: Date): Promise<void> {
  const imposed = await context.sanctions.find({ caseId, endedAt: null, liftedAt: null }).lean();
  for (const sanction of imposed) await lift(context, sanction, now);
}

/**
 * Keeps a firm out by an order of the secretariat in place of the last order, or lifts that; sanctions of cases stay.
 *
 * @returns the company as it is now
 */
export async function orderRestriction(
  context: Context,
  { _id: companyId }: CompanyRecord,
  until: Date | null,
  reason: string,
): Promise<CompanyRecord> {
  const now = new Date();
  const orders = await context.sanctions
    .find({ companyId, caseId: null, endedAt: null, liftedAt: null })
    .lean();
  for (const order of orders) await lift(context, order, now);
  const order = { caseId: null, companyId, kind: 'RESTRICTION' as const, from: now, until, reason };
  if (until !== null) await impose(context, [order], now);
  return orders.length === 0 && until === null
    ? settle(context, companyId, now)
    : standing(context, companyId);
}

/**
 * Notes what a firm paid back; the recovery ends once all is. The secretariat may.
 *
 * @throws {Refusal} NOT_FOUND (id), STALE (revision), WRONG_STATE (id), INVALID (amount)
 */
export async function recordRecovery(
  context: Context,
  { id, revision, amount }: { id: string; revision: number; amount: number },
): Promise<SanctionRecord> {
  signedInAs(context.viewer, 'SECRETARIAT');
  const before = await openRecovery(context, { id, revision });
  await refuseOwnFirm(context, before.companyId);
  const left = (before.amount ?? 0) - before.recovered;
  refuseAny(
    amount >= 1 && amount <= left
      ? []
      : [
          problem('INVALID', 'More than nothing is paid, and not more than is left.', ['amount'], {
            limit: String(left),
            found: String(amount),
          }),
        ],
  );
  const now = new Date();
  const recovered = before.recovered + amount;
  const paid = recovered === before.amount ? { until: now, endedAt: now, nextAt: null } : {};
  const { modifiedCount } = await context.sanctions.updateOne(
    { _id: id, revision },
    { $set: { recovered, ...paid }, $inc: { revision: 1 } },
  );
  if (modifiedCount === 0) throw refusal('STALE', 'It was changed since.', ['revision']);
  if (recovered === before.amount)
    await tellOwners(context, before.companyId, { what: 'SANCTION_ENDS', at: now });
  return { ...before, recovered, ...paid, revision: revision + 1 };
}

async function openRecovery(
  { sanctions }: Context,
  { id, revision }: { id: string; revision: number },
): Promise<SanctionRecord> {
  const recovery = await sanctions.findById(id).lean<SanctionRecord | null>();
  if (!recovery || recovery.amount === null)
    throw refusal('NOT_FOUND', 'There is no such recovery.', ['id']);
  if (recovery.revision !== revision)
    throw refusal('STALE', 'The recovery was changed since it was read.', ['revision'], {
      found: String(recovery.revision),
    });
  if (recovery.liftedAt !== null || recovery.endedAt !== null)
    throw refusal('WRONG_STATE', 'This recovery is over.', ['id']);
  return recovery;
}

/**
 * Tells of every beginning and end that is due: the firm's fact, its place in the search, its owners. Several services
 * may: each is told once, because the sanction is written in the same transaction.
 *
 * @returns how many were told
 */
export async function tellDueSanctions(context: Context, now: Date): Promise<number> {
  for (let told = 0; ; told += 1) {
    const done = await transaction(context.connection, async () => {
      const due = await context.sanctions
        .findOne(dueQuery(now))
        .sort({ nextAt: 1 })
        .lean<SanctionRecord | null>();
      if (!due) return false;
      await come(context, due, now);
      return true;
    });
    if (!done) return told;
  }
}

/** Sanctions of which something is due to be told. */
export function dueQuery(now: Date) {
  return { nextAt: { $ne: null, $lte: now } };
}

/**
 * A firm's sanctions, the last first, those of firms that became part of it too: everybody sees what is in force, its
 * members and the secretariat see all.
 */
export async function findSanctions(
  context: Context,
  { _id }: Pick<CompanyRecord, '_id'>,
): Promise<SanctionRecord[]> {
  const { viewer } = context;
  const ids = await foldedInto(context, _id);
  const found = await context.sanctions
    .find({ companyId: { $in: ids } })
    .sort({ from: -1, _id: -1 })
    .lean<SanctionRecord[]>();
  if (isIn(viewer, _id, 'VIEWER') || hasRole(viewer, 'SECRETARIAT')) return found;
  const now = new Date();
  return found.filter((each) => stateAt(each, now) === 'IN_FORCE');
}

/** Brings a sanction up to an instant: what began or ended of it is told. */
async function come(context: Context, sanction: SanctionRecord, now: Date): Promise<void> {
  const begins = sanction.begunAt === null && sanction.from <= now;
  const ends = sanction.until !== null && sanction.until <= now;
  const times = {
    begunAt: begins ? now : sanction.begunAt,
    endedAt: ends ? now : sanction.endedAt,
  };
  await write(context, sanction, { ...times, nextAt: nextAt({ ...sanction, ...times }) });
  // A sanction that began and ended while nothing ran is told by its end alone.
  const what = ends ? 'SANCTION_ENDS' : 'SANCTION_BEGINS';
  await tellOwners(context, sanction.companyId, { what, at: now });
  if (sanction.kind === 'RESTRICTION') await settle(context, sanction.companyId, now);
}

async function lift(context: Context, sanction: SanctionRecord, now: Date): Promise<void> {
  await write(context, sanction, { liftedAt: now, nextAt: null });
  await tellOwners(context, sanction.companyId, { what: 'SANCTION_ENDS', at: now });
  if (sanction.kind === 'RESTRICTION') await settle(context, sanction.companyId, now);
}

async function write(
  { sanctions }: Context,
  { _id, revision }: SanctionRecord,
  change: Partial<SanctionRecord>,
): Promise<void> {
  await sanctions.updateOne({ _id, revision }, { $set: change, $inc: { revision: 1 } });
}

/**
 * Brings the firm up to its restrictions in force. It is written whatever comes out: an end and a beginning at the same
 * time meet here, and the later one sees the other.
 */
async function settle(context: Context, companyId: string, now: Date): Promise<CompanyRecord> {
  const company = await standing(context, companyId);
  const ids = await foldedInto(context, company._id);
  const restrictions = await context.sanctions
    .find({ companyId: { $in: ids }, kind: 'RESTRICTION' })
    .lean<SanctionRecord[]>();
  const restrictedUntil = restrictedUntilBy(restrictions, now);
  const order = restrictions.find(
    (each) => each.caseId === null && stateAt(each, now) === 'IN_FORCE',
  );
  const restrictedBecause = restrictedUntil === null ? null : (order?.reason ?? null);
  return changeCompany(context, company, { restrictedUntil, restrictedBecause });
}

async function standing(context: Context, companyId: string): Promise<CompanyRecord> {
  const of = await standingFor(context, [companyId]);
  const company = await context.companies.findById(of.get(companyId) ?? companyId).lean();
  if (!company) throw new Error(`Company ${companyId} is gone.`);
  return company;
}
