import { reachable } from '#kit/steps.ts';
import { searchSteps, whereCan, whereCanBecome, type SearchStatus } from './state.ts';

const ends = [
  'CANCELLED',
  'FAILED',
  'INFEASIBLE',
  'INTERRUPTED',
  'OPTIMAL',
  'UNDECIDED',
  'WITHIN_GAP',
] as const satisfies readonly SearchStatus[];

describe('the steps of a search', () => {
  it('lead from its beginning to every end, and from no end anywhere', () => {
    expect(reachable(searchSteps, 'RUNNING')).toEqual([...ends, 'RUNNING'].toSorted());
    for (const end of ends) expect(reachable(searchSteps, end)).toEqual([end]);
  });

  it.each(ends)('let a search become %s only by a step that leads there', (end) => {
    const from = whereCanBecome(end).status.$in;
    expect(from).toEqual(['RUNNING']);
    const steps = Object.values(searchSteps).filter((moves) => moves.RUNNING === end);
    expect(steps).toHaveLength(1);
  });

  it('let a search be asked to end while it runs', () => {
    expect(whereCan('cancel')).toEqual({ status: { $in: ['RUNNING'] } });
  });
});
