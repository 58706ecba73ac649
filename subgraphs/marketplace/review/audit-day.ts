import { seoulDay } from '#kit/instant.ts';

/**
 * The calendar day in Asia/Seoul by which an audit follows an instant; where its month has no such day, the month's
 * last.
 *
 * @param months 1 or more
 */
export function nextAuditDay(instant: Date, months: number): string {
  const [year = 0, month = 1, day = 1] = seoulDay(instant).split('-').map(Number);
  const last = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  const due = new Date(Date.UTC(year, month - 1 + months, Math.min(day, last)));
  return due.toISOString().slice(0, 10);
}
