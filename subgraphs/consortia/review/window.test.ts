import type { Rules } from '../programme/rules.ts';
import { appealsUntil } from './window.ts';

const until = (decidedAt: string | null, appealDays?: number) =>
  appealsUntil({
    decidedAt: decidedAt === null ? null : new Date(decidedAt),
    rules: (appealDays === undefined ? {} : { appealDays }) as Rules,
  })?.toISOString() ?? null;

describe('appealsUntil', () => {
  it('is the end of the last day in Seoul, whatever the hour of the decision', () => {
    // The 22nd in Seoul begins at 15:00 UTC of the 21st.
    expect(until('2026-11-21T14:59:59.999Z', 10)).toBe('2026-12-01T15:00:00.000Z');
    expect(until('2026-11-21T15:00:00Z', 10)).toBe('2026-12-02T15:00:00.000Z');
    expect(until('2026-11-22T14:59:59.999Z', 10)).toBe('2026-12-02T15:00:00.000Z');
    expect(until('2027-12-31T16:00:00Z', 1)).toBe('2028-01-02T15:00:00.000Z');
  });

  it('is never before a decision, and where rules allow no appeal or know none', () => {
    expect(until(null, 10)).toBeNull();
    expect(until('2026-11-22T00:00:00Z', 0)).toBeNull();
    expect(until('2026-11-22T00:00:00Z')).toBeNull();
  });
});
