import { GraphQLError } from 'graphql';
import { pino } from 'pino';

import { newId } from './id.ts';
import { mask } from './masking.ts';

let lines: Record<string, unknown>[] = [];
const log = pino(
  {},
  { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
);
const format = mask(log, ['OURS']);

beforeEach(() => {
  lines = [];
});

describe('masking', () => {
  it('lets message, path and code of an error through that was meant for clients', () => {
    const error = new GraphQLError('Sign in first.', {
      path: ['me'],
      extensions: { code: 'UNAUTHENTICATED', stacktrace: ['secret'], url: 'http://inside' },
    });
    expect(format(error.toJSON(), error)).toEqual({
      message: 'Sign in first.',
      path: ['me'],
      extensions: { code: 'UNAUTHENTICATED' },
    });
    expect(lines).toEqual([]);
  });

  it('lets the place of a fault in the input through, and nothing else under its name', () => {
    expect(toldOf(['input', 0, 'name'])).toEqual({
      code: 'BAD_USER_INPUT',
      path: ['input', 0, 'name'],
    });
    for (const path of ['/etc/passwd', [{ secret: 1 }], { a: 1 }])
      expect(toldOf(path)).toEqual({ code: 'BAD_USER_INPUT' });
  });

  it('hides any other error behind an id that the log has too', () => {
    const error = new GraphQLError('x', { originalError: new Error('mongodb://user:secret@db') });
    const { message, extensions } = format(error.toJSON(), error);
    const errorId = String(extensions?.['errorId']);
    expect(message).toContain(errorId);
    expect(JSON.stringify({ message, extensions })).not.toContain('secret');
    expect(lines).toEqual([expect.objectContaining({ errorId, level: 50 })]);
  });

  it('keeps the id of an error that was masked further in, and nothing else of it', () => {
    const errorId = newId();
    const error = new GraphQLError('inside text', {
      extensions: { code: 'INTERNAL_SERVER_ERROR', errorId },
    });
    const { message, extensions } = format(error.toJSON(), error);
    expect(extensions).toEqual({ code: 'INTERNAL_SERVER_ERROR', errorId });
    expect(message).not.toContain('inside text');
    expect(lines).toEqual([]);
  });

  it('takes no other text for such an id', () => {
    const error = new GraphQLError('x', {
      extensions: { code: 'INTERNAL_SERVER_ERROR', errorId: '<script>' },
    });
    expect(format(error.toJSON(), error).extensions?.['errorId']).not.toBe('<script>');
  });

  it('opens the codes that a service names', () => {
    const error = new GraphQLError('Ours.', { extensions: { code: 'OURS' } });
    expect(format(error.toJSON(), error).message).toBe('Ours.');
  });
});

function toldOf(path: unknown): unknown {
  const error = new GraphQLError('No.', { extensions: { code: 'BAD_USER_INPUT', path } });
  return format(error.toJSON(), error).extensions;
}
