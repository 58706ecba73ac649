/** The platform as anybody outside reaches it: GraphQL over HTTP, live feeds over a WebSocket. */
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';

/** A reason for a refusal, as the graph tells it. */
interface Problem {
  code: string;
  message: string;
  path: string[];
}

/** What a mutation of the demo is. */
export interface Step {
  /** Root field. */
  field: string;
  /** Type of its input. */
  type: string;
  /** Fields of the payload besides `problems`. */
  select: string;
}

/** Somebody who asks. */
export interface Client {
  /** Runs one operation. @throws {DemoFault} when the answer has errors */
  ask<Data>(query: string, variables?: Record<string, unknown>): Promise<Data>;
  /** Runs one mutation. @throws {DemoFault} when it is refused */
  change<Payload>(step: Step, input: object): Promise<Payload>;
  /** Opens a live feed. @throws {DemoFault} when it is refused */
  listen<Data>(query: string, variables?: Record<string, unknown>): Feed<Data>;
}

/** A live feed. */
export interface Feed<Data> {
  /** Resolves once the feed is open at the gateway. */
  opened: Promise<void>;
  /** The next entry. */
  next(): Promise<Data>;
  close(): Promise<void>;
}

/** The platform did not do what the demo asked. */
export class DemoFault extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'DemoFault';
  }
}

/**
 * A client of the gateway.
 *
 * @param url the gateway's first page
 * @param accessToken of whoever asks; null for a visitor
 */
export function clientOf(url: string, accessToken: string | null): Client {
  const headers = {
    'content-type': 'application/json',
    ...(accessToken !== null && { authorization: `Bearer ${accessToken}` }),
  };
  const ask = async <Data>(query: string, variables: Record<string, unknown> = {}) => {
    const body = JSON.stringify({ query, variables });
    const response = await fetch(new URL('graphql', url), { method: 'POST', headers, body });
    const { data, errors } = (await response.json()) as {
      data?: Data;
      errors?: { message: string; extensions?: { code?: string } }[];
    };
    const [error] = errors ?? [];
    if (error) throw new DemoFault(`${error.extensions?.code ?? 'ERROR'}: ${error.message}`);
    return data as Data;
  };
  return {
    ask,
    change: async <Payload>({ field, type, select }: Step, input: object) => {
      const { payload } = await ask<{ payload: Payload & { problems: Problem[] } }>(
        `mutation Demo($input: ${type}!) { payload: ${field}(input: $input) { ${select} problems { code message path } } }`,
        { input },
      );
      refuse(field, payload.problems);
      return payload;
    },
    listen: (query, variables = {}) => feedOf(url, accessToken, query, variables),
  };
}

/** Signs in. @throws {DemoFault} when the account is refused */
export async function signIn(url: string, email: string, password: string): Promise<Client> {
  const { accessToken } = await clientOf(url, null).change<{ accessToken: string }>(
    { field: 'signIn', type: 'SignInInput', select: 'accessToken' },
    { email, password },
  );
  return clientOf(url, accessToken);
}

function refuse(field: string, problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  const reasons = problems.map(
    ({ code, message, path }) => `${code} ${path.join('.')}: ${message}`,
  );
  throw new DemoFault(`${field} was refused. ${reasons.join(' ')}`);
}

function feedOf<Data>(
  url: string,
  accessToken: string | null,
  query: string,
  variables: Record<string, unknown>,
): Feed<Data> {
  const open = Promise.withResolvers<void>();
  const client = createClient({
    url: new URL('graphql', url).href.replace(/^http/, 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: accessToken === null ? {} : { authorization: `Bearer ${accessToken}` },
    retryAttempts: 0,
    on: { connected: () => open.resolve() },
  });
  const entries = client.iterate<Data>({ query, variables });
  // Asking for the first entry is what sends the subscription.
  const waiting = [entries.next()];
  waiting[0]?.catch(open.reject);
  return {
    opened: open.promise,
    next: async () => {
      const { value, done } = await (waiting.pop() ?? entries.next());
      if (done === true || !value.data)
        throw new DemoFault(
          `The feed ended: ${JSON.stringify(done === true ? 'no reason' : value.errors)}`,
        );
      return value.data;
    },
    close: async () => {
      await entries.return?.();
      await client.dispose();
    },
  };
}
