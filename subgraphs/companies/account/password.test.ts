import { hashPassword, isOutdated, isPassword, passwordProblems } from './password.ts';

describe('isPassword', () => {
  it('knows the password again, however its letters are composed', async () => {
    const hash = await hashPassword('비밀번호는 열두 글자 이상');
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,p=1,t=2\$/);
    expect(await isPassword('비밀번호는 열두 글자 이상'.normalize('NFD'), hash)).toBe(true);
    expect(await isPassword('비밀번호는 열두 글자 이하', hash)).toBe(false);
    expect(isOutdated(hash)).toBe(false);
  });

  it('is false where there is no hash', async () => {
    expect(await isPassword('nobody has this password', null)).toBe(false);
  });
});

describe('passwordProblems', () => {
  it.each([
    ['correct horse', null],
    ['short', 'PASSWORD_LENGTH'],
    ['x'.repeat(129), 'PASSWORD_LENGTH'],
    ['abababababab', 'PASSWORD_VARIETY'],
    ['ADA@example.org', 'PASSWORD_KNOWN'],
  ])('of %s are %s', (password, rule) => {
    const problems = passwordProblems(password, ['ada@example.org'], ['password']);
    expect(problems.map((problem) => problem.rule)).toEqual(rule === null ? [] : [rule]);
  });
});
