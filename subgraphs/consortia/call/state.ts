import type { Steps } from '#kit/steps.ts';
import type { CallRecord } from './call.model.ts';

/** Where a call stands by the clock. */
export type CallStatus = 'SCHEDULED' | 'OPEN' | 'CLOSED';

/** Where a call stands, its decision looked at too. */
export type CallState = CallStatus | 'DECIDED';

/** What can be done with a call, and what the clock does. */
export type CallStep = 'open' | 'close' | 'revise' | 'submit' | 'assign' | 'decide' | 'rerank';

/** The states of a call and the steps between them. */
export const callSteps: Steps<CallState, CallStep> = {
  // By the clock.
  open: { SCHEDULED: 'OPEN' },
  close: { OPEN: 'CLOSED' },
  // What was decided on stays as it was.
  revise: { SCHEDULED: 'SCHEDULED', OPEN: 'OPEN', CLOSED: 'CLOSED' },
  submit: { OPEN: 'OPEN' },
  assign: { CLOSED: 'CLOSED' },
  decide: { CLOSED: 'DECIDED' },
  // By an appeal.
  rerank: { DECIDED: 'DECIDED' },
};

/** Where a call stands at an instant: open from `opensAt` until just before `closesAt`. */
export function callStatus(
  { opensAt, closesAt }: Pick<CallRecord, 'opensAt' | 'closesAt'>,
  now: Date,
): CallStatus {
  if (now < opensAt) return 'SCHEDULED';
  return now < closesAt ? 'OPEN' : 'CLOSED';
}

/** The same, and whether it is decided. */
export function callState(
  call: Pick<CallRecord, 'opensAt' | 'closesAt' | 'decidedAt'>,
  now: Date,
): CallState {
  return call.decidedAt ? 'DECIDED' : callStatus(call, now);
}
