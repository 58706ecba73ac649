import { isRegion, parseRegion, regionScalar } from './region.ts';

it.each(['KR', 'KR-11', 'KR-50', 'FR', 'US-CA', 'FR-75', 'JP-13', 'GB-ENG'])('takes %s', (code) => {
  expect(parseRegion(code)).toBe(code);
});

it.each([
  'KR-12',
  'KR-99',
  'KR-1',
  'ZZ',
  'XX-1',
  'UK',
  'EU',
  'kr-11',
  'KR-',
  'FR-12345',
  '',
  ' KR',
  11,
  null,
])('refuses %p', (code) => {
  expect(() => parseRegion(code)).toThrow('ISO 3166');
});

it('knows 249 countries and the 17 provinces and cities of Korea', () => {
  const letters = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ');
  const pairs = letters.flatMap((first) => letters.map((second) => first + second));
  expect(pairs.filter(isRegion)).toHaveLength(249);
  const parts = Array.from({ length: 100 }, (_, part) => `KR-${String(part).padStart(2, '0')}`);
  expect(parts.filter(isRegion)).toHaveLength(17);
});

it('shows what is kept as it is, also when no list has it any more', () => {
  expect(regionScalar.serialize('KR-99')).toBe('KR-99');
});
