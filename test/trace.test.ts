import { startTestDatabase, type TestDatabase } from './database.ts';
import { startTestPlatform } from './platform.ts';
import { createProcesses } from './processes.ts';
import { lineage, startSpanReceiver, type SpanReceiver } from './spans.ts';

const query = `query Look($number: String!, $first: Int!) {
  company(businessNumber: $number) { id }
  companies(first: $first) { edges { node { id } } }
  techMaps(first: $first) { totalCount }
}`;
const variables = { number: '220-81-62517', first: 3 };

let receiver: SpanReceiver;
beforeEach(async () => {
  receiver = await startSpanReceiver();
});
afterEach(() => receiver.stop());

async function post(url: string, headers: Record<string, string> = {}): Promise<string> {
  const response = await fetch(new URL('graphql', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  return response.text();
}

/** The trace of the one operation that was asked. */
function traceOf({ spans }: SpanReceiver) {
  const known = spans.filter(
    ({ name, attributes }) => name === 'graphql' && attributes['graphql.operation.name'] === 'Look',
  );
  return spans.filter(({ traceId }) => traceId === known[0]?.traceId);
}

it('follows a request from the gateway through its plan and subgraphs to the database', async () => {
  const platform = await startTestPlatform({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url });
  const { url } = await platform.listen();
  expect(JSON.parse(await post(url))).toMatchObject({ data: { companies: { edges: [] } } });
  await platform.stop();
  const trace = traceOf(receiver);
  const lines = trace.map((span) => lineage(trace, span).join(' < '));
  expect(lines).toEqual(
    expect.arrayContaining([
      'graphql',
      'graphql.plan < graphql',
      'graphql.execute < graphql',
      'subgraph companies < graphql.execute < graphql',
      'subgraph techmaps < graphql.execute < graphql',
      'find companies < subgraph companies < graphql.execute < graphql',
    ]),
  );
  expect(trace.find(({ parentSpanId }) => parentSpanId === null)?.attributes).toMatchObject({
    'graphql.operation.type': 'query',
    'oca.transport': 'HTTP',
  });
});

it('carries names and figures alone: no text, no variable, no address, no secret', async () => {
  const platform = await startTestPlatform({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url });
  const { url } = await platform.listen();
  await post(url, { authorization: 'Bearer a.secret.token' });
  await post(url);
  const signIn = {
    query: 'mutation($input: SignInInput!) { signIn(input: $input) { problems { code } } }',
    variables: { input: { email: 'mole@example.kr', password: 'a-very-secret-word' } },
  };
  await fetch(new URL('graphql', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(signIn),
  }).then((response) => response.text());
  await platform.stop();
  expect(receiver.spans.some(({ name }) => name === 'find users')).toBe(true);
  expect(receiver.text()).toContain('find users');
  expect(receiver.text()).not.toMatch(
    /secret|mole@|220-?81|62517|businessNumber|\$number|mongodb:\/\//,
  );
});

it('sends nothing without an endpoint', async () => {
  const platform = await startTestPlatform();
  const { url } = await platform.listen();
  await post(url);
  await platform.stop();
  expect(receiver.spans).toEqual([]);
});

describe('in processes of their own', () => {
  const processes = createProcesses();
  let database: TestDatabase;
  beforeAll(async () => {
    database = await startTestDatabase();
  });
  afterAll(async () => {
    await processes.end();
    await database.stop();
  });

  it('joins what the gateway, a subgraph and its database tell in one trace, whoever asks', async () => {
    const shared = {
      HOST: '127.0.0.1',
      PORT: '0',
      VIEWER_KEYS: `k1:${'a-secret-of-this-test'.repeat(2)}`,
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    };
    const subgraph = ['infra/subgraph.ts'];
    const [companies, techmaps] = await Promise.all(
      ['companies', 'techmaps'].map((name) =>
        processes.start([...subgraph, name], { ...shared, MONGODB_URI: database.uri }),
      ),
    );
    const gateway = await processes.start(['gateway/main.ts'], {
      ...shared,
      SUBGRAPH_URL_COMPANIES: companies ?? '',
      SUBGRAPH_URL_TECHMAPS: techmaps ?? '',
    });
    const outside = `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01`;
    expect(JSON.parse(await post(gateway, { traceparent: outside }))).toMatchObject({
      data: { companies: { edges: [] } },
    });
    expect(await processes.end()).toEqual([0, 0, 0]);
    const trace = traceOf(receiver);
    expect(trace[0]?.traceId).not.toBe('ab'.repeat(16));
    const found = trace.find(({ name }) => name === 'find companies');
    expect(found && lineage(trace, found)).toEqual([
      'find companies',
      'graphql',
      'subgraph companies',
      'graphql.execute',
      'graphql',
    ]);
    expect(new Set(trace.map(({ service }) => service))).toEqual(
      new Set(['oca-gateway', 'oca-companies', 'oca-techmaps']),
    );
  });
});
