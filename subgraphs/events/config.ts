/** What the environment says about this subgraph; the only file here that reads it. */
import { readConfig, text, wholeNumber, type Environment } from '#kit/config.ts';

/** Settings of the events subgraph. */
export interface EventsConfig {
  /** How many entries wait for one subscriber before it reads on from the database. */
  feedBuffer: number;
  /** Where people reach the platform; feeds point there. */
  publicUrl: string;
  /** How often is looked for events that begin within a day, in seconds. */
  reminderSeconds: number;
}

/** @throws {ConfigError} naming every malformed variable */
export function readEventsConfig(environment: Environment): EventsConfig {
  const { EVENTS_FEED_BUFFER, EVENTS_REMINDER_SECONDS, PUBLIC_URL } = readConfig(environment, {
    EVENTS_FEED_BUFFER: wholeNumber(1_000, 1, 100_000),
    EVENTS_REMINDER_SECONDS: wholeNumber(60, 1, 3_600),
    PUBLIC_URL: text('http://127.0.0.1:4000/'),
  });
  return {
    feedBuffer: EVENTS_FEED_BUFFER,
    publicUrl: PUBLIC_URL,
    reminderSeconds: EVENTS_REMINDER_SECONDS,
  };
}
