/** Changing a call: everything before it opens; afterwards only to the good of those who apply. */
import { isDeepStrictEqual } from 'node:util';

import { problem, refusal, refuseAny, type Problem } from '#kit/refusal.ts';
import { breach } from '../programme/breaches.ts';
import { stateAfter } from '#kit/steps.ts';
import { signedInAs } from '#kit/viewer.ts';
import type { Context } from '../context.ts';
import type { ProgrammeRecord } from '../programme/programme.model.ts';
import type { GivenRules } from '../programme/edition.ts';
import type { Rules } from '../programme/rules.ts';
import type { GivenText } from '../form/wording.ts';
import type { CallRecord } from './call.model.ts';
import {
  callSectorFaults,
  readCall,
  sectorsFaults,
  type CallContent,
  type GivenCall,
} from './call.ts';
import { callState, callSteps, callStatus, type CallStatus } from './state.ts';

/** A change of a call as a client gives it; what is left out stays. */
export interface GivenCallChange {
  id: string;
  revision: number;
  title?: GivenText | null | undefined;
  sectors?: string[] | null | undefined;
  budget?: number | null | undefined;
  slots?: number | null | undefined;
  opensAt?: Date | null | undefined;
  closesAt?: Date | null | undefined;
  rules?: GivenRules | null | undefined;
}

/** What of a call people have relied on once it is open. */
const fixedOnceOpen = ['year', 'sectors', 'opensAt', 'rules'] as const;

/** What a change takes away from those who apply. */
export function changeFaults(
  call: Pick<CallRecord, 'budget' | 'slots' | 'closesAt'>,
  status: CallStatus,
  given: Omit<GivenCallChange, 'id' | 'revision'> & { year?: number | null | undefined },
  now: Date,
): Problem[] {
  if (status === 'SCHEDULED') return [];
  const faults: Problem[] = fixedOnceOpen
    .filter((field) => given[field] != null)
    .map((field) =>
      problem('WRONG_STATE', 'This is fixed once the call is open.', [field], {
        rule: 'FIXED_ONCE_OPEN',
        limit: 'SCHEDULED',
        found: status,
      }),
    );
  for (const field of ['budget', 'slots'] as const)
    if ((given[field] ?? call[field]) < call[field])
      faults.push(
        breach(
          'ONLY_GROWS',
          'This only grows once the call is open.',
          call[field],
          given[field] ?? 0,
          [field],
        ),
      );
  if (given.closesAt == null) return faults;
  if (status === 'CLOSED')
    faults.push(
      problem('EXPIRED', 'The call is closed; it does not open again.', ['closesAt'], {
        rule: 'CLOSES',
        limit: call.closesAt.toISOString(),
        found: now.toISOString(),
      }),
    );
  else if (given.closesAt < call.closesAt || given.closesAt <= now)
    faults.push(
      problem('INVALID', 'An open call is closed at its time or later.', ['closesAt'], {
        rule: 'CLOSES_LATER',
        limit: call.closesAt.toISOString(),
        found: given.closesAt.toISOString(),
      }),
    );
  return faults;
}

/** What of a call an import brings. */
const brought = [
  'title',
  'year',
  'sectors',
  'budget',
  'slots',
  'opensAt',
  'closesAt',
  'rules',
] as const;

/** Rules without limits that they do not have: those kept before there was such a limit lack its name. */
function stated(rules: Rules): object {
  return Object.fromEntries(Object.entries(rules).filter(([, value]) => value !== null));
}

/** What is wrong with an import of a call that is there: as `changeFaults`; one that is decided does not change at all. */
export function broughtFaults(
  call: CallRecord,
  content: CallContent,
  path: readonly string[],
  now: Date,
): Problem[] {
  const changed = brought.filter((field) =>
    field === 'rules'
      ? !isDeepStrictEqual(stated(content.rules), stated(call.rules))
      : !isDeepStrictEqual(content[field], call[field]),
  );
  const state = callState(call, now);
  if (changed.length > 0 && callSteps.revise[state] === undefined)
    return [
      problem('WRONG_STATE', 'What was decided on stays as it was.', [...path], {
        rule: 'STATE',
        limit: Object.keys(callSteps.revise).join(', '),
        found: state,
      }),
    ];
  const given = Object.fromEntries(changed.map((field) => [field, content[field]]));
  return changeFaults(call, callStatus(call, now), given, now).map((fault) => ({
    ...fault,
    path: [...path, ...fault.path],
  }));
}

/** The fields that a change gives. */
function definedIn({
  id: _id,
  revision: _revision,
  ...fields
}: GivenCallChange): Partial<GivenCall> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value != null));
}

/**
 * Changes a call. The secretariat may.
 *
 * @throws {Refusal} NOT_FOUND (id), WRONG_STATE (id) once it is decided, STALE (revision), WRONG_STATE (sectors, opensAt, rules) and INVALID (budget, slots,
 * closesAt) once it is open, EXPIRED (closesAt) once it is closed, INVALID and LIMIT_REACHED as `openCall`
 */
export async function reviseCall(context: Context, given: GivenCallChange): Promise<CallRecord> {
  const { viewer, programmes, calls } = context;
  signedInAs(viewer, 'SECRETARIAT');
  const call = await calls.findById(given.id).lean<CallRecord>();
  if (!call) throw refusal('NOT_FOUND', 'There is no such call.', ['id']);
  const programme = await programmes.findById(call.programmeId).lean<ProgrammeRecord>();
  if (!programme) throw new Error(`Call ${call._id} is of no programme.`);
  const now = new Date();
  stateAfter(callSteps, callState(call, now), 'revise', ['id']);
  const faults = changeFaults(call, callStatus(call, now), given, now);
  const changes = definedIn(given);
  const content = readCall({ ...call, ...changes }, programme, [], faults);
  faults.push(...(await callSectorFaults(context, changes)));
  const sectors = await sectorsFaults(context, call.programmeId, content, call._id);
  refuseAny([...faults, ...sectors]);
  const { matchedCount } = await calls.updateOne(
    { _id: call._id, revision: given.revision },
    { $set: content, $inc: { revision: 1 } },
  );
  if (matchedCount === 0)
    throw refusal('STALE', 'The call was changed since it was read.', ['revision']);
  return { ...call, ...content, revision: given.revision + 1 };
}
