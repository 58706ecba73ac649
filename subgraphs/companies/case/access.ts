/** Who sees what of a case. */
import { forbid, hasRole, signedIn, type SignedIn } from '#kit/viewer.ts';
import { refusal } from '#kit/refusal.ts';
import { standingFor } from '../company/folding.ts';
import type { Context } from '../context.ts';
import { isPlaced, placesNow } from '../member/place.ts';
import type { CaseRecord, CaseThread, DecisionRecord } from './case.model.ts';

/** What somebody is in a case. */
export type Stand = 'SECRETARIAT' | 'REPORTER' | 'ACCUSED';

/** A case as it is shown to somebody. */
export interface ShownCase {
  record: CaseRecord;
  stands: Stand[];
}

/** A decision as it is shown to somebody. */
export interface ShownDecision {
  decision: DecisionRecord;
  stands: Stand[];
}

type Reach = Pick<Context, 'viewer' | 'members' | 'companies'>;

/** The threads that belong to each stand. */
const threadsOf: Record<Stand, readonly CaseThread[]> = {
  SECRETARIAT: ['REPORTER', 'ACCUSED', 'INTERNAL'],
  REPORTER: ['REPORTER'],
  ACCUSED: ['ACCUSED'],
};

/**
 * What the viewer is in a case. Who belongs to the accused firm, or reported it, is not the secretariat in it; the firm's
 * owners know of it from the call to the hearing on.
 */
export async function standsIn(context: Reach, record: CaseRecord): Promise<Stand[]> {
  const { viewer } = context;
  if (viewer.userId === null) return [];
  const standing = await standingFor(context, [record.companyId]);
  const firmId = standing.get(record.companyId) ?? record.companyId;
  const places = await placesNow(context);
  const reported = record.reporterId === viewer.userId;
  const belongs = isPlaced(places, firmId, 'VIEWER');
  const owns = isPlaced(places, firmId, 'OWNER') && record.hearing !== null;
  return [
    ...(hasRole(viewer, 'SECRETARIAT') && !belongs && !reported ? (['SECRETARIAT'] as const) : []),
    ...(reported ? (['REPORTER'] as const) : []),
    ...(owns ? (['ACCUSED'] as const) : []),
  ];
}

/** The case as the viewer sees it; null when it does not concern them. */
export async function shownTo(context: Reach, record: CaseRecord): Promise<ShownCase | null> {
  const stands = await standsIn(context, record);
  return stands.length > 0 ? { record, stands } : null;
}

/** Whether any of the stands sees a thread. */
export function seesThread({ stands }: ShownCase, thread: CaseThread): boolean {
  return stands.some((stand) => threadsOf[stand].includes(thread));
}

/** Whether what concerns some stands alone is shown. */
export function isFor({ stands }: ShownCase, ...of: Stand[]): boolean {
  return stands.some((stand) => of.includes(stand));
}

/**
 * A case that the viewer has to do with.
 *
 * @throws {GraphQLError} UNAUTHENTICATED
 * @throws {Refusal} NOT_FOUND (id)
 */
export async function ownCase(
  context: Reach & Pick<Context, 'cases'>,
  id: string,
): Promise<ShownCase> {
  signedIn(context.viewer);
  const record = await context.cases.findById(id).lean<CaseRecord | null>();
  const shown = record && (await shownTo(context, record));
  if (shown) return shown;
  throw refusal('NOT_FOUND', 'There is no such case.', ['id']);
}

/**
 * A case that the viewer, of the secretariat, handles: nobody does who belongs to the accused firm or reported it.
 *
 * @throws {GraphQLError} UNAUTHENTICATED, FORBIDDEN
 * @throws {Refusal} NOT_FOUND (id), STALE (revision)
 */
export async function handledCase(
  context: Reach & Pick<Context, 'cases'>,
  { id, revision }: { id: string; revision: number },
): Promise<{ record: CaseRecord; handler: SignedIn }> {
  const handler = signedIn(context.viewer);
  if (!hasRole(handler, 'SECRETARIAT')) forbid('Only SECRETARIAT may do this.');
  const record = await context.cases.findById(id).lean<CaseRecord | null>();
  if (!record) throw refusal('NOT_FOUND', 'There is no such case.', ['id']);
  const stands = await standsIn(context, record);
  if (!stands.includes('SECRETARIAT')) forbid('You are partial in this case.');
  refuseStale(record, revision);
  return { record, handler };
}

/** @throws {Refusal} STALE (revision) */
export function refuseStale(record: CaseRecord, revision: number): void {
  if (record.revision !== revision)
    throw refusal('STALE', 'The case was changed since it was read; read it again.', ['revision'], {
      found: String(record.revision),
    });
}
