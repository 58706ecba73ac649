/** Who carries out projects, read for many of them at once. */
import type { Model } from 'mongoose';

import type { MembershipRecord } from '../consortium/membership.model.ts';

/** A place in a team, as far as figures need it. */
export type TeamMember = Pick<
  MembershipRecord,
  '_id' | 'consortiumId' | 'companyId' | 'role' | 'status' | 'share'
>;

const looksAt = { consortiumId: 1, companyId: 1, role: 1, status: 1, share: 1 };

/** The standing places of consortia, each in the order in which shares are rounded; those of none are absent. */
export async function readTeams(
  memberships: Model<MembershipRecord>,
  consortiumIds: readonly string[],
): Promise<ReadonlyMap<string, TeamMember[]>> {
  const members = await memberships
    .find({ consortiumId: { $in: [...consortiumIds] }, standing: true })
    .select(looksAt)
    .sort({ consortiumId: 1, _id: 1 })
    .lean<TeamMember[]>();
  return Map.groupBy(members, ({ consortiumId }) => consortiumId);
}
