/** The events subgraph on a database of its own, and how it is asked. */
import type { Viewer } from '#kit/viewer.ts';
import { events } from '../../subgraphs/events/subgraph.ts';
import { startTestDatabase } from '../database.ts';
import { mutationText } from '../mutation.ts';
import { startTestService, type TestService } from '../service.ts';
import { tellSectors } from '../told.ts';

/** The subgraph under test. */
export interface TestEvents {
  service: TestService;
  uri: string;
  /** Runs an operation; throws the first error of its answer. */
  ask<Data = Record<string, unknown>>(
    viewer: Viewer,
    source: string,
    variables?: object,
  ): Promise<Data>;
  /** Runs a mutation by its name and gives these fields of its payload; throws as `ask` does. */
  run<Payload>(viewer: Viewer, mutation: string, input: object, fields: string): Promise<Payload>;
  stop(): Promise<void>;
}

/** Starts the subgraph on an empty database with the sectors that tests use. */
export async function startEvents(environment: Record<string, string> = {}): Promise<TestEvents> {
  const database = await startTestDatabase();
  const service = await startTestService(events, database.uri, environment);
  await tellSectors(database.uri);
  await service.caughtUp();
  const ask = async <Data>(viewer: Viewer, source: string, variables = {}): Promise<Data> => {
    const { data, errors } = await service.ask(viewer, source, { ...variables });
    if (errors) throw errors[0] ?? new Error('no answer');
    return JSON.parse(JSON.stringify(data)) as Data;
  };
  return {
    service,
    uri: database.uri,
    ask,
    run: async <Payload>(viewer: Viewer, mutation: string, input: object, fields: string) => {
      const source = mutationText(mutation, fields, 'payload');
      return (await ask<{ payload: Payload }>(viewer, source, { input })).payload;
    },
    stop: async () => {
      await service.stop();
      await database.stop();
    },
  };
}
