/** Services: entering, changing, listing and finding them. */
import { newId } from '#kit/id.ts';
import { unknownCodes, unknownProblems } from '#kit/known.ts';
import { isDuplicateKey } from '#kit/mongo.ts';
import { findPage, type Order, type PageRequest } from '#kit/page.ts';
import { problem, refusal, refuseAny, type Problem, type Refusal } from '#kit/refusal.ts';
import { nodeIds } from '#kit/tree.ts';
import { signedIn, type Viewer } from '#kit/viewer.ts';
import type { CompanyRecord } from '../company/company.model.ts';
import {
  actingAsProvider,
  overseeing,
  providerNames,
  providerProblems,
  seesDrafts,
} from '../company/company.ts';
import type { Context } from '../context.ts';
import {
  candidate,
  catalogueProblems,
  detailProblems,
  isSame,
  ownName,
  tracesOf,
  unknownTechnologies,
  type DetailsInput,
} from './service-details.ts';
import { catalogueQuery, type ServiceFilter } from './service-filter.ts';
import type {
  ServiceDetails,
  ServicePage,
  ServiceQuery,
  ServiceRecord,
  ServiceStatus,
} from './service.model.ts';

/** What is offered. */
export interface DraftServiceInput extends DetailsInput {
  providerId: string;
}

/** A service at the revision at which somebody read it. */
export interface ReadService {
  id: string;
  revision: number;
}

/** What becomes different. */
export interface UpdateServiceInput extends DetailsInput, ReadService {}

const byName: Order = [
  ['sortName', 1],
  ['_id', 1],
];

/**
 * Begins a service, as a draft.
 *
 * @throws {Refusal} INVALID (what is said), NOT_FOUND (providerId, technologies), WRONG_STATE (providerId), TAKEN (name)
 */
export async function draftService(
  context: Context,
  input: DraftServiceInput,
): Promise<ServiceRecord> {
  actingAsProvider(context.viewer, input.providerId);
  const now = new Date();
  const provider = await findProvider(context, input.providerId);
  const ids = await nodeIds(context.technologies, input.technologies ?? []);
  const unknown = await unknownCodes(context.connection, 'sector', input.sectors ?? []);
  const service = candidate(null, input, ids);
  refuseAny([
    ...providerProblems(provider, now),
    ...unknownTechnologies(input, ids),
    ...unknownProblems('sector', input.sectors, unknown, ['sectors']),
    ...detailProblems(service),
  ]);
  const details = service as ServiceDetails;
  const draft: ServiceRecord = {
    ...newService(details, { providerId: input.providerId, providerName: null, provider, now }),
    ownName: ownName(details.name),
  };
  await nameOnce(() => context.services.create([draft]));
  return draft;
}

/**
 * Changes a service; a change to nothing is no change.
 *
 * @throws {Refusal} NOT_FOUND (id, technologies), STALE (revision), INVALID (what is said), TAKEN (name)
 */
export async function updateService(
  context: Context,
  input: UpdateServiceInput,
): Promise<ServiceRecord> {
  signedIn(context.viewer);
  const before = await readService(context, input);
  actingAsProvider(context.viewer, before.providerId);
  checkRevision(before, input);
  const ids = await nodeIds(context.technologies, input.technologies ?? []);
  const unknown = await unknownCodes(context.connection, 'sector', input.sectors ?? []);
  const service = candidate(before, input, ids);
  refuseAny([
    ...unknownTechnologies(input, ids),
    ...unknownProblems('sector', input.sectors, unknown, ['sectors']),
    ...detailProblems(service),
    ...(before.status === 'LISTED' ? catalogueProblems(service) : []),
  ]);
  const details = service as ServiceDetails;
  if (isSame(before, details)) return before;
  const provider = await findProvider(context, before.providerId);
  return store(context, before, {
    ...details,
    ...tracesOf(details, providerNames(provider, before.providerName)),
    ownName: before.ownName === null ? null : ownName(details.name),
  });
}

/**
 * Puts a service into the catalogue.
 *
 * @throws {Refusal} NOT_FOUND (id), STALE (revision), WRONG_STATE (id), INVALID (what it lacks)
 */
export async function listService(context: Context, input: ReadService): Promise<ServiceRecord> {
  signedIn(context.viewer);
  const before = await readService(context, input);
  actingAsProvider(context.viewer, before.providerId);
  checkRevision(before, input);
  const provider = await findProvider(context, before.providerId);
  refuseAny([
    ...statusProblems(before, ['DRAFT', 'WITHDRAWN']),
    ...providerProblems(provider, new Date(), ['id']),
    ...catalogueProblems(before),
  ]);
  return store(context, before, { status: 'LISTED', listedAt: new Date() });
}

