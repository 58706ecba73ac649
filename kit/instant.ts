/** The scalars of time: `Instant` (UTC) and `Date` (a calendar day). */
import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';

const instantForm = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;
const dayForm = /^\d{4}-\d{2}-\d{2}$/;

/**
 * The instant that an ISO 8601 text with an offset names.
 *
 * @throws {GraphQLError} BAD_USER_INPUT
 */
export function parseInstant(value: unknown): Date {
  const instant = typeof value === 'string' && instantForm.test(value) ? new Date(value) : null;
  if (instant && !Number.isNaN(instant.getTime()) && isDay(String(value).slice(0, 10)))
    return instant;
  throw refused('An Instant is ISO 8601 with an offset, such as 2026-11-22T06:30:00.000Z.');
}

/**
 * A calendar day as `YYYY-MM-DD`; days that no calendar has are refused.
 *
 * @throws {GraphQLError} BAD_USER_INPUT
 */
export function parseDay(value: unknown): string {
  if (typeof value === 'string' && dayForm.test(value) && isDay(value)) return value;
  throw refused('A Date is a calendar day, such as 2026-11-22.');
}

/** Calendar day of an instant in Asia/Seoul, `YYYY-MM-DD`: where the alliance's days begin and end. */
export function seoulDay(instant: Date): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Seoul' }).format(instant);
}

/** An instant in UTC, ISO 8601 with milliseconds; stored as a Date. */
export const instantScalar = new GraphQLScalarType<Date, string>({
  name: 'Instant',
  serialize: (value) => {
    if (value instanceof Date) return value.toISOString();
    throw new TypeError('An Instant is stored as a Date.');
  },
  parseValue: parseInstant,
  parseLiteral: (node) => parseInstant(node.kind === Kind.STRING ? node.value : null),
});

/** A calendar day; stored as text `YYYY-MM-DD`. */
export const dayScalar = new GraphQLScalarType<string, string>({
  name: 'Date',
  serialize: (value) => parseDay(value),
  parseValue: parseDay,
  parseLiteral: (node) => parseDay(node.kind === Kind.STRING ? node.value : null),
});

function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

function refused(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
}
