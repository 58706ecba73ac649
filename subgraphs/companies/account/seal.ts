import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const algorithm = 'aes-256-gcm';
const ivLength = 12;
const tagLength = 16;

/**
 * A secret as it is stored: encrypted with the installation's key, in the clear where it has none.
 *
 * @param key 32 bytes; null where the installation has none
 */
export function seal(secret: string, key: Buffer | null): string {
  if (key === null) return `open:${secret}`;
  const iv = randomBytes(ivLength);
  const cipher = createCipheriv(algorithm, key, iv);
  const body = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
  return `sealed:${Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url')}`;
}

/**
 * The secret that was sealed.
 *
 * @throws {Error} when the key is missing or another one, or the text was changed
 */
export function unseal(stored: string, key: Buffer | null): string {
  const [form, text = ''] = stored.split(':');
  if (form === 'open') return text;
  if (key === null) throw new Error('A secret was sealed with SECRET_KEY, which is not set.');
  const bytes = Buffer.from(text, 'base64url');
  const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, ivLength));
  decipher.setAuthTag(bytes.subarray(ivLength, ivLength + tagLength));
  const body = bytes.subarray(ivLength + tagLength);
  return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
}