/**
 * Takes a service out of the catalogue.
 *
 * @throws {Refusal} NOT_FOUND (id), STALE (revision), WRONG_STATE (id)
 */
export async function withdrawService(
  context: Context,
  input: ReadService,
): Promise<ServiceRecord> {
  signedIn(context.viewer);
  const before = await readService(context, input);
  overseeing(context.viewer, before.providerId);
  checkRevision(before, input);
  refuseAny(statusProblems(before, ['LISTED']));
  return store(context, before, { status: 'WITHDRAWN' });
}

/** A service that the viewer may see, or null. */
export async function findService(
  { viewer, serviceById }: Pick<Context, 'viewer' | 'serviceById'>,
  id: string,
): Promise<ServiceRecord | null> {
  const service = await serviceById.load(id);
  return service && isVisible(viewer, service) ? service : null;
}

/** Whether the viewer may see a service: it is in the catalogue, or theirs. */
export function isVisible(
  viewer: Viewer,
  { status, providerId }: Pick<ServiceRecord, 'status' | 'providerId'>,
): boolean {
  return status === 'LISTED' || seesDrafts(viewer, providerId);
}

/** Services in the catalogue, by name. */
export async function findServices(
  context: Context,
  filter: ServiceFilter | null | undefined,
  page: PageRequest,
): Promise<ServicePage> {
  return pageOf(context, await catalogueQuery(context, filter, new Date()), page);
}

/** Services of a firm that the viewer may see, by name. */
export async function findServicesOf(
  context: Context,
  providerId: string,
  page: PageRequest,
): Promise<ServicePage> {
  const all = seesDrafts(context.viewer, providerId);
  return pageOf(context, all ? { providerId } : { providerId, status: 'LISTED' }, page);
}

async function pageOf(
  { services }: Context,
  filter: ServiceQuery,
  page: PageRequest,
): Promise<ServicePage> {
  return { ...(await findPage(services, filter, byName, page)), filter };
}

/** A service that was not there before, as a draft. */
export function newService(
  details: ServiceDetails,
  {
    providerId,
    providerName,
    provider,
    now,
  }: {
    providerId: string | null;
    providerName: string | null;
    provider: CompanyRecord | null;
    now: Date;
  },
): ServiceRecord {
  return {
    ...details,
    ...tracesOf(details, providerNames(provider, providerName)),
    _id: newId(),
    providerId,
    providerName,
    ownName: null,
    status: 'DRAFT',
    listedOn: [],
    listedAt: null,
    selectedAt: null,
    auditDueOn: null,
    audits: [],
    changedAt: now,
    origin: null,
    revision: 1,
  };
}

/**
 * A service by its id, if the viewer may know of it.
 *
 * @throws {Refusal} NOT_FOUND
 */
export async function readService(
  { viewer, services }: Context,
  { id }: Pick<ReadService, 'id'>,
  path: string[] = ['id'],
): Promise<ServiceRecord> {
  const service = await services.findById(id).lean<ServiceRecord | null>();
  if (service && isVisible(viewer, service)) return service;
  throw refusal('NOT_FOUND', 'No service has this id.', path);
}

/** The firm that provides, as companies told of it. */
export async function findProvider(
  { companies }: Context,
  id: string | null,
): Promise<CompanyRecord | null> {
  return id === null ? null : companies.findById(id).lean<CompanyRecord | null>();
}

function checkRevision(service: ServiceRecord, { revision }: ReadService): void {
  if (service.revision !== revision) throw stale();
}

function statusProblems({ status }: ServiceRecord, from: readonly ServiceStatus[]): Problem[] {
  return from.includes(status)
    ? []
    : [
        problem('WRONG_STATE', `This service is ${status}.`, ['id'], {
          limit: from.join(', '),
          found: status,
        }),
      ];
}

async function store(
  { services }: Context,
  before: ServiceRecord,
  fields: Partial<ServiceRecord>,
): Promise<ServiceRecord> {
  const { _id, revision } = before;
  const change = { ...fields, changedAt: new Date(), revision: revision + 1 };
  const { matchedCount } = await nameOnce(() =>
    services.updateOne({ _id, revision }, { $set: change }),
  );
  if (matchedCount === 0) throw stale();
  return { ...before, ...change };
}

/** The unique index decides, not a look-up before: two requests may race. */
async function nameOnce<Result>(write: () => Promise<Result>): Promise<Result> {
  try {
    return await write();
  } catch (error) {
    if (isDuplicateKey(error))
      throw refusal('TAKEN', 'Another service of this firm has this name.', ['name']);
    throw error;
  }
}

function stale(): Refusal {
  return refusal('STALE', 'This service was changed since; read it again.', ['revision']);
}
