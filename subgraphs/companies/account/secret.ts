import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 256 random bits, in base64url. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** SHA-256 of a secret, in base64url: what is stored in its place. */
export function digestOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}

/** Whether the secret has this digest; in constant time. */
export function hasDigest(secret: string, digest: string): boolean {
  const [left, right] = [Buffer.from(digestOf(secret)), Buffer.from(digest)];
  return left.length === right.length && timingSafeEqual(left, right);
}
