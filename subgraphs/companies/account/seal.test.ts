import { randomBytes } from 'node:crypto';

import { seal, unseal } from './seal.ts';

const key = randomBytes(32);

it('gives back what was sealed, with the same key only', () => {
  const stored = seal('JBSWY3DPEHPK3PXP', key);
  expect(stored).not.toContain('JBSWY3DPEHPK3PXP');
  expect(seal('JBSWY3DPEHPK3PXP', key)).not.toBe(stored);
  expect(unseal(stored, key)).toBe('JBSWY3DPEHPK3PXP');
  expect(() => unseal(stored, randomBytes(32))).toThrow('authenticate');
  expect(() => unseal(stored, null)).toThrow('SECRET_KEY');
});

it('notices a changed text', () => {
  const stored = seal('secret', key);
  const other = stored.charAt(10) === 'A' ? 'B' : 'A';
  expect(() => unseal(`${stored.slice(0, 10)}${other}${stored.slice(11)}`, key)).toThrow(
    'authenticate',
  );
});

it('reads what was stored before there was a key', () => {
  expect(unseal(seal('secret', null), key)).toBe('secret');
});
