/** Receipt codes: whoever has one follows the case of an anonymous report. Pure. */
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

/** A new receipt code: 128 random bits, in groups that people can copy. */
export function newReceiptCode(): string {
  return grouped(randomBytes(16).toString('hex').toUpperCase());
}

/** What is stored of a code: 128 random bits cannot be guessed from it. Letter case and hyphens do not count. */
export function receiptDigest(code: string): string {
  return digest(`receipt ${code.toUpperCase().replaceAll(/[^0-9A-F]/gu, '')}`);
}

/** Digest of an idempotency key; the key itself is not kept. */
export function keyDigest(key: string): string {
  return digest(`report ${key}`);
}

/** Digest of an input. */
export function inputDigest(input: object): string {
  return digest(JSON.stringify(input));
}

/** A code that only the idempotency key opens: the one who repeats a report that was cut off gets it again. */
export function sealCode(code: string, key: string): string {
  const salt = randomBytes(16);
  const cipher = createCipheriv('aes-256-gcm', sealKey(key, salt), salt.subarray(0, 12));
  const sealed = Buffer.concat([cipher.update(code, 'utf8'), cipher.final()]);
  return [salt, cipher.getAuthTag(), sealed].map((part) => part.toString('base64url')).join('.');
}

/** @throws when the key is another one */
export function openCode(sealed: string, key: string): string {
  const [salt = Buffer.alloc(0), tag = Buffer.alloc(0), text = Buffer.alloc(0)] = sealed
    .split('.')
    .map((part) => Buffer.from(part, 'base64url'));
  const decipher = createDecipheriv('aes-256-gcm', sealKey(key, salt), salt.subarray(0, 12));
  decipher.setAuthTag(tag);
  return Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8');
}

function sealKey(key: string, salt: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', key, salt, 'receipt', 32));
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

function grouped(text: string): string {
  return (text.match(/.{4}/gu) ?? []).join('-');
}
