/** What projects and consortia hold under a firm's old record stays there; its people act for it from the new one. */
import type { Model } from 'mongoose';

import type { Viewer } from '#kit/viewer.ts';
import type { FirmRecord } from './firm.model.ts';

/** The viewer, who acts for a firm also where it is still named by a record that became part of it. */
export async function alsoForMerged(firms: Model<FirmRecord>, viewer: Viewer): Promise<Viewer> {
  const ids = viewer.companies.map(({ companyId }) => companyId);
  if (ids.length === 0) return viewer;
  const merged = await firms
    .find({ 'company.mergedIntoId': { $in: ids } })
    .select({ 'company.mergedIntoId': 1 })
    .lean<{ _id: string; company: { mergedIntoId: string } }[]>();
  const more = merged.flatMap(({ _id, company }) =>
    viewer.companies
      .filter(({ companyId }) => companyId === company.mergedIntoId)
      .map(({ role }) => ({ companyId: _id, role })),
  );
  return more.length === 0 ? viewer : { ...viewer, companies: [...viewer.companies, ...more] };
}
