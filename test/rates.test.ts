import { createLog } from '#kit/log.ts';
import { connect } from '#kit/mongo.ts';
import { readGatewayConfig } from '../gateway/config.ts';
import { foreignGraph } from '../gateway/sources/foreign-graph.ts';
import { createGateway, type Gateway } from '../gateway/gateway.ts';
import { startTestDatabase, type TestDatabase } from './database.ts';

const log = createLog('test', 'silent');
const graph = foreignGraph({
  a: {
    sdl: 'type Query { who: String  dear: Int @cost(weight: 4) }',
    resolvers: { Query: { who: () => 'somebody', dear: () => 1 } },
  },
});

let database: TestDatabase;
const open: Gateway[] = [];
beforeAll(async () => {
  database = await startTestDatabase();
});
afterEach(async () => {
  for (const gateway of open.splice(0)) await gateway.stop();
  const connection = await connect(database.uri, 'oca_gateway');
  await connection.collection('rates').deleteMany({});
  await connection.close();
});
afterAll(() => database.stop());

/** A gateway that believes what a proxy says of addresses; gives the code of the one error, or `ok`. */
async function gatewayAt(
  uri: string,
): Promise<(address: string, query?: string) => Promise<string>> {
  const config = readGatewayConfig({
    PORT: '0',
    MONGODB_URI: uri,
    RATE_POINTS: '6',
    TRUSTED_PROXIES: '1',
  });
  const gateway = await createGateway({ ...graph, config, log });
  open.push(gateway);
  const { url } = await gateway.listen();
  return async (address, query = '{ who }') => {
    const response = await fetch(new URL('graphql', url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
      body: JSON.stringify({ query }),
    });
    const { errors = [] } = (await response.json()) as {
      errors?: { extensions: { code: string } }[];
    };
    return errors[0]?.extensions.code ?? 'ok';
  };
}

it('several gateways count as one, by cost, each address alone', async () => {
  const [first, second] = [await gatewayAt(database.uri), await gatewayAt(database.uri)];
  expect(await first('203.0.113.1', '{ dear }')).toBe('ok');
  expect(await second('203.0.113.1')).toBe('ok');
  expect(await first('203.0.113.1')).toBe('ok');
  expect(await second('203.0.113.1')).toBe('RATE_LIMITED');
  expect(await first('203.0.113.1')).toBe('RATE_LIMITED');
  expect(await second('203.0.113.2')).toBe('ok');
});

it('no more than the limit gets through however many ask at once at all of them', async () => {
  const gateways = [await gatewayAt(database.uri), await gatewayAt(database.uri)];
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => gateways.map((ask) => ask('203.0.113.3'))).flat(),
  );
  expect(answers.filter((answer) => answer === 'ok')).toHaveLength(6);
  expect(answers.filter((answer) => answer === 'RATE_LIMITED')).toHaveLength(14);
});

it('what was counted is forgotten after a minute, by the database itself', async () => {
  const ask = await gatewayAt(database.uri);
  await ask('203.0.113.4');
  const connection = await connect(database.uri, 'oca_gateway');
  const rates = connection.collection('rates');
  expect(await rates.indexes()).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ key: { expire: -1 }, expireAfterSeconds: 0 }),
      expect.objectContaining({ key: { key: 1 }, unique: true }),
    ]),
  );
  const record = await rates.findOne<{ expire: Date }>({ key: /203\.0\.113\.4/ });
  const left = Number(record?.expire) - Date.now();
  expect(left).toBeGreaterThan(0);
  expect(left).toBeLessThanOrEqual(60_000);
  await connection.close();
});

it('each gateway counts alone while the database cannot be reached', async () => {
  const ask = await gatewayAt('mongodb://127.0.0.1:1/?directConnection=true');
  const answers: string[] = [];
  for (let count = 0; count < 7; count += 1) answers.push(await ask('203.0.113.5'));
  expect(answers).toEqual([...Array.from({ length: 6 }, () => 'ok'), 'RATE_LIMITED']);
});

it('a gateway that is to count in MongoDB must know where that is', () => {
  expect(() => readGatewayConfig({ RATES_IN: 'MONGODB' })).toThrow(/^MONGODB_URI/);
  expect(readGatewayConfig({ MONGODB_URI: 'mongodb://db', RATES_IN: 'MEMORY' }).ratesIn).toBeNull();
});
