import { pino, stdSerializers, type Logger } from 'pino';

/** One JSON line an event. */
export type Log = Logger;

/**
 * A log for one service.
 *
 * @param level pino's: silent, fatal, error, warn, info, debug, trace
 */
export function createLog(service: string, level: string): Log {
  return pino({
    level,
    base: { service },
    // Without it an Error under this name is written as {}.
    serializers: { error: stdSerializers.err },
    redact: ['authorization', 'password', '*.authorization', '*.password', '*.secret', '*.token'],
  });
}
