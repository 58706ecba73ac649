import { solverQueue, waitingLimit, type Place } from './queue.ts';

/** Notes in `begun` when the turn of a place comes. */
function noted(place: Place, name: number, begun: number[]): Place {
  void place.turn.then(() => begun.push(name));
  return place;
}

const soon = () => new Promise(setImmediate);

describe('solverQueue', () => {
  it('lets no more than asked for in at once, the others in the order they came', async () => {
    const queue = solverQueue(2);
    const begun: number[] = [];
    const places = [0, 1, 2, 3].map((name) => noted(queue.join(), name, begun));
    await soon();
    expect(begun).toEqual([0, 1]);
    places[1]?.leave();
    await soon();
    expect(begun).toEqual([0, 1, 2]);
    places[0]?.leave();
    await soon();
    expect(begun).toEqual([0, 1, 2, 3]);
  });

  it('gives a place on once, however often it is left', async () => {
    const queue = solverQueue(1);
    const begun: number[] = [];
    const first = queue.join();
    for (const name of [1, 2]) noted(queue.join(), name, begun);
    first.leave();
    first.leave();
    await soon();
    expect(begun).toEqual([1]);
  });

  it('forgets whoever leaves before the turn', async () => {
    const queue = solverQueue(1);
    const begun: number[] = [];
    const first = queue.join();
    const second = noted(queue.join(), 2, begun);
    noted(queue.join(), 3, begun);
    second.leave();
    first.leave();
    await soon();
    expect(begun).toEqual([3]);
  });

  it('refuses when too many wait, until one leaves', () => {
    const queue = solverQueue(1);
    const places = Array.from({ length: 1 + waitingLimit }, () => queue.join());
    expect(() => queue.join()).toThrow('LIMIT_REACHED');
    places.at(-1)?.leave();
    expect(() => queue.join()).not.toThrow();
  });
});
