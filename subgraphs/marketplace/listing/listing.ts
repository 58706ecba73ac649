/** Listings: a service's way onto cloud providers' marketplaces. */
import { newId } from '#kit/id.ts';
import { isDuplicateKey } from '#kit/mongo.ts';
import { problem, refusal, refuseAny, type Problem, type Refusal } from '#kit/refusal.ts';
import { tidy } from '#kit/text.ts';
import { signedIn } from '#kit/viewer.ts';
import { actingAsProvider, overseeing, providerProblems, seesDrafts } from '../company/company.ts';
import type { Context } from '../context.ts';
import { isWebAddress } from '../service/service-details.ts';
import type { ServiceRecord } from '../service/service.model.ts';
import { findProvider, isVisible, readService } from '../service/service.ts';
import type { ListingRecord, ListingStatus } from './listing.model.ts';

/** Where a listing may go from each state. */
export const nextStatuses: Readonly<Record<ListingStatus, readonly ListingStatus[]>> = {
  PREPARING: ['SUBMITTED', 'WITHDRAWN'],
  SUBMITTED: ['LISTED', 'REJECTED', 'WITHDRAWN'],
  LISTED: ['WITHDRAWN'],
  REJECTED: ['PREPARING', 'WITHDRAWN'],
  WITHDRAWN: ['PREPARING'],
};

const longestNote = 1_000;

/** Which service is to go on which marketplace. */
export interface AddListingInput {
  serviceId: string;
  marketplace: string;
  note?: string | null | undefined;
}

/** The next step of a listing. */
export interface AdvanceListingInput {
  id: string;
  revision: number;
  to: ListingStatus;
  url?: string | null | undefined;
  note?: string | null | undefined;
}

/**
 * Begins a service's way to a marketplace; one way for each.
 *
 * @throws {Refusal} NOT_FOUND (serviceId, marketplace), WRONG_STATE (serviceId), TAKEN (marketplace), INVALID (note)
 */
export async function addListing(context: Context, input: AddListingInput): Promise<ListingRecord> {
  const { userId } = signedIn(context.viewer);
  const now = new Date();
  const service = await readService(context, { id: input.serviceId }, ['serviceId']);
  actingAsProvider(context.viewer, service.providerId);
  const provider = await findProvider(context, service.providerId);
  const marketplace = await context.marketplaces.findById(input.marketplace).lean();
  const note = noteOf(input.note);
  refuseAny([
    ...withdrawnProblems(service),
    ...providerProblems(provider, now, ['serviceId']),
    ...(marketplace
      ? []
      : [problem('NOT_FOUND', 'No marketplace has this code.', ['marketplace'])]),
    ...noteProblems(note),
  ]);
  const listing: ListingRecord = {
    _id: newId(),
    serviceId: service._id,
    marketplace: input.marketplace,
    status: 'PREPARING',
    url: null,
    listedAt: null,
    steps: [{ status: 'PREPARING', at: now, userId, note }],
    revision: 1,
  };
  try {
    await context.listings.create([listing]);
  } catch (error) {
    if (isDuplicateKey(error))
      throw refusal('TAKEN', 'The service has a listing on this marketplace.', ['marketplace']);
    throw error;
  }
  return listing;
}

/**
 * Takes a listing one step further, and keeps the step.
 *
 * @throws {Refusal} NOT_FOUND (id), STALE (revision), WRONG_STATE (to), INVALID (url, note)
 */
export async function advanceListing(
  context: Context,
  input: AdvanceListingInput,
): Promise<ListingRecord> {
  const { userId } = signedIn(context.viewer);
  const { id, revision, to } = input;
  const { listing: before, service } = await readListing(context, id);
  overseeing(context.viewer, service.providerId);
  if (before.revision !== revision) throw stale();
  const url = input.url == null ? before.url : tidy(input.url) || null;
  const note = noteOf(input.note);
  refuseAny([...stepProblems(before.status, { to, url, note }), ...noteProblems(note)]);
  const now = new Date();
  const fields = {
    status: to,
    url,
    listedAt: to === 'LISTED' ? now : before.listedAt,
    steps: [...before.steps, { status: to, at: now, userId, note }],
    revision: revision + 1,
  };
  const { matchedCount } = await context.listings.updateOne(
    { _id: id, revision },
    { $set: fields },
  );
  if (matchedCount === 0) throw stale();
  await follow(context, before, to);
  return { ...before, ...fields };
}

