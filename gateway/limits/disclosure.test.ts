import { createLog } from '#kit/log.ts';
import { readGatewayConfig } from '../config.ts';
import { createGateway, type Gateway } from '../gateway.ts';
import { graph, token } from '../transport/listening.ts';

let gateway: Gateway;
let url: string;
async function open(environment: Record<string, string>): Promise<void> {
  const config = readGatewayConfig({
    PORT: '0',
    VIEWER_KEYS: `k:${'s'.repeat(32)}`,
    ...environment,
  });
  gateway = await createGateway({ ...graph, config, log: createLog('gateway', 'silent') });
  ({ url } = await gateway.listen());
}

interface Answer {
  data?: object;
  errors?: { message: string; extensions: { code: string } }[];
}

async function ask(authorization: string | null, body: object): Promise<Answer> {
  const response = await fetch(new URL('graphql', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
    body: JSON.stringify(body),
  });
  return (await response.json()) as Answer;
}

const signed = (roles: string[]): string => token(900, undefined, { roles });
const askers: [string, string | null, boolean][] = [
  ['visitors', null, false],
  ['users', signed([]), false],
  ['the secretariat', signed(['SECRETARIAT']), false],
  ['operators', signed(['OPERATOR']), true],
  ['operators who are of the secretariat', signed(['SECRETARIAT', 'OPERATOR']), true],
];
const texts = [
  '{ __schema { queryType { name } } }',
  '{ who __type(name: "Query") { name } }',
  '{ ...S } fragment S on Query { ... { it: __schema { queryType { name } } } }',
];

describe('in production', () => {
  beforeAll(() => open({ NODE_ENV: 'production' }));
  afterAll(() => gateway.stop());

  it.each(askers)('the schema is told as it should be to %s', async (_, authorization, told) => {
    const answers = await Promise.all(texts.map((query) => ask(authorization, { query })));
    const refused = { codes: ['GRAPHQL_VALIDATION_FAILED'], data: false };
    expect(
      answers.map(({ data, errors }) => ({
        codes: errors?.map(({ extensions: { code } }) => code),
        data: data !== undefined,
      })),
    ).toEqual(texts.map(() => (told ? { codes: undefined, data: true } : refused)));
    // What a type is called is no secret, and clients need it.
    expect(await ask(authorization, { query: '{ __typename }' })).toEqual({
      data: { __typename: 'Query' },
    });
  });

  it.each(askers)(
    'suggestions are made as they should be to %s',
    async (_, authorization, told) => {
      const faults = [
        { query: '{ whoo }' },
        { query: '{ eventCalendar(filte: {}) }' },
        { query: '{ eventCalendar(filter: { sector: "x" }) }' },
        {
          query: 'query($filter: EventFilter) { eventCalendar(filter: $filter) }',
          variables: { filter: { sector: 'x' } },
        },
      ];
      for (const body of faults) {
        const { errors = [] } = await ask(authorization, body);
        expect(errors).not.toEqual([]);
        expect(errors.some(({ message }) => message.includes('Did you mean'))).toBe(told);
      }
    },
  );
});

describe('elsewhere', () => {
  beforeAll(() => open({}));
  afterAll(() => gateway.stop());

  it.each(askers)('the schema is told to %s', async (_, authorization) => {
    for (const query of texts)
      expect(await ask(authorization, { query })).not.toHaveProperty('errors');
    expect((await ask(authorization, { query: '{ whoo }' })).errors?.[0]?.message).toContain(
      'Did you mean',
    );
  });
});
