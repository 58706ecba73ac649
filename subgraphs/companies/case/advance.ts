/** The one way that a case goes from state to state. */
import { refusal } from '#kit/refusal.ts';
import { stateAfter } from '#kit/steps.ts';
import type { Context } from '../context.ts';
import type { CaseRecord } from './case.model.ts';
import { caseSteps, type CaseStep } from './state.ts';

/**
 * Takes a step with a case that was read before.
 *
 * @returns the case as it is now
 * @throws {Refusal} WRONG_STATE (id), STALE (revision) when somebody changed it in between
 */
export async function advanceTo(
  { cases }: Pick<Context, 'cases'>,
  record: CaseRecord,
  step: CaseStep,
  change: Partial<CaseRecord>,
  at: Date,
): Promise<CaseRecord> {
  const state = stateAfter(caseSteps, record.state, step, ['id']);
  const after = await cases
    .findOneAndUpdate(
      { _id: record._id, revision: record.revision },
      { $set: { ...change, state }, $push: { history: { state, at } }, $inc: { revision: 1 } },
      { returnDocument: 'after' },
    )
    .lean<CaseRecord | null>();
  if (after) return after;
  throw refusal('STALE', 'The case was changed since it was read; read it again.', ['revision']);
}
