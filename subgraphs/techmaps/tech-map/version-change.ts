/** What a version says differently from an earlier one, as it is read. */
import {
  badInput,
  decodeCursor,
  encodeCursor,
  pageSize,
  toPage,
  type Page,
  type PageRequest,
} from '#kit/page.ts';

import type { Context } from '../context.ts';
import type { PlacementRecord } from '../placement/placement.model.ts';
import { compareVersions } from './comparison.ts';
import type { VersionRecord } from './version.model.ts';

/** What two versions say differently of one technology. */
export interface Change {
  kind: 'ADDED' | 'CHANGED' | 'REMOVED';
  technologyId: string;
  code: string;
  before: PlacementRecord | null;
  after: PlacementRecord | null;
  fields: string[];
}

/** A page of changes. */
export type ChangePage = Page<Change>;

/** Which changes. */
export interface ChangeRequest extends PageRequest {
  since?: number | null | undefined;
  kind?: Change['kind'] | null | undefined;
}

/**
 * One page of what a version says differently from an earlier published one, in the order of codes. Everything in the
 * first version was added.
 *
 * @throws {GraphQLError} BAD_USER_INPUT when `since` is no earlier published version of the map
 */
export async function findChanges(
  context: Context,
  version: VersionRecord,
  { since, kind, first, after }: ChangeRequest,
): Promise<ChangePage> {
  const earlier = await earlierVersion(context, version, since ?? null);
  const { placements } = context;
  const before = earlier ? await placements.find({ versionId: earlier._id }).lean() : [];
  const all = changesBetween(before, await placements.find({ versionId: version._id }).lean());
  const changes = all.filter((each) => kind == null || each.kind === kind);
  const position = after == null ? null : String(decodeCursor(after, 1)[0]);
  const beyond = changes.filter(({ code }) => position === null || code > position);
  return toPage(beyond, pageSize(first), position !== null, cursorOf, async () => changes.length);
}

function changesBetween(
  before: readonly PlacementRecord[],
  after: readonly PlacementRecord[],
): Change[] {
  const { added, changed, removed } = compareVersions(before, after);
  return [
    ...added.map((node) => change('ADDED', null, node, [])),
    ...changed.map((each) => change('CHANGED', each.before, each.after, each.fields)),
    ...removed.map((node) => change('REMOVED', node, null, [])),
  ].toSorted((a, b) => (a.code < b.code ? -1 : 1));
}

function change(
  kind: Change['kind'],
  before: PlacementRecord | null,
  after: PlacementRecord | null,
  fields: readonly string[],
): Change {
  const { technologyId = '', code = '' } = after ?? before ?? {};
  return { kind, technologyId, code, before, after, fields: [...fields] };
}

async function earlierVersion(
  { versions }: Context,
  { mapId, number }: VersionRecord,
  since: number | null,
): Promise<VersionRecord | null> {
  const query = { mapId, status: 'PUBLISHED' as const };
  if (since === null)
    return versions
      .findOne({ ...query, number: { $lt: number } })
      .sort({ number: -1 })
      .lean();
  const found = since < number ? await versions.findOne({ ...query, number: since }).lean() : null;
  if (!found) throw badInput('since is the number of an earlier published version.');
  return found;
}

function cursorOf({ code }: Change): string {
  return encodeCursor([code]);
}
