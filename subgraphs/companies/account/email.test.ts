import { emailOf, emailProblems } from './email.ts';

it.each(['ada@example.org', 'a.b+c@mail.example.co.kr', "o'neil@example.org"])(
  '%s is an e-mail',
  (text) => {
    expect(emailProblems(emailOf(text), [])).toEqual([]);
  },
);

it.each([
  '',
  'ada',
  'ada@',
  '@example.org',
  'ada@localhost',
  'a b@example.org',
  `${'a'.repeat(65)}@example.org`,
  'ada@-a.org',
])('%j is none', (text) => {
  expect(emailProblems(emailOf(text), [])).toHaveLength(1);
});

it('ignores letter case, width and spaces around it', () => {
  expect(emailOf(' ＡＤＡ@Example.ORG ')).toBe('ada@example.org');
});
