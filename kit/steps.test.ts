import { drawSteps, reachable, stateAfter, type Steps } from './steps.ts';

type State = 'OPEN' | 'PAID' | 'SENT';
const orderSteps: Steps<State, 'pay' | 'send'> = {
  pay: { OPEN: 'PAID' },
  send: { PAID: 'SENT' },
};

describe('stateAfter', () => {
  it('goes where the table says and refuses everything else with the states it is possible in', () => {
    expect(stateAfter(orderSteps, 'OPEN', 'pay', [])).toBe('PAID');
    expect(() => stateAfter(orderSteps, 'PAID', 'pay', ['id'])).toThrow(
      expect.objectContaining({
        problems: [
          {
            code: 'WRONG_STATE',
            message: 'This is not possible in state PAID.',
            path: ['id'],
            rule: 'STATE',
            limit: 'OPEN',
            found: 'PAID',
          },
        ],
      }),
    );
  });
});

it('draws every step of a table', () => {
  expect(drawSteps(orderSteps, 'OPEN')).toBe(
    ['stateDiagram-v2', '  [*] --> OPEN', '  OPEN --> PAID: pay', '  PAID --> SENT: send'].join(
      '\n',
    ),
  );
});

it('knows which states can be reached', () => {
  expect(reachable(orderSteps, 'OPEN')).toEqual(['OPEN', 'PAID', 'SENT']);
  expect(reachable(orderSteps, 'SENT')).toEqual(['SENT']);
});
