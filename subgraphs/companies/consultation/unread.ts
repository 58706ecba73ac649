/** What is new to whom in consultations. */
import type { Model } from 'mongoose';

import type { Viewer } from '#kit/viewer.ts';
import type { ConsultationMessageRecord, ConsultationReadRecord } from './consultation.model.ts';

/** What counting needs. */
export interface UnreadReach {
  viewer: Viewer;
  consultationMessages: Model<ConsultationMessageRecord>;
  consultationReads: Model<ConsultationReadRecord>;
}

/** How many messages of others somebody has not read, of each consultation. */
export async function countUnread(
  { viewer, consultationMessages, consultationReads }: UnreadReach,
  ids: readonly string[],
): Promise<Map<string, number>> {
  const { userId } = viewer;
  if (userId === null || ids.length === 0) return new Map();
  const reads = await consultationReads
    .find({ _id: { $in: ids.map((id) => readId(id, userId)) } })
    .lean<ConsultationReadRecord[]>();
  const readTo = new Map(reads.map(({ consultationId, number }) => [consultationId, number]));
  const beyond = ids.map((consultationId) => ({
    consultationId,
    number: { $gt: readTo.get(consultationId) ?? 0 },
  }));
  const counted = await consultationMessages.aggregate<{ _id: string; count: number }>([
    { $match: { $or: beyond } },
    { $match: { authorId: { $ne: userId } } },
    { $group: { _id: '$consultationId', count: { $sum: 1 } } },
  ]);
  return new Map(counted.map(({ _id, count }) => [_id, count]));
}

/** Under which id it is kept how far somebody has read. */
export function readId(consultationId: string, userId: string): string {
  return `${consultationId} ${userId}`;
}
