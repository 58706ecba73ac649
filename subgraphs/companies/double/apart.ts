/** Records that look like one firm and are several: the secretariat says so once, until they change. */
import { problem, refusal, refuseAny } from '#kit/refusal.ts';
import { tidy } from '#kit/text.ts';
import { signedInAs } from '#kit/viewer.ts';
import type { Context } from '../context.ts';
import { refuseOwnFirm } from '../member/place.ts';
import type { ApartRecord, DoubleRecord } from './double.model.ts';
import { areAlike } from './double.ts';

/** A likely double that was read at a revision. */
export interface DoubleAt {
  id: string;
  revision: number;
}

const mostReason = 2_000;

/**
 * Says that records that look alike are different firms: they are listed no more, neither by this nor by what else the
 * same ones share, until one of them changes in it. Only the secretariat may, who belongs to none of them.
 *
 * @throws {Refusal} NOT_FOUND (id), STALE (revision), WRONG_STATE (id), INVALID (reason)
 */
export async function keepApart(
  context: Context,
  { reason: text, ...at }: DoubleAt & { reason: string },
): Promise<DoubleRecord> {
  const { userId } = signedInAs(context.viewer, 'SECRETARIAT');
  const reason = tidy(text);
  refuseAny(
    reason.length >= 1 && reason.length <= mostReason
      ? []
      : [problem('INVALID', 'A reason has 1 to 2,000 characters.', ['reason'])],
  );
  const double = await readAt(context, at);
  if (!double.alike)
    throw refusal('WRONG_STATE', 'These are not listed as alike.', ['id'], { rule: 'ALIKE' });
  return mark(context, double, { reason, byId: userId, at: new Date() });
}

/**
 * Takes back that records are different firms: they are listed again. Only the secretariat may, who belongs to none of
 * them.
 *
 * @throws {Refusal} NOT_FOUND (id), STALE (revision), WRONG_STATE (id)
 */
export async function compareAgain(context: Context, at: DoubleAt): Promise<DoubleRecord> {
  signedInAs(context.viewer, 'SECRETARIAT');
  const double = await readAt(context, at);
  if (double.apart === null)
    throw refusal('WRONG_STATE', 'These are not kept apart.', ['id'], { rule: 'APART' });
  return mark(context, double, null);
}

async function readAt({ doubles }: Context, { id, revision }: DoubleAt): Promise<DoubleRecord> {
  const double = await doubles.findById(id).lean<DoubleRecord>();
  if (!double) throw refusal('NOT_FOUND', 'Nothing is alike by this.', ['id']);
  if (double.revision !== revision) throw stale(double.revision);
  return double;
}

/** Marks what was read, and what else no other than the same records share. */
async function mark(
  context: Context,
  double: DoubleRecord,
  apart: ApartRecord | null,
): Promise<DoubleRecord> {
  const { doubles } = context;
  for (const companyId of double.companyIds) await refuseOwnFirm(context, companyId);
  const { companyIds } = double;
  const all = await doubles.find({ companyIds: { $in: companyIds } }).lean<DoubleRecord[]>();
  const same = all.filter(
    (each) => areAlike(each.companyIds) && each.companyIds.every((id) => companyIds.includes(id)),
  );
  for (const { _id, revision } of same) {
    const { modifiedCount } = await doubles.updateOne(
      { _id, revision },
      { $set: { apart, alike: apart === null }, $inc: { revision: 1 } },
    );
    if (modifiedCount === 0) throw stale(null);
  }
  return { ...double, apart, alike: apart === null, revision: double.revision + 1 };
}

function stale(found: number | null) {
  const message = 'What is alike was changed since it was read; read it again.';
  return refusal('STALE', message, ['revision'], { found: found === null ? null : String(found) });
}
