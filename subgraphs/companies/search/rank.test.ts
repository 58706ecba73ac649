import { ranked, scoreOf } from './rank.ts';

describe('scoreOf', () => {
  it.each([
    [['클라우드'], ['클라우드'], 4],
    [['클라우드보안'], ['클라우드'], 2],
    [['오픈클라우드'], ['클라우드'], 1],
    [['오픈클라우드', '클라우드'], ['클라우드'], 4],
    [['오픈클라우드', 'open'], ['클라우드', 'open'], 5],
    [['클라우드'], ['\u110f\u1105\u110b\u1103'], 4],
    [['open'], ['클라우드'], 0],
  ])('of %j for %j is %i', (forms, words, score) => {
    expect(scoreOf(forms, words)).toBe(score);
  });
});

const firm = (_id: string, sortName: string, completed: number) => ({
  _id,
  sortName,
  forms: [sortName],
  completed,
});

describe('ranked', () => {
  it('puts the better answer first, then the more experienced, then by name', () => {
    const candidates = [
      firm('1', 'anova', 99),
      firm('2', 'novab', 0),
      firm('3', 'novaa', 0),
      firm('4', 'novac', 5),
      firm('5', 'nova', 0),
    ];
    expect(ranked(candidates, ['nova']).map(({ _id }) => _id)).toEqual(['5', '4', '3', '2', '1']);
  });
});