/** A listing that the viewer may see, or null. */
export async function findListing(
  { viewer, listingById, serviceById }: Context,
  id: string,
): Promise<ListingRecord | null> {
  const listing = await listingById.load(id);
  const service = listing && (await serviceById.load(listing.serviceId));
  if (!listing || !service || !isVisible(viewer, service)) return null;
  return listing.status === 'LISTED' || seesDrafts(viewer, service.providerId) ? listing : null;
}

/** Listings of a service that the viewer may see, by marketplace. */
export async function findListings(
  { viewer, listingsByService }: Context,
  service: ServiceRecord,
): Promise<ListingRecord[]> {
  const all = await listingsByService.load(service._id);
  return seesDrafts(viewer, service.providerId)
    ? all
    : all.filter(({ status }) => status === 'LISTED');
}

/** What happened to a listing, for those who work on it. */
export async function stepsOf(
  { viewer, serviceById }: Context,
  { serviceId, steps }: ListingRecord,
): Promise<ListingRecord['steps']> {
  const service = await serviceById.load(serviceId);
  return seesDrafts(viewer, service?.providerId ?? null) ? steps : [];
}

/** Why a step cannot be taken; none when it can. */
export function stepProblems(
  from: ListingStatus,
  { to, url, note }: { to: ListingStatus; url: string | null; note: string | null },
): Problem[] {
  const problems: Problem[] = [];
  if (!nextStatuses[from].includes(to))
    problems.push(
      problem('WRONG_STATE', `A listing that is ${from} cannot become ${to}.`, ['to'], {
        limit: nextStatuses[from].join(', '),
        found: to,
      }),
    );
  if (url !== null && !isWebAddress(url))
    problems.push(problem('INVALID', 'This is an http or https address.', ['url']));
  if (to === 'LISTED' && url === null)
    problems.push(problem('INVALID', 'Say where it is listed.', ['url']));
  if (to === 'REJECTED' && note === null)
    problems.push(problem('INVALID', 'Say why it was refused.', ['note']));
  return problems;
}

/** The service knows where it is listed, so that the catalogue can be asked for it. */
async function follow(
  { services }: Context,
  { serviceId, marketplace, status }: ListingRecord,
  to: ListingStatus,
): Promise<void> {
  if (to === 'LISTED')
    await services.updateOne({ _id: serviceId }, { $addToSet: { listedOn: marketplace } });
  else if (status === 'LISTED')
    await services.updateOne({ _id: serviceId }, { $pull: { listedOn: marketplace } });
}

async function readListing(
  context: Context,
  id: string,
): Promise<{ listing: ListingRecord; service: ServiceRecord }> {
  const listing = await context.listings.findById(id).lean<ListingRecord | null>();
  const service =
    listing && (await context.services.findById(listing.serviceId).lean<ServiceRecord | null>());
  if (listing && service && isVisible(context.viewer, service)) return { listing, service };
  throw refusal('NOT_FOUND', 'No listing has this id.', ['id']);
}

function withdrawnProblems({ status }: ServiceRecord): Problem[] {
  return status === 'WITHDRAWN'
    ? [problem('WRONG_STATE', 'This service is WITHDRAWN.', ['serviceId'], { found: status })]
    : [];
}

function noteOf(note: string | null | undefined): string | null {
  return note == null ? null : tidy(note) || null;
}

function noteProblems(note: string | null): Problem[] {
  return note !== null && note.length > longestNote
    ? [problem('INVALID', `A note has at most ${longestNote} characters.`, ['note'])]
    : [];
}

function stale(): Refusal {
  return refusal('STALE', 'This listing was changed since; read it again.', ['revision']);
}
