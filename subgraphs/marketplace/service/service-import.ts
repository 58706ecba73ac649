/** Taking in services from elsewhere: each once, by its identity in its source. */
import { isDeepStrictEqual } from 'node:util';

import { identityProblems, intakeProblems, type IntakeReport } from '#kit/intake.ts';
import { unknownCodes, unknownProblems } from '#kit/known.ts';
import { isDuplicateKey } from '#kit/mongo.ts';
import { problem, refusal, refuseAny, type Problem } from '#kit/refusal.ts';
import { tidy } from '#kit/text.ts';
import { nodeIds } from '#kit/tree.ts';
import { signedInAs } from '#kit/viewer.ts';
import type { CompanyRecord } from '../company/company.model.ts';
import { providerNames, providerProblems } from '../company/company.ts';
import type { Context } from '../context.ts';
import { relist, type Relisting } from '../listing/relisting.ts';
import {
  candidate,
  detailProblems,
  isSame,
  tracesOf,
  unknownTechnologies,
  type DetailsInput,
} from './service-details.ts';
import { projectSource } from './handover.ts';
import type { ServiceDetails, ServiceRecord } from './service.model.ts';
import { newService } from './service.ts';

const mostMarketplaces = 20;

/** One service of a source. */
export interface ImportServiceRowInput extends DetailsInput {
  externalId: string;
  providerId?: string | null | undefined;
  providerName?: string | null | undefined;
  marketplaces?: string[] | null | undefined;
  withdrawn?: boolean | null | undefined;
}

/** Services from one source. */
export interface ImportServicesInput {
  source: string;
  dryRun?: boolean | null | undefined;
  rows: ImportServiceRowInput[];
}

/** What rows are judged by. */
interface Known {
  source: string;
  now: Date;
  ids: ReadonlyMap<string, string>;
  /** Codes of sectors that there are not. */
  unknownSectors: ReadonlySet<string>;
  providers: ReadonlyMap<string, CompanyRecord>;
  marketplaces: ReadonlySet<string>;
  /** Services of the source, by their identity there. */
  services: ReadonlyMap<string, ServiceRecord>;
}

/** What a row leads to. */
type Verdict =
  | { problems: Problem[] }
  | { same: ServiceRecord }
  | { service: ServiceRecord; before: ServiceRecord | null };

/**
 * Creates and changes services of one source in one transaction, straight into the catalogue; rows with faults are
 * left out and reported.
 *
 * @throws {Refusal} INVALID (source), LIMIT_REACHED (rows), TAKEN (source) when the same source is taken in at once
 */
export async function importServices(
  context: Context,
  { source, rows, dryRun }: ImportServicesInput,
): Promise<IntakeReport> {
  const { userId } = signedInAs(context.viewer, 'OPERATOR', 'SECRETARIAT');
  refuseAny(callProblems(source, rows.length));
  const known = await whatIsKnown(context, source, rows);
  const seen = new Set<string>();
  const verdicts = rows.map((row, index) => {
    const path = ['rows', String(index)];
    const externalId = tidy(row.externalId);
    const problems = identityProblems(externalId, seen, path);
    seen.add(externalId);
    return problems.length > 0 ? { problems } : judge({ ...row, externalId }, path, known);
  });
  const changes = verdicts.flatMap((each) => ('service' in each ? [each] : []));
  if (dryRun !== true) await store(context, changes, { userId, source, now: known.now });
  return {
    created: changes.filter(({ before }) => before === null).length,
    updated: changes.filter(({ before }) => before !== null).length,
    unchanged: verdicts.filter((each) => 'same' in each).length,
    problems: verdicts.flatMap((each) => ('problems' in each ? each.problems : [])),
  };
}

/** Why a whole call is refused. */
function callProblems(source: string, count: number): Problem[] {
  const own = problem('INVALID', 'Projects hand their services over themselves.', ['source']);
  return [...intakeProblems(source, count), ...(source === projectSource ? [own] : [])];
}

/** What a row leads to. Pure. */
function judge(row: ImportServiceRowInput, path: string[], known: Known): Verdict {
  const { now, ids } = known;
  const before = known.services.get(row.externalId) ?? null;
  const provider = known.providers.get(row.providerId ?? '') ?? null;
  const service = candidate(null, row, ids);
  const problems = [
    ...rowProviderProblems(row, before, provider, now).map((each) => below(path, each)),
    ...unknownTechnologies(row, ids, path),
    ...unknownProblems('sector', row.sectors, known.unknownSectors, [...path, 'sectors']),
    ...detailProblems(service, path),
    ...(service.models.length > 0
      ? []
      : [problem('INVALID', 'Say what is delivered.', [...path, 'models'])]),
    ...marketplaceProblems(row.marketplaces ?? [], known.marketplaces, path),
  ];
  if (problems.length > 0) return { problems };
  return settle(before, asImported(service as ServiceDetails, row, provider, known));
}

