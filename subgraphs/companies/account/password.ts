import { hash, needsRehash, verify } from 'argon2';

import { problem, type Problem } from '#kit/refusal.ts';

/** Cost of one hash: 19 MiB, two passes, one lane. @see OWASP Password Storage Cheat Sheet, argon2id */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Hash of a password that nobody has, so that an unknown e-mail costs what a known one does. */
const nobody = hashPassword('nobody has this password');

/** The argon2id hash of a password, encoded with its salt and cost. */
export function hashPassword(password: string): Promise<string> {
  return hash(password.normalize('NFKC'), cost);
}

/** Whether the password has this hash; takes as long for no hash at all, and then it has not. */
export async function isPassword(
  password: string,
  passwordHash: string | null | undefined,
): Promise<boolean> {
  const right = await verify(passwordHash ?? (await nobody), password.normalize('NFKC'));
  return right && passwordHash != null;
}

/** Whether a hash was made at another cost than today's. */
export function isOutdated(passwordHash: string): boolean {
  return needsRehash(passwordHash, cost);
}

/** What is wrong with a new password: 12 to 128 characters that differ, and not what everybody knows of the user. */
export function passwordProblems(
  password: string,
  known: readonly string[],
  path: string[],
): Problem[] {
  const text = password.normalize('NFKC');
  const length = Array.from(text).length;
  const invalid = (message: string, rule: string) => [problem('INVALID', message, path, { rule })];
  if (length < 12 || length > 128)
    return invalid('A password has 12 to 128 characters.', 'PASSWORD_LENGTH');
  if (new Set(Array.from(text)).size < 5)
    return invalid('A password has at least 5 different characters.', 'PASSWORD_VARIETY');
  if (known.some((each) => each.toLowerCase() === text.toLowerCase()))
    return invalid('A password is not your e-mail or name.', 'PASSWORD_KNOWN');
  return [];
}
