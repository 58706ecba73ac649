/** Accounts: what one is made of, and what others may see of it. */
import { problem, refuseAny, type Problem } from '#kit/refusal.ts';
import { tidy } from '#kit/text.ts';
import { hasRole, type PlatformRole } from '#kit/viewer.ts';
import type { Context } from '../context.ts';
import { emailOf, emailProblems } from './email.ts';
import { passwordProblems } from './password.ts';
import type { UserRecord } from './user.model.ts';

/** What a new account is made of. */
export interface UserDraft {
  name: string;
  email: string;
  password: string;
}

/** Who is signed in, or null for a visitor. */
export function findMe({ viewer, loaders }: Context): Promise<UserRecord | null> {
  return viewer.userId === null ? Promise.resolve(null) : loaders.user.load(viewer.userId);
}

/**
 * Name and e-mail as they are kept.
 *
 * @throws {Refusal} INVALID (name, email, password)
 */
export function checkedUser({ name: text, email: address, password }: UserDraft): {
  name: string;
  email: string;
} {
  const [name, email] = [tidy(text), emailOf(address)];
  refuseAny([
    ...nameProblems(name),
    ...emailProblems(email, ['email']),
    ...passwordProblems(password, [name, email], ['password']),
  ]);
  return { name, email };
}

type Seeing = Pick<Context, 'viewer' | 'proved'>;

/** Whether the user is who asks. */
export function isSelf({ viewer, proved }: Seeing, userId: string): boolean {
  return viewer.userId === userId || proved.has(userId);
}

/** Whether who asks may see what concerns the user alone: the user and the secretariat. */
export function maySeeUser(context: Seeing, userId: string): boolean {
  return isSelf(context, userId) || hasRole(context.viewer, 'SECRETARIAT');
}

/** The user's platform roles, for the user, the secretariat and operators; null for others. */
export function rolesFor(context: Seeing, { _id, roles }: UserRecord): PlatformRole[] | null {
  return maySeeUser(context, _id) || hasRole(context.viewer, 'OPERATOR') ? roles : null;
}

function nameProblems(name: string): Problem[] {
  if (name.length >= 1 && name.length <= 80) return [];
  return [problem('INVALID', 'A name has 1 to 80 characters.', ['name'])];
}
