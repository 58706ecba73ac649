/** Reading cases: who finds which. */
import { findPage, type Page, type PageRequest } from '#kit/page.ts';
import { hasRole, signedIn, signedInAs } from '#kit/viewer.ts';
import { foldedInto } from '../company/folding.ts';
import type { Context } from '../context.ts';
import { actingNow, placesNow } from '../member/place.ts';
import { shownTo, type ShownCase } from './access.ts';
import type { CaseRecord } from './case.model.ts';
import type { CaseState } from './state.ts';

export type CasePage = Page<ShownCase>;

/** In which order cases are listed. */
export const caseOrder = [
  ['receivedAt', -1],
  ['_id', -1],
] as const;

/** One case; null when there is none, or it does not concern the viewer. */
export async function findCase(context: Context, id: string): Promise<ShownCase | null> {
  signedIn(context.viewer);
  const record = await context.cases.findById(id).lean<CaseRecord | null>();
  return record && shownTo(context, record);
}

/**
 * The cases of one state, or of all, the last first. The secretariat may; without those against firms that the viewer
 * belongs to, and those that the viewer reported.
 */
export async function findCases(
  context: Context,
  state: CaseState | null | undefined,
  page: PageRequest,
): Promise<CasePage> {
  const { userId } = signedInAs(context.viewer, 'SECRETARIAT');
  const own: string[] = [];
  for (const firm of (await placesNow(context)).keys())
    own.push(...(await foldedInto(context, firm)));
  const query = {
    ...(state != null && { state }),
    ...(own.length > 0 && { companyId: { $nin: own } }),
    reporterId: { $ne: userId },
  };
  const hint = state == null ? 'receivedAt_-1__id_-1' : 'state_1_receivedAt_-1__id_-1';
  const found = await findPage(context.cases, query, caseOrder, page, hint);
  return shownAs(found, 'SECRETARIAT');
}

/** What the viewer reported with their name, the last first. */
export async function findOwnReports(context: Context, page: PageRequest): Promise<CasePage> {
  const { userId } = signedIn(context.viewer);
  return shownAs(
    await findPage(context.cases, { reporterId: userId }, caseOrder, page),
    'REPORTER',
  );
}

/** Cases against a firm that it was called to a hearing for, the last first. Its owners may. */
export async function findCasesAgainst(
  context: Context,
  companyId: string,
  page: PageRequest,
): Promise<CasePage> {
  await actingNow(context, companyId, 'OWNER');
  const ids = await foldedInto(context, companyId);
  const [only, ...more] = ids;
  const query = {
    companyId: only !== undefined && more.length === 0 ? only : { $in: ids },
    hearing: { $ne: null },
  };
  return shownAs(await findPage(context.cases, query, caseOrder, page), 'ACCUSED');
}

/** Who reported a case, for the secretariat alone; null for an anonymous report. */
export function reporterOf({ loaders, viewer }: Context, { record, stands }: ShownCase) {
  const may = stands.includes('SECRETARIAT') && hasRole(viewer, 'SECRETARIAT');
  return may && record.reporterId !== null ? loaders.user.load(record.reporterId) : null;
}

function shownAs(page: Page<CaseRecord>, stand: ShownCase['stands'][number]): CasePage {
  const edges = page.edges.map(({ cursor, node }) => ({
    cursor,
    node: { record: node, stands: [stand] },
  }));
  return { ...page, edges };
}