/** A service as its source has it, as if it were new. */
function asImported(
  details: ServiceDetails,
  { externalId, providerId, providerName, marketplaces, withdrawn }: ImportServiceRowInput,
  provider: CompanyRecord | null,
  { source, now }: Known,
): ServiceRecord {
  const firm = providerId ?? null;
  const name = firm === null ? tidy(providerName ?? '') : null;
  return {
    ...newService(details, { providerId: firm, providerName: name, provider, now }),
    ...tracesOf(details, providerNames(provider, name)),
    status: withdrawn === true ? 'WITHDRAWN' : 'LISTED',
    listedOn: [...new Set(marketplaces ?? [])].toSorted(),
    listedAt: withdrawn === true ? null : now,
    origin: { source, externalId },
  };
}

function settle(before: ServiceRecord | null, imported: ServiceRecord): Verdict {
  if (before === null) return { service: imported, before };
  const { _id, listedAt, selectedAt, auditDueOn, audits, revision } = before;
  const kept = {
    _id,
    selectedAt,
    auditDueOn,
    audits,
    listedAt: listedAt ?? imported.listedAt,
    revision: revision + 1,
  };
  return isSame(before, imported) && isSameStanding(before, imported)
    ? { same: before }
    : { service: { ...imported, ...kept }, before };
}

function isSameStanding(before: ServiceRecord, after: ServiceRecord): boolean {
  return isDeepStrictEqual(standingOf(before), standingOf(after));
}

function standingOf({ providerId, providerName, status, listedOn }: ServiceRecord): object {
  return { providerId, providerName, status, listedOn: listedOn.toSorted() };
}

async function whatIsKnown(
  { connection, technologies, companies, marketplaces, services }: Context,
  source: string,
  rows: readonly ImportServiceRowInput[],
): Promise<Known> {
  const names = new Set(rows.flatMap((row) => row.technologies ?? []));
  const providerIds = new Set(rows.flatMap(({ providerId }) => providerId ?? []));
  const externalIds = rows.map(({ externalId }) => tidy(externalId));
  const ids = await nodeIds(technologies, [...names]);
  const named = rows.flatMap(({ sectors }) => sectors ?? []);
  const unknownSectors = await unknownCodes(connection, 'sector', named);
  const providers = await companies
    .find({ _id: { $in: [...providerIds] } })
    .lean<CompanyRecord[]>();
  const codes = await marketplaces.find({}, { _id: 1 }).lean<{ _id: string }[]>();
  const earlier = await services
    .find({ 'origin.source': source, 'origin.externalId': { $in: externalIds } })
    .lean<ServiceRecord[]>();
  return {
    source,
    now: new Date(),
    ids,
    unknownSectors,
    providers: new Map(providers.map((provider) => [provider._id, provider])),
    marketplaces: new Set(codes.map(({ _id }) => _id)),
    services: new Map(earlier.map((service) => [service.origin?.externalId ?? '', service])),
  };
}

async function store(
  context: Context,
  changes: readonly { service: ServiceRecord; before: ServiceRecord | null }[],
  by: Pick<Relisting, 'userId' | 'source' | 'now'>,
): Promise<void> {
  if (changes.length === 0) return;
  const writes = changes.map(({ service, before }) => {
    const { _id, ...fields } = service;
    return before === null
      ? { insertOne: { document: service } }
      : { updateOne: { filter: { _id, revision: before.revision }, update: { $set: fields } } };
  });
  try {
    await context.services.bulkWrite(writes);
    await relist(
      context,
      changes.map(({ service }) => ({ ...by, serviceId: service._id, on: service.listedOn })),
    );
  } catch (error) {
    // Identities are unique: somebody else has just taken in the same rows.
    if (isDuplicateKey(error))
      throw refusal('TAKEN', 'This source is being taken in by somebody else.', ['source']);
    throw error;
  }
}

function rowProviderProblems(
  { providerId, providerName }: ImportServiceRowInput,
  before: ServiceRecord | null,
  provider: CompanyRecord | null,
  now: Date,
): Problem[] {
  if (providerId != null)
    return providerId === before?.providerId ? [] : providerProblems(provider, now);
  const { length } = tidy(providerName ?? '');
  return length >= 1 && length <= 200
    ? []
    : [problem('INVALID', 'Name the provider, in at most 200 characters.', ['providerName'])];
}

function marketplaceProblems(
  codes: readonly string[],
  known: ReadonlySet<string>,
  path: string[],
): Problem[] {
  const at = [...path, 'marketplaces'];
  const unknown = codes.flatMap((code, index) =>
    known.has(code)
      ? []
      : [problem('NOT_FOUND', 'No marketplace has this code.', [...at, String(index)])],
  );
  return codes.length > mostMarketplaces
    ? [problem('LIMIT_REACHED', `At most ${mostMarketplaces} can be named.`, at), ...unknown]
    : unknown;
}

function below(path: string[], each: Problem): Problem {
  return { ...each, path: [...path, ...each.path] };
}
