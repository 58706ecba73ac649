/** Signing in at the organisation's own OpenID Connect provider: authorization code with PKCE, state and nonce. */
import { recordDeed } from '#kit/audit.ts';
import { newId } from '#kit/id.ts';
import { isDuplicateKey, transaction } from '#kit/mongo.ts';
import { refusal } from '#kit/refusal.ts';
import type { ExternalConfig } from '../config.ts';
import type { Context } from '../context.ts';
import { recordOwnDeed } from './deed.ts';
import type { ExternalPerson, ExternalSignInRecord } from './external.model.ts';
import { askProvider, isProviderAway, sendToProvider } from './provider.ts';
import { seal, unseal } from './seal.ts';
import { hasSecondFactor, passSecondFactor } from './second-factor.ts';
import { digestOf, hasDigest, newSecret } from './secret.ts';
import { endSessions, openSession, type Pass } from './session.ts';
import type { UserRecord } from './user.model.ts';

/** How long somebody may take at the provider, in milliseconds. */
const patience = 10 * 60_000;

/** What an installation offers besides passwords; null when nothing. */
export function externalProvider({
  config,
}: Pick<Context, 'config'>): { name: string; issuer: string } | null {
  const { external } = config;
  return external && { name: external.name, issuer: external.issuer };
}

/**
 * Begins a sign-in at the provider. Anybody may.
 *
 * @param anew whether the provider is to ask who it is, even of somebody who is signed in there
 * @returns where to go, and a ticket that only who began has: without it nobody ends the sign-in
 * @throws {Refusal} WRONG_STATE where there is no provider, or none that answers
 */
export async function startExternalSignIn(
  context: Context,
  { anew }: { anew: boolean },
): Promise<{ authorizationUrl: string; ticket: string; expiresAt: Date }> {
  const external = offered(context);
  const { address, checks } = await sendToProvider(external, anew, context.log);
  const ticket = newSecret();
  const expiresAt = new Date(Date.now() + patience);
  const record = {
    _id: digestOf(checks.state),
    ticket: digestOf(ticket),
    nonce: checks.nonce,
    sealedVerifier: seal(checks.verifier, context.config.secretKey),
    anew,
    expiresAt,
  };
  const { connection, viewer } = context;
  await transaction(connection, async () => {
    await context.externalSignIns.create([record]);
    await recordDeed(connection, { viewer, mutation: 'startExternalSignIn', input: {} });
  });
  return { authorizationUrl: address, ticket, expiresAt };
}

/** What comes back from the provider. */
export interface ExternalReturn {
  /** The address that the provider sent the browser to, with all that it says. */
  callbackUrl: string;
  ticket: string;
  /** Of the authenticator app, or one for when it is lost. */
  code?: string | null | undefined;
  idempotencyKey?: string | null | undefined;
}

/**
 * Ends a sign-in at the provider and opens a session. Whoever began it may, once. Somebody new gets an account; the
 * account of the same e-mail is theirs only when the provider verified the e-mail.
 *
 * @throws {Refusal} WRONG_STATE, EXPIRED (callbackUrl), INVALID (callbackUrl, code), LIMIT_REACHED (code)
 */
export async function finishExternalSignIn(context: Context, given: ExternalReturn): Promise<Pass> {
  const { issuer, person, open } = await whoCameBack(context, given, 'ANY');
  const user = await accountOf(context, issuer, person);
  if (hasSecondFactor(user)) await secondFactor(context, user, { ...open, person }, given);
  return openSession(context, user, given.idempotencyKey ?? null);
}

/**
 * Who came back from the provider, which is asked once: the sign-in under way is over then.
 *
 * @param how ANEW: only from a sign-in that was begun as one anew
 * @throws {Refusal} WRONG_STATE, EXPIRED (callbackUrl), INVALID (callbackUrl); where the provider is away the sign-in
 * stays open for another try
 */
export async function whoCameBack(
  context: Context,
  { callbackUrl, ticket }: Pick<ExternalReturn, 'callbackUrl' | 'ticket'>,
  how: 'ANY' | 'ANEW',
): Promise<{ issuer: string; person: ExternalPerson; open: ExternalSignInRecord }> {
  const external = offered(context);
  const url = URL.canParse(callbackUrl) ? new URL(callbackUrl) : new URL('about:blank');
  const state = url.searchParams.get('state') ?? '';
  const open = await takeOut(context, state, ticket);
  if (how === 'ANEW' && !open.anew) throw over();
  const person = open.person ?? (await prove(context, external, open, url, state));
  return { issuer: external.issuer, person, open };
}

