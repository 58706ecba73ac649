import { pairId, ratingProblems, reviewText, reviewTextProblems } from './review-form.ts';

it('finds every rating that is none', () => {
  const ratings = { quality: 0, punctuality: 6, communication: 2.5, fairness: 5 };
  expect(ratingProblems(ratings).map(({ path }) => path[1])).toEqual([
    'quality',
    'punctuality',
    'communication',
  ]);
});

it('keeps what is said in one form, and nothing of what says nothing', () => {
  expect(reviewText({ ko: ' 좋았습니다 '.normalize('NFD') })).toEqual({
    ko: '좋았습니다',
    en: null,
  });
  expect(reviewText({ ko: ' ', en: null })).toBeNull();
  expect(reviewText(null)).toBeNull();
});

const text = (length: number) => reviewTextProblems({ ko: '😀'.repeat(length), en: null });

it('bounds what is said by characters', () => {
  expect(text(2_000)).toEqual([]);
  expect(text(2_001)).toMatchObject([{ path: ['text', 'ko'], rule: 'LENGTH' }]);
});

it('names a pair alike from both sides', () => {
  expect(pairId('p', 'a', 'b')).toBe(pairId('p', 'b', 'a'));
  expect(pairId('p', 'a', 'b')).not.toBe(pairId('q', 'a', 'b'));
});
