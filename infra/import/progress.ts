import type { Target } from './found.ts';

/** Where progress is written. */
export interface ProgressScreen {
  isTTY?: boolean;
  write(text: string): unknown;
}

const everyMillis = 1_000;

/** Tells how many rows went in: in place on a terminal, otherwise a line a second at most. */
export function showProgress(
  screen: ProgressScreen,
  total: number,
  now: () => number = Date.now,
): { step: (rows: number, to: Target) => void; end: () => void } {
  let shownAt = now();
  return {
    step: (rows, to) => {
      const text = `${rows.toLocaleString('en-US')} of ${total.toLocaleString('en-US')} rows, ${to}`;
      if (screen.isTTY === true) screen.write(`\r\u001B[K${text}`);
      else if (now() - shownAt >= everyMillis) {
        screen.write(`${text}\n`);
        shownAt = now();
      }
    },
    end: () => {
      if (screen.isTTY === true) screen.write('\r\u001B[K');
    },
  };
}
