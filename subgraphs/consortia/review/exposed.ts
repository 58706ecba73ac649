/** What caps one firm's part of a call's programme, as stored. */
import type { CallRecord } from '../call/call.model.ts';
import type { Context } from '../context.ts';
import type { ProjectRecord } from '../project/project.model.ts';
import { membersIn, readAwards } from '../proposal/awards.ts';
import { capsOf } from '../proposal/exposure.ts';
import type { Exposed } from './award.ts';

/** What firms have of the programme besides a call, and who is in the call's projects; null where nothing is capped. */
export async function readExposed(
  context: Pick<Context, 'projects' | 'consortia' | 'firms'>,
  { _id, programmeId, rules }: Pick<CallRecord, '_id' | 'programmeId' | 'rules'>,
  submitted: readonly ProjectRecord[],
): Promise<Exposed | null> {
  const caps = capsOf(rules, null);
  if (caps.running === null && caps.awardShare === null) return null;
  const exposure = await readAwards(context, programmeId, { callId: _id }, caps);
  const teams = await membersIn(context, submitted);
  const membersOf = new Map(
    submitted.map((project) => [project._id, teams.get(project.consortiumId ?? '') ?? []]),
  );
  return { caps, exposure, membersOf };
}

/** The same for a decision: two of one programme meet on it, so that the later one counts what the earlier one gave. */
export async function exposedToDecide(
  context: Pick<Context, 'projects' | 'consortia' | 'firms' | 'programmes'>,
  call: Pick<CallRecord, '_id' | 'programmeId' | 'rules'>,
  submitted: readonly ProjectRecord[],
): Promise<Exposed | null> {
  const { maxRunningPerFirm, maxAwardShare } = call.rules;
  if (maxRunningPerFirm != null || maxAwardShare != null)
    await context.programmes.updateOne({ _id: call.programmeId }, { $inc: { callsDecided: 1 } });
  return readExposed(context, call, submitted);
}
