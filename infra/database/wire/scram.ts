// SCRAM-SHA-256, the server's side. @see https://www.rfc-editor.org/rfc/rfc7677
import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Conversation, Server } from '../commands/context.ts';
import { refuse } from '../refusal.ts';

/** Who may sign in. */
export type Credentials = { user: string; password: string };

const ITERATIONS = 15_000;
const KEY_BYTES = 32;

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}

function failed(): Error {
  return refuse(18, 'Authentication failed.');
}

/** The value of an attribute of a SCRAM message. */
function attribute(message: string, name: string): string {
  const found = message.split(',').find((part) => part.startsWith(`${name}=`));
  if (found === undefined) throw failed();
  return found.slice(2);
}

/** Prepares to check a user's password; the password itself is not kept. */
export function makeAuthenticator({
  user,
  password,
}: Credentials): NonNullable<Server['authenticate']> {
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password.normalize('NFKC'), salt, ITERATIONS, KEY_BYTES, 'sha256');
  const storedKey = sha256(hmac(salted, 'Client Key'));
  const serverKey = hmac(salted, 'Server Key');
  return (first) => {
    // gs2 header "n,," and then the message that is signed.
    const bare = first.replace(/^[ny],[^,]*,/, '');
    const name = attribute(bare, 'n').replaceAll('=2C', ',').replaceAll('=3D', '=');
    const nonce = attribute(bare, 'r') + randomBytes(18).toString('base64');
    const payload = `r=${nonce},s=${salt.toString('base64')},i=${ITERATIONS}`;
    const conversation: Conversation = {
      user,
      next: (last) => {
        const unsigned = last.replace(/,p=[^,]*$/, '');
        const signed = `${bare},${payload},${unsigned}`;
        const proof = Buffer.from(attribute(last, 'p'), 'base64');
        const isRight = attribute(last, 'r') === nonce && isProof(proof, storedKey, signed);
        // An unknown name takes as long and fails at the same place.
        if (!isRight || name !== user) throw failed();
        return { payload: `v=${hmac(serverKey, signed).toString('base64')}`, isDone: true };
      },
    };
    return { conversation, payload };
  };
}

function isProof(proof: Buffer, storedKey: Buffer, signed: string): boolean {
  const signature = hmac(storedKey, signed);
  if (proof.length !== signature.length) return false;
  const clientKey = Buffer.from(proof.map((byte, at) => byte ^ (signature[at] ?? 0)));
  return timingSafeEqual(sha256(clientKey), storedKey);
}
