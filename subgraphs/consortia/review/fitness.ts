/** Whether the firms of a project may still take part when it is to be awarded. */
import type { Problem } from '#kit/refusal.ts';
import type { Context } from '../context.ts';
import type { FirmRecord } from '../pool/firm.model.ts';
import { firmName, mayTakePart, standingOf } from '../pool/firm.ts';
import { breach } from '../programme/breaches.ts';
import type { ProjectRecord } from '../project/project.model.ts';
import { membersIn } from '../proposal/awards.ts';

/** Members that may not take part at an instant, as they are now, by project: problems of rule MEMBER_FIT. */
export async function unfitIn(
  { consortia, firms }: Pick<Context, 'consortia' | 'firms'>,
  projects: readonly Pick<ProjectRecord, '_id' | 'consortiumId'>[],
  now: Date,
): Promise<Map<string, Problem[]>> {
  const teams = await membersIn({ consortia, firms }, projects);
  const ids = new Set([...teams.values()].flat());
  const known = await firms.find({ _id: { $in: [...ids] } }).lean<FirmRecord[]>();
  const byId = new Map(known.map((firm) => [firm._id, firm]));
  return new Map(
    projects.map(({ _id, consortiumId }) => [
      _id,
      (teams.get(consortiumId ?? '') ?? []).flatMap((id) => faultOf(id, byId.get(id), now)),
    ]),
  );
}

function faultOf(id: string, firm: FirmRecord | undefined, now: Date): Problem[] {
  const company = firm?.company ?? null;
  if (mayTakePart(company, now)) return [];
  const message = `${firmName(firm ?? null, id)} may not take part now.`;
  return [breach('MEMBER_FIT', message, 'APPROVED', standingOf(company), ['members', id])];
}

/** Touches the firms of projects, so that an award and a restriction told at the same time meet: one goes first. */
export async function holdFirms(
  { consortia, firms }: Pick<Context, 'consortia' | 'firms'>,
  projects: readonly Pick<ProjectRecord, '_id' | 'consortiumId'>[],
): Promise<void> {
  const teams = await membersIn({ consortia, firms }, projects);
  await firms.updateMany({ _id: { $in: [...teams.values()].flat() } }, { $inc: { seals: 1 } });
}
