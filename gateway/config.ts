/** The gateway's settings; the only file here that reads the environment. */
import {
  ConfigError,
  flag,
  oneOf,
  optional,
  port,
  readConfig,
  text,
  wholeNumber,
  type Environment,
  type Setting,
} from '#kit/config.ts';
import { readViewerKeys, type ViewerKeys } from '#kit/viewer.ts';

/** Bounds on one operation; each breach has a code of its own (`limits.ts`). */
export interface OperationLimits {
  /** Lexical tokens in a document. */
  tokens: number;
  /** Levels of selections, lists and objects in the text as it is written. */
  nesting: number;
  /** Fields below one another, fragments expanded. */
  depth: number;
  /** Aliased fields, fragments expanded. */
  aliases: number;
  /** Directives, fragments expanded. */
  directives: number;
  /** Fields of the operation's root, fragments expanded. */
  rootFields: number;
  /** Fields in all, fragments expanded. */
  selections: number;
  /** Cost by `@cost` and `@listSize`, with the operation's variables. */
  cost: number;
}

/** What the gateway needs to know. */
export interface GatewayConfig {
  /** `HOST` (127.0.0.1): the address to listen on. */
  host: string;
  /** `PORT` (4000); 0 lets the system choose. */
  port: number;
  /** `SUPERGRAPH` (schema/supergraph.graphql): path of the composed schema, from the working directory. */
  supergraph: string;
  /** `GATEWAY_OPEN` (false): anonymous, no limits, no signatures to subgraphs, introspection on. Not in production. */
  open: boolean;
  /** Whether `NODE_ENV` is `production`: introspection and suggestions for operators alone, keys required. */
  production: boolean;
  /** `LOG_LEVEL` (info): pino's levels. */
  logLevel: string;
  /** `VIEWER_KEYS` (`kid:secret,kid:secret`): the first signs viewers, all verify; null when not set. */
  viewerKeys: ViewerKeys | null;
  /** `VIEWER_KEYS_FILE` (none): a file with such keys, read again when it changes; for `npm run start:gateway`. */
  viewerKeysFile: string | null;
  /** `WATCH_MILLIS` (2000): how often the supergraph and the keys' file are looked at; 0 never. */
  watchMillis: number;
  /** `TOKEN_ISSUER`, `TOKEN_AUDIENCE` (open-cloud-alliance): what an access token must carry. */
  token: { issuer: string; audience: string };
  /** `PLANNER` (AUTO): HIVE (the Rust addon), APOLLO, or AUTO: the first where it loads, the other otherwise. */
  planner: PlannerChoice;
  /** `ALLOWED_ORIGINS` (none): comma-separated origins, besides the gateway's own, that pages may call from. */
  allowedOrigins: string[];
  /** `SUBGRAPH_URL_<NAME>`: where a subgraph is, instead of the supergraph's word; by name in upper case. */
  subgraphUrls: Readonly<Record<string, string>>;
  /** `LIMIT_…`: bounds on one operation. */
  limits: OperationLimits;
  /** `LIMIT_BODY_BYTES` (262144): bytes of one request body, and of one WebSocket message. */
  bodyBytes: number;
  /** `LIMIT_UPLOAD_BYTES` (8388608): bytes of one request body of somebody who is signed in; documents come in it. */
  uploadBytes: number;
  /** `LIMIT_SOCKET_OPERATIONS` (100): operations under way on one WebSocket. */
  socketOperations: number;
  /** `LIMIT_VIEWER_FEEDS` (500): feeds that one user, or the visitors of one address, follow at a time. */
  viewerFeeds: number;
  /** `LIMIT_VIEWER_SOCKETS` (50): WebSockets that one user has open. */
  viewerSockets: number;
  /** `LIMIT_ADDRESS_SOCKETS` (500): WebSockets open from one address. */
  addressSockets: number;
  /** `REQUEST_TIMEOUT_MILLIS` (30000): the longest one request from outside may take. */
  requestTimeoutMillis: number;
  /** `SUBGRAPH_TIMEOUT_MILLIS` (10000): the longest one call to a subgraph may take. */
  subgraphTimeoutMillis: number;
  /** `SUBGRAPH_ANSWER_BYTES` (16777216): bytes of one subgraph's answer. */
  subgraphAnswerBytes: number;
  /** `SUBGRAPH_CONNECTIONS` (64): connections kept to one subgraph. */
  subgraphConnections: number;
  /** `FEED_QUEUE_BYTES` (1048576): bytes waiting for one subscriber before its feed ends with SLOW_CONSUMER. */
  feedQueueBytes: number;
  /** `FEED_QUEUE_MILLIS` (30000): age of the oldest event that waits for one subscriber before the same. */
  feedQueueMillis: number;
  /** `FEED_COMPLETIONS` (32): events of one feed that are completed from other subgraphs at a time. */
  feedCompletions: number;
  /** `RATE_POINTS` (2000000 in production, elsewhere 0): cost that one viewer or address may ask a minute; 0 is no limit. */
  ratePoints: number;
  /**
   * `RATES_IN` (MONGODB where `MONGODB_URI` is set, else MEMORY): where rates are counted. The URI of the deployment, which all
   * gateways count in together; null for this process alone.
   */
  ratesIn: string | null;
  /** `RATE_REFUSAL_POINTS` (1000): what a request costs that is refused before it runs: unreadable, unknown, not allowed. */
  refusalPoints: number;
  /** `CLIENT_IPV6_BITS` (64): how many bits of an IPv6 address tell one client from another. */
  clientBits: number;
  /** `TRUSTED_PROXIES` (0): how many proxies stand in front, whose `x-forwarded-for` is believed. */
  trustedProxies: number;
  /** `TRUSTED_DOCUMENTS` (none): a manifest of operations that may be called by their hash. */
  trustedDocuments: string | null;
  /** `TRUSTED_DOCUMENTS_ONLY` (false): whether no other operation runs. */
  trustedOnly: boolean;
  /** `METRICS_TOKEN` (none): bearer token for `/metrics`; without one they are closed in production, open elsewhere. */
  metricsToken: string | null;
  /** `DRAIN_MILLIS` (5000): how long a stop waits for requests under way. */
  drainMillis: number;
}

