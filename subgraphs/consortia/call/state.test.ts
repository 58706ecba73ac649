import { reachable } from '#kit/steps.ts';
import { callState, callStatus, callSteps } from './state.ts';

// 2026-07-01 00:00 and 2026-08-01 00:00 in Asia/Seoul.
const call = {
  opensAt: new Date('2026-06-30T15:00:00.000Z'),
  closesAt: new Date('2026-07-31T15:00:00.000Z'),
};
const at = (instant: string) => callStatus(call, new Date(instant));

describe('a call', () => {
  it('opens and closes at the millisecond', () => {
    expect(at('2026-06-30T14:59:59.999Z')).toBe('SCHEDULED');
    expect(at('2026-06-30T15:00:00.000Z')).toBe('OPEN');
    expect(at('2026-07-31T14:59:59.999Z')).toBe('OPEN');
    expect(at('2026-07-31T15:00:00.000Z')).toBe('CLOSED');
  });

  it('is decided for good, and takes nothing more then', () => {
    const decided = { ...call, decidedAt: new Date('2026-08-09T00:00:00Z') };
    for (const instant of ['2026-07-01T00:00:00Z', '2026-08-10T00:00:00Z'])
      expect(callState(decided, new Date(instant))).toBe('DECIDED');
    expect(callState({ ...call, decidedAt: null }, new Date('2026-08-10T00:00:00Z'))).toBe(
      'CLOSED',
    );
    expect(reachable(callSteps, 'SCHEDULED')).toEqual(['CLOSED', 'DECIDED', 'OPEN', 'SCHEDULED']);
    expect(reachable(callSteps, 'DECIDED')).toEqual(['DECIDED']);
    for (const step of ['revise', 'submit', 'assign', 'decide'] as const)
      expect(callSteps[step].DECIDED).toBeUndefined();
  });
});
