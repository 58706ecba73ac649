/** Mails: handed over in the transaction of what they are about, sent afterwards, again until they are. */
import { createTransport } from 'nodemailer';

import { newId } from '#kit/id.ts';
import type { Log } from '#kit/log.ts';
import { findPage, type Page, type PageRequest } from '#kit/page.ts';
import { signedInAs } from '#kit/viewer.ts';
import { emailOf } from '../account/email.ts';
import type { TokenPurpose } from '../account/letter-token.model.ts';
import { newLetterToken } from '../account/letter-token.ts';
import type { Context } from '../context.ts';
import { letterOf, type Errand, type Letter } from './letter.ts';
import type { MailRecord, PostRecord } from './mail.model.ts';

/** How long one attempt has before another may be made, in milliseconds. */
const lease = 60_000;
/** After so many failures, some three days, a mail is given up. */
const mostFailures = 12;

/** Hands over a mail, in the transaction of what it is about. */
export async function post(
  { post: posted }: Pick<Context, 'post'>,
  to: string,
  errand: Errand,
): Promise<void> {
  const at = new Date();
  await posted.create([{ _id: newId(), to, errand, at, nextAt: at, failures: 0 }]);
}

/** Delivers one letter. */
export type Deliver = (to: string, letter: Letter) => Promise<void>;

/** By the configured mail server; without one, into the mailbox and the log. */
export function delivery(
  { config, mailbox }: Pick<Context, 'config' | 'mailbox'>,
  log: Log,
): Deliver {
  if (config.mailUrl === null)
    return async (to, { subject, text }) => {
      await mailbox.create([{ _id: newId(), to, subject, text, sentAt: new Date() }]);
      // What a letter hands over is for its reader, and for whoever runs the platform on their own machine.
      log.info({ to, subject, ...(config.mailboxOpen && { text }) }, 'mail is in the mailbox');
    };
  const transport = createTransport(config.mailUrl);
  return async (to, { subject, text }) => {
    await transport.sendMail({ from: config.mailFrom, to, subject, text });
    log.info({ to, subject }, 'mail is sent');
  };
}

/**
 * Sends what is due. One that fails is tried again later, each time after twice as long.
 *
 * @returns how many were sent or given up
 */
export async function sendDue(context: Context, deliver: Deliver, log: Log): Promise<number> {
  let done = 0;
  for (;;) {
    const now = Date.now();
    const mail = await context.post
      .findOneAndUpdate(
        { nextAt: { $lte: new Date(now) } },
        { $set: { nextAt: new Date(now + lease) } },
        { sort: { nextAt: 1 }, returnDocument: 'after' },
      )
      .lean<PostRecord>();
    if (!mail) return done;
    if (await send(context, mail, deliver, log)) done += 1;
  }
}

/**
 * One page of the mails that were kept because there is no mail server, the last first. Operators may; everybody, where
 * the mailbox is open.
 *
 * @throws {GraphQLError} UNAUTHENTICATED, FORBIDDEN
 */
export function findMails(
  { viewer, config, mailbox }: Context,
  to: string,
  request: PageRequest,
): Promise<Page<MailRecord>> {
  if (!config.mailboxOpen) signedInAs(viewer, 'OPERATOR');
  return findPage(mailbox, { to: emailOf(to) }, [['_id', -1]], request);
}

async function send(
  context: Context,
  mail: PostRecord,
  deliver: Deliver,
  log: Log,
): Promise<boolean> {
  try {
    const letter = await write(context, mail);
    if (letter) await deliver(mail.to, letter);
    await context.post.deleteOne({ _id: mail._id });
    return true;
  } catch (error) {
    const failures = mail.failures + 1;
    log.warn({ error, mail: mail._id, failures }, 'mail could not be sent');
    if (failures < mostFailures) {
      const nextAt = new Date(Date.now() + lease * 2 ** failures);
      await context.post.updateOne({ _id: mail._id }, { $set: { failures, nextAt } });
      return false;
    }
    await context.post.deleteOne({ _id: mail._id });
    return true;
  }
}

/** Which secret a letter hands over; the others hand over none. */
const handedOver: Partial<Record<Errand['kind'], TokenPurpose>> = {
  VERIFY_EMAIL: 'VERIFY_EMAIL',
  ACCOUNT_EXISTS: 'RESET_PASSWORD',
  RESET_PASSWORD: 'RESET_PASSWORD',
};

/** The letter; null when it hands over a secret that nobody with the address has a use for. */
async function write(context: Context, { to, errand }: PostRecord): Promise<Letter | null> {
  const user = await context.users.findOne({ email: to }).lean();
  // Until an address is confirmed, somebody else may have typed the name in: no letter of ours carries what they wrote.
  const name = user?.verifiedAt ? user.name : null;
  const stationery = { name, publicUrl: context.config.publicUrl, token: '' };
  const purpose = handedOver[errand.kind];
  if (purpose === undefined) return letterOf(errand, stationery);
  if (!user || (purpose === 'VERIFY_EMAIL' && user.verifiedAt !== null)) return null;
  const token = await newLetterToken(context, purpose, user);
  return letterOf(errand, { ...stationery, token });
}
