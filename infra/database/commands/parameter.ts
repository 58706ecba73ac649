// What can be asked of the server's settings, and set while it runs.
import { toNumber } from '../bson/number.ts';
import { document, isNumeric } from '../bson/value.ts';
import type { Value } from '../bson/value.ts';
import { isInRange, isParameter, PARAMETER_RANGES } from '../parameters.ts';
import type { ParameterName } from '../parameters.ts';
import { refuse } from '../refusal.ts';
import { isCarried } from './command-fields.ts';
import type { Handler, Server } from './context.ts';

const FIXED: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['featureCompatibilityVersion', document({ version: '8.0' })],
  ['requireApiVersion', false],
  ['authenticationMechanisms', ['SCRAM-SHA-256']],
  ['acceptApiVersion2', false],
]);

/** Where a parameter lives. */
const PLACES: Readonly<
  Record<
    ParameterName,
    { read: (server: Server) => number; write: (server: Server, value: number) => void }
  >
> = {
  transactionLifetimeLimitSeconds: {
    read: (server) => server.transactionSeconds,
    write: (server, value) => {
      server.transactionSeconds = value;
    },
  },
  changeHistorySeconds: {
    read: ({ engine }) => engine.logLimits.seconds,
    write: ({ engine }, seconds) => {
      engine.logLimits = { ...engine.logLimits, seconds };
    },
  },
  changeHistoryBytes: {
    read: ({ engine }) => engine.logLimits.bytes,
    write: ({ engine }, bytes) => {
      engine.logLimits = { ...engine.logLimits, bytes };
    },
  },
};

function settable(server: Server): [string, Value][] {
  return Object.entries(PLACES).map(([name, { read }]) => [name, read(server)]);
}

/** `getParameter`. */
export const getParameter: Handler = ({ command, server }) => {
  const all = new Map<string, Value>([
    ...FIXED,
    // Drivers' tests look here whether fail points may be used.
    ['enableTestCommands', server.failPoints !== undefined],
    ...settable(server),
  ]);
  if (command.get('getParameter') === '*') return all;
  const found = [...all].filter(([name]) => command.has(name));
  if (found.length === 0) throw refuse(72, 'no option found to get');
  return new Map(found);
};

/** `setParameter`: one at a time, until the server ends. */
export const setParameter: Handler = ({ command, server, database }) => {
  if (database !== 'admin')
    throw refuse(13, 'setParameter may only be run against the admin database.');
  const asked = [...command].filter(([name]) => name !== 'setParameter' && !isCarried(name));
  const [first] = asked;
  if (first === undefined)
    throw refuse(72, 'no option found to set, use help:true to see options ');
  if (asked.length > 1)
    throw refuse(72, `one parameter at a time, not ${asked.map(([name]) => name).join(', ')}`);
  const [name, value] = first;
  if (FIXED.has(name) || name === 'enableTestCommands')
    throw refuse(20, `not allowed to change [${name}] at runtime`);
  if (!isParameter(name))
    throw refuse(
      72,
      `attempted to set unrecognized parameter [${name}], use help:true to see options `,
    );
  const number = isNumeric(value) ? toNumber(value) : Number.NaN;
  const { least, most } = PARAMETER_RANGES[name];
  if (!isInRange(name, number))
    throw refuse(2, `Invalid value for parameter ${name}: a whole number from ${least} to ${most}`);
  const was = PLACES[name].read(server);
  PLACES[name].write(server, number);
  return document({ was });
};
