import { v4 } from 'uuid';

import { madeAt, newId } from './id.ts';

describe('an identifier', () => {
  it('says when it was made, to the millisecond', () => {
    const before = Date.now();
    const made = madeAt(newId())?.getTime() ?? 0;
    expect(made).toBeGreaterThanOrEqual(before);
    expect(made).toBeLessThanOrEqual(Date.now());
    expect(madeAt('019b0b1c-8000-7000-8000-000000000000')).toEqual(new Date(0x019b0b1c8000));
  });

  it.each([v4(), 'connection', '', '019b0b1c-8000-7000-8000-00000000000'])(
    'of another kind says nothing: %j',
    (id) => {
      expect(madeAt(id)).toBeNull();
    },
  );
});
