/** What the owners of a firm are told of its cases and sanctions. */
import { standingFor } from '../company/folding.ts';
import type { Context } from '../context.ts';
import type { Errand } from '../mail/letter.ts';
import { post } from '../mail/post.ts';

type News = Omit<Extract<Errand, { kind: 'TRUST_NEWS' }>, 'kind' | 'company'>;

/** Mails the owners of the firm that stands for a company now, in the transaction of what it is about. */
export async function tellOwners(
  context: Pick<Context, 'companies' | 'members' | 'post'>,
  companyId: string,
  news: News,
): Promise<void> {
  const standing = await standingFor(context, [companyId]);
  const company = await context.companies.findById(standing.get(companyId) ?? companyId).lean();
  if (!company) return;
  const owners = await context.members
    .find({ companyId: company._id, role: 'OWNER', state: 'ACTIVE' })
    .lean();
  for (const { email } of owners)
    await post(context, email, { kind: 'TRUST_NEWS', company: company.name, ...news });
}
