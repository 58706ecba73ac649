import type { Answer } from '#kit/answer.ts';
import type { Problem } from '#kit/refusal.ts';

/** An import's answer with the problems of its rows, beside those of the whole. */
export function reported<Report extends { problems: Problem[] }>(
  answered: Answer<{ report: Report }>,
): Report | { problems: Problem[] } {
  return 'report' in answered ? answered.report : { problems: answered.problems };
}
