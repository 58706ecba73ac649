/** What firms earn with cloud services, year by year: for the secretariat's figures, not for competitors. */
import { seoulDay } from '#kit/instant.ts';
import { problem, refuseAny } from '#kit/refusal.ts';
import type { Context } from '../context.ts';
import { editing, refuseGone } from './access.ts';
import { changeCompany, readAt } from './change.ts';
import type { CompanyRecord } from './company.model.ts';

/** The first year anybody asks for. */
const firstYear = 2010;

/**
 * States a company's cloud revenue in a year, in place of what was stated before; null takes it back. Its editors may,
 * and the secretariat.
 *
 * @param report.amount whole won
 * @throws {Refusal} NOT_FOUND, STALE, WRONG_STATE (companyId), INVALID (year)
 */
export async function reportRevenue(
  context: Context,
  report: { companyId: string; revision: number; year: number; amount?: number | null | undefined },
): Promise<CompanyRecord> {
  const { companyId, revision, year } = report;
  editing(context.viewer, companyId);
  const company = await readAt(context, { id: companyId, revision }, 'companyId');
  refuseGone(company, 'companyId');
  const thisYear = Number(seoulDay(new Date()).slice(0, 4));
  refuseAny(
    year >= firstYear && year <= thisYear
      ? []
      : [
          problem('INVALID', `A year is ${firstYear} to ${thisYear}.`, ['year'], {
            rule: 'YEAR_RANGE',
            limit: `${firstYear}-${thisYear}`,
            found: String(year),
          }),
        ],
  );
  const others = company.cloudRevenues.filter((each) => each.year !== year);
  const cloudRevenues =
    report.amount == null ? others : [...others, { year, amount: report.amount }];
  return changeCompany(context, company, {
    cloudRevenues: cloudRevenues.toSorted((a, b) => b.year - a.year),
  });
}
