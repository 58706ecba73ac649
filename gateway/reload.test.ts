import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import type { ExecutionResult } from 'graphql';

import { createLog } from '#kit/log.ts';
import { visitor } from '#kit/viewer.ts';
import { readGatewayConfig } from './config.ts';
import { foreignGraph } from './sources/foreign-graph.ts';
import { createGateway, type Gateway } from './gateway.ts';
import { watch } from '#kit/watch.ts';

const log = createLog('gateway', 'silent');

interface Tick {
  publish(id: string): void;
  feed(): AsyncIterableIterator<object>;
}

/** A feed that is told what to say, before it is asked or after. */
function ticks(): Tick {
  const told: IteratorResult<object>[] = [];
  let wake: ((result: IteratorResult<object>) => void) | null = null;
  const next = () =>
    new Promise<IteratorResult<object>>((resolve) => {
      const result = told.shift();
      if (result) resolve(result);
      else wake = resolve;
    });
  return {
    publish: (id) => {
      const result = { value: { tick: { id } }, done: false };
      if (wake) wake(result);
      else told.push(result);
      wake = null;
    },
    feed: () => ({
      next,
      return: async () => ({ value: undefined, done: true }),
      [Symbol.asyncIterator]() {
        return this;
      },
    }),
  };
}

let source: Tick;
const sdls = (far: string, extra = '') => ({
  a: {
    sdl: `type Query { a: Int ${extra} } type Thing @key(fields: "id") { id: ID! } type Subscription { tick: Thing }`,
    resolvers: {
      Query: { a: () => 1 },
      Subscription: { tick: { subscribe: () => source.feed() } },
    },
  },
  b: {
    sdl: `type Thing @key(fields: "id") { id: ID! far: ${far} near: Int }`,
    resolvers: { Thing: { __resolveReference: (it: object) => it, far: () => 7, near: () => 8 } },
  },
});

const next = async (feed: AsyncIterator<ExecutionResult>): Promise<unknown> => {
  const { value, done } = await feed.next();
  return done ? 'over' : JSON.parse(JSON.stringify(value));
};

describe('another supergraph', () => {
  let gateway: Gateway;
  beforeEach(async () => {
    source = ticks();
    const graph = foreignGraph(sdls('Int'));
    gateway = await createGateway({ ...graph, config: readGatewayConfig({ PORT: '0' }), log });
  });
  afterEach(() => gateway.stop());

  const follow = async (query: string) => {
    const feed = await gateway.subscribe({ query }, visitor('t'));
    if (!(Symbol.asyncIterator in feed)) throw new Error(JSON.stringify(feed));
    return feed;
  };
  it('is served at once, and nothing of the old is planned any more', async () => {
    const query = '{ a more }';
    expect(await gateway.execute({ query }, visitor('t'))).toMatchObject({
      errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
    });
    await gateway.reload(foreignGraph(sdls('Int', 'more: Int')).supergraphSdl);
    expect(
      JSON.parse(JSON.stringify(await gateway.execute({ query }, visitor('t')))),
    ).toMatchObject({
      data: { a: 1, more: null },
    });
  });

  it('is refused when it is broken, and the old one serves on', async () => {
    await expect(gateway.reload('type Query { a: Int }')).rejects.toThrow(/./);
    await expect(gateway.reload('{')).rejects.toThrow(/./);
    expect(
      JSON.parse(JSON.stringify(await gateway.execute({ query: '{ a }' }, visitor('t')))),
    ).toEqual({
      data: { a: 1 },
    });
  });

  it('lets feeds go on whose subscription stays the same, and ends the others in words', async () => {
    const staying = await follow('subscription { tick { near } }');
    const ending = await follow('subscription { tick { far } }');
    const [stays, ends] = [next(staying), next(ending)];
    source.publish('1');
    expect(await stays).toEqual({ data: { tick: { near: 8 } } });
    expect(await ends).toEqual({ data: { tick: { far: 7 } } });
    const [stillThere, last] = [next(staying), next(ending)];
    const without = foreignGraph({
      ...sdls('Int'),
      b: {
        sdl: 'type Thing @key(fields: "id") { id: ID! near: Int }',
        resolvers: sdls('Int').b.resolvers,
      },
    });
    await gateway.reload(without.supergraphSdl);
    expect(await last).toMatchObject({
      errors: [{ extensions: { code: 'SUBSCRIPTION_SCHEMA_RELOAD' } }],
    });
    source.publish('2');
    expect(await stillThere).toEqual({ data: { tick: { near: 8 } } });
    await staying.return?.();
  });

  it('completes the events of a feed that goes on from where fields are now', async () => {
    const before = foreignGraph(sdls('Int'));
    const after = foreignGraph({
      ...sdls('Int'),
      b: {
        sdl: 'type Thing @key(fields: "id") { id: ID! far: Int }',
        resolvers: { Thing: { __resolveReference: (it: object) => it } },
      },
      c: {
        sdl: 'type Thing @key(fields: "id") { id: ID! near: Int }',
        resolvers: { Thing: { __resolveReference: (it: object) => it, near: () => 9 } },
      },
    });
    const local = new Map([...after.local, ...before.local]);
    await gateway.stop();
    const config = readGatewayConfig({ PORT: '0' });
    gateway = await createGateway({ supergraphSdl: before.supergraphSdl, local, config, log });
    const feed = await follow('subscription { tick { near } }');
    const first = next(feed);
    source.publish('1');
    expect(await first).toEqual({ data: { tick: { near: 8 } } });
    const second = next(feed);
    await gateway.reload(after.supergraphSdl);
    source.publish('2');
    expect(await second).toEqual({ data: { tick: { near: 9 } } });
    await feed.return?.();
  });
});

it('a watched file is handed over when it changes, and what is refused changes nothing', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'oca-'));
  const file = join(folder, 'watched');
  await writeFile(file, 'one');
  const taken: string[] = [];
  const changed = Promise.withResolvers<void>();
  const take = (text: string): void => {
    taken.push(text);
    if (text === 'bad') throw new Error('refused');
    changed.resolve();
  };
  const watched = watch(file, 5, 'one', take, log);
  await replace(file, 'bad');
  while (taken.length === 0) await pause(5);
  await pause(30);
  expect(taken).toEqual(['bad']);
  await replace(file, 'three');
  await changed.promise;
  expect(taken.at(-1)).toBe('three');
  watched.stop();
  await rm(folder, { recursive: true });
});

/** Writes beside and swaps, so that no look meets a file half written. */
async function replace(file: string, text: string): Promise<void> {
  await writeFile(`${file}.next`, text);
  await rename(`${file}.next`, file);
}
