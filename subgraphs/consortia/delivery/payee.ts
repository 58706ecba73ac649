/** Whom public money may be paid to. */
import { problem, type Problem } from '#kit/refusal.ts';
import type { Context } from '../context.ts';
import type { FirmRecord } from '../pool/firm.model.ts';
import { firmName } from '../pool/firm.ts';
import { readHeirs } from '../pool/merged.ts';

/**
 * What is wrong with paying a firm now: it, or what it became, is suspended or closed (rule PAYEE_FIT). A firm that is only
 * restricted from new projects is still paid for what it takes part in.
 */
export async function payeeFaults(
  { firms }: Pick<Context, 'firms'>,
  companyId: string,
): Promise<Problem[]> {
  const heirOf = await readHeirs(firms, [companyId]);
  const id = heirOf(companyId);
  const firm = await firms.findById(id).lean<FirmRecord>();
  const status = firm?.company?.status ?? 'UNKNOWN';
  if (status === 'APPROVED') return [];
  return [
    problem('WRONG_STATE', `${firmName(firm, id)} is not paid as it stands now.`, ['companyId'], {
      rule: 'PAYEE_FIT',
      limit: 'APPROVED',
      found: status,
    }),
  ];
}
