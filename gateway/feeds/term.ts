/** How long who follows a feed may go on: until their token ends, or longer when it is renewed in the connection. */
import { identityOf, type Call } from '../call.ts';

/** The longest delay a timer takes, in milliseconds. */
const longestTimer = 2 ** 31 - 1;

/**
 * Waits for the end of a call's token. A newer one for the same user with the same rights puts it off; with any other,
 * what runs goes on as who it was begun as, until that one's token ends.
 *
 * @param ended called once, when the token has ended
 * @returns stops waiting
 */
export function untilTokenEnds(
  { viewer, expiresAt, renewals }: Pick<Call, 'viewer' | 'expiresAt' | 'renewals'>,
  ended: () => void,
): () => void {
  let timer: NodeJS.Timeout | undefined;
  const wait = (until: number | null): void => {
    clearTimeout(timer);
    if (until === null) return;
    const left = Math.max(0, until - Date.now());
    timer = setTimeout(
      () => (left > longestTimer ? wait(until) : ended()),
      Math.min(left, longestTimer),
    ).unref();
  };
  wait(expiresAt);
  const stopHearing = renewals?.heard((signed) => {
    if (identityOf(signed.viewer) === identityOf(viewer)) wait(signed.expiresAt);
  });
  return () => {
    clearTimeout(timer);
    stopHearing?.();
  };
}
