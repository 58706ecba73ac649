import { showProgress } from './progress.ts';

function screenOf(isTTY: boolean) {
  const shown: string[] = [];
  return { shown, screen: { isTTY, write: (text: string) => shown.push(text) } };
}

describe('showProgress', () => {
  it('writes a line a second at most where there is no terminal', () => {
    const { shown, screen } = screenOf(false);
    let now = 0;
    const { step, end } = showProgress(screen, 2_000, () => now);
    for (const [at, rows] of [
      [400, 500],
      [1_000, 1_000],
      [1_900, 1_500],
      [2_000, 2_000],
    ] as const) {
      now = at;
      step(rows, 'companies');
    }
    end();
    expect(shown).toEqual(['1,000 of 2,000 rows, companies\n', '2,000 of 2,000 rows, companies\n']);
  });

  it('writes in place on a terminal, and leaves it clean', () => {
    const { shown, screen } = screenOf(true);
    const { step, end } = showProgress(screen, 10, () => 0);
    step(10, 'events');
    end();
    expect(shown).toEqual(['\r\u001B[K10 of 10 rows, events', '\r\u001B[K']);
  });
});
