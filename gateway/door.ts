/** The one way in: whoever asks, over whichever transport, comes through here to the pipeline. */
import { GraphQLError, type ExecutionResult, type GraphQLFormattedError } from 'graphql';

import { traced, type Step } from '#kit/trace.ts';
import { visitor } from '#kit/viewer.ts';
import { callOf, type Call, type FeedPlace } from './call.ts';
import type { GatewayConfig } from './config.ts';
import { formatted } from './operation.ts';
import type { Pipeline } from './pipeline.ts';
import { SubgraphFault } from './sources/source.ts';
import type { Renewals } from './feeds/renewals.ts';
import type { Rates } from './limits/rates.ts';
import type { NoteUnbegun } from './telemetry/request-log.ts';
import { refused, type Signed, type Tokens } from './identity/tokens.ts';

/** One operation. */
export interface GraphRequest {
  query: string;
  variables?: Record<string, unknown>;
  operationName?: string;
}

/** Who asks, and how. */
export interface Visit {
  transport: Call['transport'];
  requestId: string;
  /** Rejects when who asks is refused. */
  signed: () => Promise<Signed>;
  /** Tells of newer tokens that come in the same connection. */
  renewals?: Renewals;
  /** Where from; null for a call from this process. */
  address: string | null;
  /** Aborted when the client has gone. */
  signal?: AbortSignal;
}

/** What an operation gives: one result, or a feed of them. */
export type Outcome = ExecutionResult | AsyncIterableIterator<ExecutionResult>;

/** The way in. */
export interface Door {
  /**
   * Who an `authorization` value stands for.
   *
   * @throws {GraphQLError} UNAUTHENTICATED, SUBGRAPH_UNAVAILABLE, RATE_LIMITED
   */
  identify(
    authorization: string | undefined,
    visit: Pick<Visit, 'requestId' | 'address' | 'transport'>,
  ): Promise<Signed>;
  /**
   * The call of who was identified.
   *
   * @throws {GraphQLError} RATE_LIMITED
   */
  admit(signed: Signed, parts: Omit<Partial<Call>, 'viewer'>): Call;
  /** Runs an operation; never rejects. Errors are fit to leave. */
  run(request: GraphRequest, visit: Visit): Promise<Outcome>;
}

/** What the way in leads past. */
export interface DoorOptions {
  pipeline: Pipeline;
  tokens: Tokens;
  config: GatewayConfig;
  rates: Rates;
  /** Told of requests that are refused at the door. */
  noteUnbegun: NoteUnbegun;
}

/** Opens the way to a pipeline. */
export function createDoor({ pipeline, tokens, config, rates, noteUnbegun }: DoorOptions): Door {
  const admit: Door['admit'] = ({ viewer, expiresAt }, parts) => {
    const call = callOf(viewer, { ...parts, expiresAt });
    rates.admit(call);
    return call;
  };
  return {
    admit,
    identify: async (authorization, { requestId, address, transport }) => {
      // Foreign graphs know nothing of our tokens.
      if (config.open) return { viewer: visitor(requestId), expiresAt: null };
      try {
        return await tokens.verify(authorization, requestId);
      } catch (error) {
        rates.admit({ transport, address, viewer: visitor(requestId) });
        throw error instanceof SubgraphFault ? keysLost(error) : error;
      }
    },
    run: async (request, visit) => {
      const began = performance.now();
      let call: Call | null = null;
      try {
        const signed = await visit.signed();
        const feedPlace: FeedPlace = { feed: null };
        // Programs in this process, such as importers, mind their own time.
        const patience = visit.transport === 'PROCESS' ? {} : timeOut(config, visit.signal);
        const { transport, address, renewals = null } = visit;
        const parts = { renewals, transport, address, feedPlace, ...patience };
        const contextValue = admit(signed, parts);
        call = contextValue;
        return await traced('graphql', operationStep(transport, visit.requestId), async () => {
          const { body } = await pipeline.server.executeOperation(request, { contextValue });
          return feedPlace.feed ?? resultOf(body);
        });
      } catch (error) {
        const errors = [formatted(pipeline.format, error)];
        const { transport, requestId, address } = visit;
        if (!call?.stage.begun) noteUnbegun({ requestId, transport, address, began, errors });
        return { errors };
      }
    },
  };
}

/** The span of one operation; what it is called and costs is noted when it is answered. */
export function operationStep(transport: Call['transport'], requestId: string): Step {
  const attributes = { 'oca.transport': transport, 'oca.request_id': requestId };
  return { kind: 'SERVER', attributes };
}

/** Who was identified before, unless the token has ended since. */
export function still(signed: Signed, requestId: string): Signed {
  if (signed.expiresAt !== null && signed.expiresAt <= Date.now())
    throw refused('The access token has expired; sign in again.');
  return { ...signed, viewer: { ...signed.viewer, requestId } };
}

/** The time for one request: over after a while, or when the client has gone. */
export function timeOut(
  { requestTimeoutMillis }: GatewayConfig,
  gone?: AbortSignal,
): Pick<Call, 'signal' | 'deadline'> {
  const over = AbortSignal.timeout(requestTimeoutMillis);
  const deadline = Date.now() + requestTimeoutMillis;
  return { signal: gone ? AbortSignal.any([over, gone]) : over, deadline };
}

function keysLost({ message, code }: SubgraphFault): GraphQLError {
  return new GraphQLError(message, { extensions: { code, http: { status: 503 } } });
}

type Body = Awaited<ReturnType<Pipeline['server']['executeOperation']>>['body'];

function resultOf(body: Body): ExecutionResult {
  const { errors, data, extensions } =
    body.kind === 'single' ? body.singleResult : body.initialResult;
  const result: ExecutionResult = {
    ...(errors && { errors: errors.map(asError) }),
    ...(extensions && { extensions }),
  };
  if (data !== undefined) result.data = data as Record<string, unknown> | null;
  return result;
}

/** An error that is written as it was formatted. */
function asError(error: GraphQLFormattedError): GraphQLError {
  const { message, path, extensions } = error;
  const made = new GraphQLError(message, {
    ...(path && { path }),
    ...(extensions && { extensions }),
  });
  return Object.assign(made, { toJSON: () => error });
}
