/** For whom an access token still speaks: a place in a company or a role that ended after the token was issued counts no more. */
import { GraphQLError } from 'graphql';
import { Schema, type Connection, type Model } from 'mongoose';

import { applyFacts, type FactRecord, type Followed } from './facts.ts';
import { modelOf, plainSchema } from './mongo.ts';
import { companyRoles, type CompanyRole, type PlatformRole, type Viewer } from './viewer.ts';

/** What is left to a person whose place in a company ended or became smaller, or from whom a role was taken. */
export interface Access {
  /** Tokens issued until then say too much. */
  since: Date;
  /** Every company that the person still acts for. */
  companies: Viewer['companies'];
  /** Every role on the platform that the person still has; absent in what was told before roles were. */
  roles?: PlatformRole[];
  /** Companies that the person left, and when; absent in what was told before that was. */
  left?: { companyId: string; at: Date }[];
  /** Tokens issued until then speak for nobody; absent while the person never ended every session. */
  over?: Date;
}

/** The same as followed from the service that owns memberships; by user id. */
export interface AccessRecord extends Followed, Partial<Access> {}

const accessSchema = new Schema(
  {
    _id: { type: String, required: true },
    revision: { type: Number, required: true },
    gone: { type: Boolean, required: true },
    since: { type: Date },
    companies: {
      type: [new Schema({ companyId: String, role: String }, { ...plainSchema, _id: false })],
      default: undefined,
    },
    roles: { type: [String], default: undefined },
    left: {
      type: [new Schema({ companyId: String, at: Date }, { ...plainSchema, _id: false })],
      default: undefined,
    },
    over: { type: Date },
  },
  { ...plainSchema, collection: 'access' },
);

/** What the service that owns the connection was told of people's access. */
export function accessOf(connection: Connection): Model<AccessRecord> {
  return modelOf<AccessRecord>(connection, 'access', accessSchema);
}

/** Brings the read model up to facts of kind `access`. */
export function applyAccess(connection: Connection, facts: readonly FactRecord[]): Promise<void> {
  return applyFacts(accessOf(connection), facts);
}

/** What is known of a person's access; null when nothing was ever taken from them. */
export type FindAccess = (userId: string) => Promise<Partial<Access> | null>;

/** Looks into what was told. */
export function toldAccess(connection: Connection): FindAccess {
  return (userId) => accessOf(connection).findById(userId).lean<AccessRecord | null>();
}

/**
 * The viewer as they come into a service: without what was taken from them since their token was issued.
 *
 * @throws {GraphQLError} UNAUTHENTICATED when the person signed out everywhere since, set a new password or was erased
 */
export async function admitted(viewer: Viewer, find: FindAccess): Promise<Viewer> {
  const { userId, issuedAt } = viewer;
  // Only what the platform itself asks is without a token, and it asks as of now.
  if (userId === null || issuedAt === null) return viewer;
  const { since, companies, roles, over } = (await find(userId)) ?? {};
  if (over && issuedAt <= over.getTime()) throw ended();
  if (!since || !companies) return viewer;
  return narrowed(viewer, { since, companies, ...(roles && { roles }) });
}

function ended(): GraphQLError {
  return new GraphQLError('This session is over; sign in again.', {
    // To the gateway this is an answer as any other: what it means is in the code.
    extensions: { code: 'UNAUTHENTICATED', http: { status: 200 } },
  });
}

/** A viewer whose token is older than `since` keeps of each company the lower role, and no company or role that is missing. */
export function narrowed(viewer: Viewer, { since, companies, roles }: Access): Viewer {
  // Only what the platform itself asks is without a token, and it asks as of now.
  if (viewer.issuedAt === null || viewer.issuedAt > since.getTime()) return viewer;
  const left = new Map(companies.map(({ companyId, role }) => [companyId, role]));
  return {
    ...viewer,
    roles: roles ? viewer.roles.filter((role) => roles.includes(role)) : viewer.roles,
    companies: viewer.companies.flatMap(({ companyId, role }) => {
      const now = left.get(companyId);
      return now ? [{ companyId, role: lower(role, now) }] : [];
    }),
  };
}

function lower(a: CompanyRole, b: CompanyRole): CompanyRole {
  return companyRoles.indexOf(a) > companyRoles.indexOf(b) ? a : b;
}