/** The environment this process was started with. */
export const processEnvironment: Environment = process.env;

/** Which planner serves. */
export type PlannerChoice = (typeof planners)[number];

/** Bytes of one request body in an open gateway: its other limits are off. */
const openBodyBytes = 2 ** 26;

const planners = ['AUTO', 'HIVE', 'APOLLO'] as const;
const rateStores = ['MEMORY', 'MONGODB'] as const;
const levels = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;

/**
 * Reads the gateway's settings.
 *
 * @throws {ConfigError} naming every variable that is missing, malformed or refused
 */
export function readGatewayConfig(environment: Environment = processEnvironment): GatewayConfig {
  const read = readConfig(environment, {
    HOST: text('127.0.0.1'),
    PORT: port(4000),
    SUPERGRAPH: text('schema/supergraph.graphql'),
    GATEWAY_OPEN: flag(false),
    NODE_ENV: text('development'),
    LOG_LEVEL: oneOf(levels, 'info'),
    VIEWER_KEYS: viewerKeys,
    VIEWER_KEYS_FILE: optional(),
    WATCH_MILLIS: wholeNumber(2_000, 0, 3_600_000),
    TOKEN_ISSUER: text('open-cloud-alliance'),
    TOKEN_AUDIENCE: text('open-cloud-alliance'),
    PLANNER: oneOf(planners, 'AUTO'),
    ALLOWED_ORIGINS: optional(),
    LIMIT_TOKENS: wholeNumber(5_000, 1, 1_000_000),
    LIMIT_NESTING: wholeNumber(100, 1, 1_000),
    LIMIT_DEPTH: wholeNumber(20, 1, 1_000),
    LIMIT_ALIASES: wholeNumber(50, 0, 100_000),
    LIMIT_DIRECTIVES: wholeNumber(50, 0, 100_000),
    LIMIT_ROOT_FIELDS: wholeNumber(20, 1, 10_000),
    LIMIT_SELECTIONS: wholeNumber(2_000, 1, 10_000_000),
    LIMIT_COST: wholeNumber(100_000, 1, 1_000_000_000),
    LIMIT_BODY_BYTES: wholeNumber(2 ** 18, 1_024, 2 ** 30),
    LIMIT_UPLOAD_BYTES: wholeNumber(2 ** 23, 1_024, 2 ** 30),
    LIMIT_SOCKET_OPERATIONS: wholeNumber(100, 1, 100_000),
    LIMIT_VIEWER_FEEDS: wholeNumber(500, 1, 1_000_000),
    LIMIT_VIEWER_SOCKETS: wholeNumber(50, 1, 1_000_000),
    LIMIT_ADDRESS_SOCKETS: wholeNumber(500, 1, 1_000_000),
    REQUEST_TIMEOUT_MILLIS: wholeNumber(30_000, 1, 600_000),
    SUBGRAPH_TIMEOUT_MILLIS: wholeNumber(10_000, 1, 600_000),
    SUBGRAPH_ANSWER_BYTES: wholeNumber(2 ** 24, 1_024, 2 ** 30),
    SUBGRAPH_CONNECTIONS: wholeNumber(64, 1, 10_000),
    FEED_QUEUE_BYTES: wholeNumber(2 ** 20, 1_024, 2 ** 30),
    FEED_QUEUE_MILLIS: wholeNumber(30_000, 1, 3_600_000),
    FEED_COMPLETIONS: wholeNumber(32, 1, 10_000),
    RATE_POINTS: wholeNumber(environment['NODE_ENV'] === 'production' ? 2_000_000 : 0, 0, 1e12),
    RATES_IN: oneOf(rateStores, environment['MONGODB_URI'] ? 'MONGODB' : 'MEMORY'),
    MONGODB_URI: optional(),
    RATE_REFUSAL_POINTS: wholeNumber(1_000, 1, 1e12),
    CLIENT_IPV6_BITS: wholeNumber(64, 16, 128),
    TRUSTED_PROXIES: wholeNumber(0, 0, 16),
    TRUSTED_DOCUMENTS: optional(),
    TRUSTED_DOCUMENTS_ONLY: flag(false),
    METRICS_TOKEN: optional(),
    DRAIN_MILLIS: wholeNumber(5_000, 0, 600_000),
  });
  const production = read.NODE_ENV === 'production';
  refuseInProduction(production, read);
  if (read.RATES_IN === 'MONGODB' && read.MONGODB_URI === null)
    throw new ConfigError(['MONGODB_URI: must be set when RATES_IN is MONGODB']);
  return {
    host: read.HOST,
    port: read.PORT,
    supergraph: read.SUPERGRAPH,
    open: read.GATEWAY_OPEN,
    production,
    logLevel: read.LOG_LEVEL,
    viewerKeys: read.VIEWER_KEYS,
    viewerKeysFile: read.VIEWER_KEYS_FILE,
    watchMillis: read.WATCH_MILLIS,
    token: { issuer: read.TOKEN_ISSUER, audience: read.TOKEN_AUDIENCE },
    planner: read.PLANNER,
    allowedOrigins: listOf(read.ALLOWED_ORIGINS),
    subgraphUrls: subgraphUrlsOf(environment),
    limits: {
      tokens: read.LIMIT_TOKENS,
      nesting: read.LIMIT_NESTING,
      depth: read.LIMIT_DEPTH,
      aliases: read.LIMIT_ALIASES,
      directives: read.LIMIT_DIRECTIVES,
      rootFields: read.LIMIT_ROOT_FIELDS,
      selections: read.LIMIT_SELECTIONS,
      cost: read.LIMIT_COST,
    },
    bodyBytes: read.GATEWAY_OPEN ? openBodyBytes : read.LIMIT_BODY_BYTES,
    uploadBytes: Math.max(read.LIMIT_UPLOAD_BYTES, read.LIMIT_BODY_BYTES),
    socketOperations: read.LIMIT_SOCKET_OPERATIONS,
    viewerFeeds: read.LIMIT_VIEWER_FEEDS,
    viewerSockets: read.LIMIT_VIEWER_SOCKETS,
    addressSockets: read.LIMIT_ADDRESS_SOCKETS,
    requestTimeoutMillis: read.REQUEST_TIMEOUT_MILLIS,
    subgraphTimeoutMillis: read.SUBGRAPH_TIMEOUT_MILLIS,
    subgraphAnswerBytes: read.SUBGRAPH_ANSWER_BYTES,
    subgraphConnections: read.SUBGRAPH_CONNECTIONS,
    feedQueueBytes: read.FEED_QUEUE_BYTES,
    feedQueueMillis: read.FEED_QUEUE_MILLIS,
    feedCompletions: read.FEED_COMPLETIONS,
    ratePoints: read.RATE_POINTS,
    ratesIn: read.RATES_IN === 'MONGODB' ? read.MONGODB_URI : null,
    refusalPoints: read.RATE_REFUSAL_POINTS,
    clientBits: read.CLIENT_IPV6_BITS,
    trustedProxies: read.TRUSTED_PROXIES,
    trustedDocuments: read.TRUSTED_DOCUMENTS,
    trustedOnly: read.TRUSTED_DOCUMENTS_ONLY,
    metricsToken: read.METRICS_TOKEN,
    drainMillis: read.DRAIN_MILLIS,
  };
}