/** The sign-in under way, which is then no longer: of two that come at once, one finds it gone. */
async function takeOut(
  { externalSignIns }: Context,
  state: string,
  ticket: string,
): Promise<ExternalSignInRecord> {
  const open = await externalSignIns.findById(digestOf(state)).lean();
  if (!open || open.expiresAt <= new Date() || !hasDigest(ticket, open.ticket)) throw over();
  const { _id, person } = open;
  const { deletedCount } = await externalSignIns.deleteOne({ _id, person });
  if (deletedCount === 0) throw over();
  return open;
}

async function prove(
  { config, log, externalSignIns }: Context,
  external: ExternalConfig,
  open: ExternalSignInRecord,
  url: URL,
  state: string,
): Promise<ExternalPerson> {
  const { nonce, sealedVerifier, anew } = open;
  // What the provider said counts, wherever a page of ours read it.
  const callback = new URL(external.redirectUrl);
  callback.search = url.search;
  const verifier = unseal(sealedVerifier, config.secretKey);
  try {
    return await askProvider(external, callback, { state, nonce, verifier, anew }, log);
  } catch (error) {
    if (isProviderAway(error)) await externalSignIns.create([open]);
    throw error;
  }
}

/** Asks for the second factor; when it is missing or wrong, the sign-in stays open for another try without the provider. */
async function secondFactor(
  context: Context,
  user: UserRecord,
  open: ExternalSignInRecord,
  { code }: ExternalReturn,
): Promise<void> {
  try {
    await passSecondFactor(context, user, code ?? null);
  } catch (error) {
    await context.externalSignIns.create([open]);
    throw error;
  }
}

/** The account of somebody of the provider: linked before, of the same verified e-mail, or a new one. */
async function accountOf(
  context: Context,
  issuer: string,
  person: ExternalPerson,
): Promise<UserRecord> {
  const link = () => transaction(context.connection, () => linked(context, issuer, person));
  return link().catch((error: unknown) => {
    // Somebody made the account or the link in between: it is found now.
    if (isDuplicateKey(error)) return link();
    throw error;
  });
}

async function linked(
  context: Context,
  issuer: string,
  person: ExternalPerson,
): Promise<UserRecord> {
  const { identities, users } = context;
  const _id = JSON.stringify([issuer, person.subject]);
  const known = await identities.findById(_id).lean();
  const own = known && (await users.findById(known.userId).lean());
  if (own) return own;
  const { email } = person;
  if (email === null)
    throw refusal('INVALID', 'The provider did not verify your e-mail.', ['callbackUrl'], {
      rule: 'EMAIL_VERIFIED',
    });
  const same = await users.findOne({ email }).lean();
  const user = same ? await claimed(context, same) : await newUser(context, person, email);
  const linkedAt = new Date();
  await identities.updateOne({ _id }, { $set: { userId: user._id, linkedAt } }, { upsert: true });
  await recordOwnDeed(context, user._id, 'finishExternalSignIn', { issuer, created: !same });
  return user;
}

/**
 * The account of an e-mail, for whom the provider verified it. Where nobody proved to read that e-mail before, whoever
 * opened the account may be somebody else: their password, second factor and sessions end.
 */
async function claimed(context: Context, user: UserRecord): Promise<UserRecord> {
  if (user.verifiedAt !== null) return user;
  const change = {
    verifiedAt: new Date(),
    passwordHash: null,
    secondFactor: null,
  };
  await context.users.updateOne({ _id: user._id }, { $set: change, $inc: { revision: 1 } });
  await endSessions(context, user._id, 'CLAIMED');
  await context.letterTokens.deleteMany({ userId: user._id });
  return { ...user, ...change, revision: user.revision + 1 };
}

async function newUser(
  { users }: Context,
  { name }: ExternalPerson,
  email: string,
): Promise<UserRecord> {
  const now = new Date();
  const user: UserRecord = {
    _id: newId(),
    revision: 1,
    name: name ?? email.slice(0, email.indexOf('@')),
    email,
    passwordHash: null,
    secondFactor: null,
    roles: [],
    verifiedAt: now,
    joinedAt: now,
  };
  await users.create([user]);
  return user;
}

function offered({ config }: Context): ExternalConfig {
  if (config.external) return config.external;
  throw refusal('WRONG_STATE', 'This installation has no provider to sign in at.', [], {
    rule: 'EXTERNAL_PROVIDER',
  });
}

function over() {
  return refusal('EXPIRED', 'This sign-in is over; begin again.', ['callbackUrl'], {
    rule: 'EXTERNAL_SIGN_IN',
  });
}
