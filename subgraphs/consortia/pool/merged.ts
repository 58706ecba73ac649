/** What projects and consortia hold under a firm's old record stays there; its people act for it from the new one. */
import type { Model } from 'mongoose';

import type { Viewer } from '#kit/viewer.ts';
import type { FirmRecord } from './firm.model.ts';

/** Mergers one after another that are followed back; companies have not been seen to go through more. */
const mostMergers = 10;

/** The viewer, who acts for a firm also where it is still named by a record that became part of it, in however many steps. */
export async function alsoForMerged(firms: Model<FirmRecord>, viewer: Viewer): Promise<Viewer> {
  const companies = [...viewer.companies];
  let newest = companies;
  for (let step = 0; step < mostMergers && newest.length > 0; step += 1) {
    newest = await mergedInto(firms, newest, companies);
    companies.push(...newest);
  }
  return companies.length === viewer.companies.length ? viewer : { ...viewer, companies };
}

/** What became part of some firms, with the role in these; what is there already is left out. */
async function mergedInto(
  firms: Model<FirmRecord>,
  heirs: Viewer['companies'],
  known: Viewer['companies'],
): Promise<Viewer['companies']> {
  const merged = await firms
    .find({ 'company.mergedIntoId': { $in: heirs.map(({ companyId }) => companyId) } })
    .select({ 'company.mergedIntoId': 1 })
    .lean<{ _id: string; company: { mergedIntoId: string } }[]>();
  return merged.flatMap(({ _id, company }) =>
    heirs
      .filter(({ companyId }) => companyId === company.mergedIntoId)
      .filter(({ role }) => !known.some((own) => own.companyId === _id && own.role === role))
      .map(({ role }) => ({ companyId: _id, role })),
  );
}

/** What firms became, by the id of each that became another, over as many steps as there were. */
export async function heirsOf(
  firms: Model<FirmRecord>,
  ids: readonly string[],
): Promise<Map<string, string>> {
  const next = new Map<string, string>();
  let asked = [...new Set(ids)];
  for (let step = 0; step < mostMergers && asked.length > 0; step += 1) {
    const merged = await firms
      .find({ _id: { $in: asked }, 'company.mergedIntoId': { $type: 'string' } })
      .select({ 'company.mergedIntoId': 1 })
      .lean<{ _id: string; company: { mergedIntoId: string } }[]>();
    for (const { _id, company } of merged) next.set(_id, company.mergedIntoId);
    asked = merged.map(({ company }) => company.mergedIntoId).filter((heir) => !next.has(heir));
  }
  return new Map([...next].map(([id]) => [id, lastOf(next, id)]));
}

function lastOf(next: ReadonlyMap<string, string>, id: string): string {
  let last = id;
  for (let step = 0; step < mostMergers; step += 1) last = next.get(last) ?? last;
  return last;
}
