import { problem, type Problem } from '#kit/refusal.ts';

/** As HTML's e-mail input reads it, but with a dot in the domain. @see https://html.spec.whatwg.org/#valid-e-mail-address */
const emailForm =
  /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+$/;

/** An e-mail address as it is kept and compared: lower case, without spaces around it. */
export function emailOf(text: string): string {
  return text.normalize('NFKC').trim().toLowerCase();
}

/** What is wrong with an address that `emailOf` gave. */
export function emailProblems(email: string, path: string[]): Problem[] {
  if (email.length <= 254 && emailForm.test(email)) return [];
  return [
    problem('INVALID', 'An e-mail looks like name@example.org.', path, { rule: 'EMAIL_FORM' }),
  ];
}
