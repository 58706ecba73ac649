import { regionsNear } from './region-neighbours.ts';

const codes = [11, 26, 27, 28, 29, 30, 31, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50].map(
  (number) => `KR-${number}`,
);

it.each(codes)('%s lies next to whatever lies next to it, and not to itself', (code) => {
  const [first, ...next] = regionsNear(code);
  expect(first).toBe(code);
  expect(next).not.toContain(code);
  expect(next.filter((each) => !codes.includes(each))).toEqual([]);
  for (const each of next) expect(regionsNear(each)).toContain(code);
});

it('leaves a region elsewhere alone', () => {
  expect(regionsNear('FR')).toEqual(['FR']);
});
