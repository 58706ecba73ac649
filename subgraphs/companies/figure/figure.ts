/** Figures that the alliance watches, as time series for charts. */
import { badInput } from '#kit/page.ts';
import { signedInAs } from '#kit/viewer.ts';
import { daysBetween } from '../company/expiry.ts';
import type { Context } from '../context.ts';

/** What growth is broken down by. */
export type GrowthBy = 'ALL' | 'KIND' | 'SECTOR' | 'REGION' | 'SIZE';

/** How many companies there were at the end of a month. */
export interface GrowthPoint {
  /** `YYYY-MM`. */
  month: string;
  /** The value it is broken down by; null for all. */
  value: string | null;
  /** Approved in this month, or turned to this value. */
  approved: number;
  /** Suspended, closed or merged in this month, or turned to another value. */
  left: number;
  /** At the end of this month. */
  total: number;
}

const monthForm = /^\d{4}-(0[1-9]|1[0-2])$/;
const mostMonths = 240;

/** The months from one to another, both included. */
export function monthsBetween(from: string, to: string): string[] {
  const [year = 0, month = 1] = from.split('-').map(Number);
  const months: string[] = [];
  for (let index = month - 1; months.length <= mostMonths; index += 1) {
    const next = `${year + Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, '0')}`;
    if (next > to) break;
    months.push(next);
  }
  return months;
}

/**
 * How the number of companies grew, month by month in Asia/Seoul. Anybody may know.
 *
 * @throws {GraphQLError} BAD_USER_INPUT for months that are none, in the wrong order or too many
 */
export async function companyGrowth(
  { standingChanges }: Context,
  { by, from, to }: { by: GrowthBy; from: string; to: string },
): Promise<GrowthPoint[]> {
  if (!monthForm.test(from) || !monthForm.test(to) || from > to)
    throw badInput('Months are YYYY-MM, the first not after the last.');
  const months = monthsBetween(from, to);
  if (months.length > mostMonths) throw badInput(`At most ${mostMonths} months.`);
  const changes = async (field: 'came' | 'went') => {
    const counted = await standingChanges.aggregate<{
      _id: { month: string; facet: string };
      count: number;
    }>([
      { $match: { at: { $lt: monthEnd(to) } } },
      { $unwind: `$${field}` },
      { $match: { [field]: { $regex: `^${by} ` } } },
      {
        $group: {
          _id: {
            month: { $dateToString: { date: '$at', format: '%Y-%m', timezone: '+09:00' } },
            facet: `$${field}`,
          },
          count: { $sum: 1 },
        },
      },
    ]);
    return counted.map(({ _id: { month, facet }, count }) => ({
      month,
      value: facet.slice(by.length + 1) || null,
      count: field === 'came' ? count : -count,
    }));
  };
  return cumulated(months, [...(await changes('came')), ...(await changes('went'))]);
}

/** The instant at which a month of Asia/Seoul, `YYYY-MM`, is over. */
function monthEnd(month: string): Date {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number) - 9 * 60 * 60 * 1_000);
}

/** Changes by month summed up from the beginning, those who left below zero; every value has a point in every month. */
export function cumulated(
  months: readonly string[],
  counted: readonly { month: string; value?: string | null; count: number }[],
): GrowthPoint[] {
  const first = months[0] ?? '';
  const values = [...new Set(counted.map((each) => each.value ?? null))].sort((a, b) =>
    (a ?? '').localeCompare(b ?? ''),
  );
  return values.flatMap((value) => {
    const own = counted.filter((each) => (each.value ?? null) === value);
    const byMonth = Map.groupBy(own, ({ month }) => month);
    let total = countOf(own.filter(({ month }) => month < first));
    return months.map((month) => {
      const changes = byMonth.get(month) ?? [];
      const approved = countOf(changes.filter(({ count }) => count > 0));
      // Never minus zero.
      const left = 0 - countOf(changes.filter(({ count }) => count < 0));
      total += approved - left;
      return { month, value, approved, left, total };
    });
  });
}

function countOf(counted: readonly { count: number }[]): number {
  return counted.reduce((total, { count }) => total + count, 0);
}

/** Cloud revenue of the alliance in one year. */
export interface RevenueYear {
  year: number;
  /** Firms that stated theirs. */
  companies: number;
  /** Of these, firms above the threshold. */
  above: number;
  /** Whole won. */
  sum: number;
}

/** Cloud revenue year by year, and how many firms are above a threshold. Only the secretariat may know. */
export function revenueYears(
  { viewer, companies }: Context,
  threshold: number,
): Promise<RevenueYear[]> {
  signedInAs(viewer, 'SECRETARIAT');
  return companies.aggregate<RevenueYear>([
    {
      $match: { status: { $in: ['APPROVED', 'SUSPENDED'] }, 'cloudRevenues.0': { $exists: true } },
    },
    { $unwind: '$cloudRevenues' },
    {
      $group: {
        _id: '$cloudRevenues.year',
        companies: { $sum: 1 },
        above: { $sum: { $cond: [{ $gt: ['$cloudRevenues.amount', threshold] }, 1, 0] } },
        sum: { $sum: '$cloudRevenues.amount' },
      },
    },
    { $sort: { _id: 1 } },
    { $project: { _id: 0, year: '$_id', companies: 1, above: 1, sum: 1 } },
  ]);
}

/** How long certificates of one scheme and year took. */
export interface CertificationYear {
  year: number;
  scheme: string;
  /** Certificates whose day of application is known. */
  certificates: number;
  medianDays: number;
  /** Rounded to one decimal. */
  meanDays: number;
}

/** Days from application to certificate, by the year it became valid. Only the secretariat may know. */
export async function certificationYears(
  { viewer, companies }: Context,
  scheme: string | null,
): Promise<CertificationYear[]> {
  signedInAs(viewer, 'SECRETARIAT');
  const found = await companies
    .find({ 'certifications.appliedOn': { $gt: '' } }, { certifications: 1 })
    .lean();
  const taken = found
    .flatMap(({ certifications }) => certifications)
    .filter((each) => each.confirmedAt !== null && (scheme === null || each.scheme === scheme))
    .flatMap(({ scheme: of, appliedOn, validFrom }) =>
      appliedOn === null
        ? []
        : [{ of, year: Number(validFrom.slice(0, 4)), days: daysBetween(appliedOn, validFrom) }],
    );
  const groups = Map.groupBy(taken, ({ of, year }) => `${year} ${of}`);
  return [...groups.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, group]) => {
      const [first] = group;
      return first
        ? [{ year: first.year, scheme: first.of, ...summary(group.map(({ days }) => days)) }]
        : [];
    });
}

/** How many, the middle one and the mean of whole numbers. */
export function summary(days: readonly number[]) {
  const sorted = days.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = 0, high = 0] = [
    sorted[sorted.length % 2 === 0 ? middle - 1 : middle],
    sorted[middle],
  ];
  const sum = sorted.reduce((total, each) => total + each, 0);
  return {
    certificates: sorted.length,
    medianDays: (low + high) / 2,
    meanDays: Math.round((sum / Math.max(sorted.length, 1)) * 10) / 10,
  };
}