/** The variable that says where a subgraph is: `SUBGRAPH_URL_COMPANIES`. */
export function subgraphUrlVariable(name: string): string {
  return `SUBGRAPH_URL_${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`;
}

const viewerKeys: Setting<ViewerKeys | null> = (value) =>
  value === undefined ? null : readViewerKeys(value);

function refuseInProduction(
  production: boolean,
  read: {
    GATEWAY_OPEN: boolean;
    VIEWER_KEYS: ViewerKeys | null;
    VIEWER_KEYS_FILE: string | null;
  },
): void {
  if (!production) return;
  const faults: string[] = [];
  if (read.GATEWAY_OPEN) faults.push('GATEWAY_OPEN: refused when NODE_ENV is production');
  if (!read.VIEWER_KEYS && read.VIEWER_KEYS_FILE === null)
    faults.push('VIEWER_KEYS or VIEWER_KEYS_FILE: must be set when NODE_ENV is production');
  if (faults.length > 0) throw new ConfigError(faults);
}

function listOf(value: string | null): string[] {
  return (value ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}

function subgraphUrlsOf(environment: Environment): Record<string, string> {
  const urls: Record<string, string> = {};
  const faults: string[] = [];
  for (const [name, value] of Object.entries(environment)) {
    if (!name.startsWith('SUBGRAPH_URL_') || !value) continue;
    if (URL.canParse(value)) urls[name] = value;
    else faults.push(`${name}: must be a URL`);
  }
  if (faults.length > 0) throw new ConfigError(faults);
  return urls;
}
