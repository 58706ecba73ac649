/** What projects and consortia hold under a firm's old record stays there; its people act for it from the new one. */
import type { Model } from 'mongoose';

import type { Viewer } from '#kit/viewer.ts';
import type { FirmRecord } from './firm.model.ts';

/** Mergers one after another that are followed back; companies have not been seen to go through more. */
const mostMergers = 10;

/** A firm that became part of another. */
interface MergedFirm {
  _id: string;
  company: { mergedIntoId: string };
}

/** Firms that became part of some; said as the index on them is, or MongoDB does not take it. */
function became(ids: readonly string[]): object {
  return { 'company.mergedIntoId': { $in: [...ids], $type: 'string' } };
}

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
    .find(became(heirs.map(({ companyId }) => companyId)))
    .select({ 'company.mergedIntoId': 1 })
    .lean<MergedFirm[]>();
  return merged.flatMap(({ _id, company }) =>
    heirs
      .filter(({ companyId }) => companyId === company.mergedIntoId)
      .filter(({ role }) => !known.some((own) => own.companyId === _id && own.role === role))
      .map(({ role }) => ({ companyId: _id, role })),
  );
}

/** Which firm an id stands for now: the last one that a merged firm became, itself where it was not merged. */
export type HeirOf = (id: string) => string;

/** Firms as they stand now, for everything that compares one with another: records of before keep the ids of their time. */
export async function readHeirs(firms: Model<FirmRecord>, ids: Iterable<string>): Promise<HeirOf> {
  const next = new Map<string, string>();
  let asked = [...new Set(ids)];
  for (let step = 0; step < mostMergers && asked.length > 0; step += 1) {
    const merged = await firms
      .find({ _id: { $in: asked }, 'company.mergedIntoId': { $type: 'string' } })
      .select({ 'company.mergedIntoId': 1 })
      .lean<MergedFirm[]>();
    for (const { _id, company } of merged) next.set(_id, company.mergedIntoId);
    asked = merged.map(({ company }) => company.mergedIntoId).filter((heir) => !next.has(heir));
  }
  return heirIn(next);
}

/** For each id every id that stands for the same firm: what it became, and all that became that. */
export async function familiesOf(
  firms: Model<FirmRecord>,
  ids: readonly string[],
): Promise<Map<string, string[]>> {
  const heirOf = await readHeirs(firms, ids);
  const heirs = new Map(standing(ids, heirOf).map((heir) => [heir, heir]));
  let newest = [...heirs.keys()];
  for (let step = 0; step < mostMergers && newest.length > 0; step += 1) {
    const merged = await firms
      .find(became(newest))
      .select({ 'company.mergedIntoId': 1 })
      .lean<MergedFirm[]>();
    const found = merged.filter(({ _id }) => !heirs.has(_id));
    for (const { _id, company } of found)
      heirs.set(_id, heirs.get(company.mergedIntoId) ?? company.mergedIntoId);
    newest = found.map(({ _id }) => _id);
  }
  const families = Map.groupBy(heirs.keys(), (id) => heirs.get(id));
  return new Map(ids.map((id) => [id, families.get(heirOf(id)) ?? [id]]));
}

/** A firm's records in a query: those of one id by that id, so that an index orders them too. */
export function ofFamily(ids: readonly string[]): string | { $in: string[] } {
  const [only, ...others] = ids;
  return only !== undefined && others.length === 0 ? only : { $in: [...ids] };
}

/** Which firm each id stands for, by what firms became next. Pure. */
export function heirIn(next: ReadonlyMap<string, string>): HeirOf {
  return (id) => {
    let last = id;
    for (let step = 0; step < mostMergers; step += 1) last = next.get(last) ?? last;
    return last;
  };
}

/** Firms as they stand now, each once, in the order of the first. */
export function standing(ids: readonly string[], heirOf: HeirOf): string[] {
  return [...new Set(ids.map(heirOf))];
}
