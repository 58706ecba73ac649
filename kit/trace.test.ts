import { createLog } from './log.ts';
import { isTracing, spanContextOf, startTracing, traced, traceHeaders } from './trace.ts';

const log = createLog('test', 'silent');
const trace = 'ab'.repeat(16);
const span = 'cd'.repeat(8);

describe('a traceparent', () => {
  it.each([
    ['01', 1],
    ['00', 0],
    ['ff', 1],
  ])('names a span, sampled or not: %s', (flags, traceFlags) => {
    expect(spanContextOf(`00-${trace}-${span}-${flags}`)).toEqual({
      traceId: trace,
      spanId: span,
      traceFlags,
      isRemote: true,
    });
  });

  it.each([
    '',
    'nonsense',
    `01-${trace}-${span}-01`,
    `00-${'0'.repeat(32)}-${span}-01`,
    `00-${trace}-${'0'.repeat(16)}-01`,
    `00-${trace.toUpperCase()}-${span}-01`,
    `00-${trace}-${span}-01-more`,
    `00-${trace}${trace}-${span}-01`,
  ])('that is malformed names none: %s', (header) => {
    expect(spanContextOf(header)).toBeNull();
  });
});

describe('without an endpoint', () => {
  it('work runs as it is, and carries no header', async () => {
    const tracing = await startTracing('test', {}, log);
    expect(isTracing()).toBe(false);
    expect(await traced('work', {}, async () => traceHeaders())).toEqual({});
    await tracing.stop();
  });
});

describe('with an endpoint', () => {
  it('spans lie within spans of the same trace, go on with a parent, or begin anew', async () => {
    const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' };
    const tracing = await startTracing('test', environment, log);
    const [outer, inner, alone] = await traced('outer', {}, async () => [
      await traceOf(),
      await traced('inner', {}, traceOf),
      await traced('alone', { alone: true }, traceOf),
    ]);
    expect(outer).toMatch(/^[\da-f]{32}$/);
    expect(inner).toBe(outer);
    expect(alone).not.toBe(outer);
    const parent = `00-${trace}-${span}-00`;
    expect(await traced('further', { parent }, traceOf)).toBe(trace);
    await expect(
      traced('broken', {}, () => Promise.reject(new Error('mongodb://u:p@db'))),
    ).rejects.toThrow('mongodb');
    // Nobody listens there: stopping ends all the same.
    await tracing.stop();
    expect(isTracing()).toBe(false);
  });

  it('says what of its settings is wrong, all at once', async () => {
    const environment = {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'no url',
      OTEL_EXPORTER_OTLP_HEADERS: 'nothing',
      OTEL_TRACES_SAMPLER_ARG: '2',
    };
    await expect(startTracing('test', environment, log)).rejects.toThrow(
      /ENDPOINT: .*\n.*HEADERS: .*\n.*SAMPLER_ARG: /,
    );
  });
});

async function traceOf(): Promise<string | undefined> {
  return traceHeaders()['traceparent']?.split('-')[1];
}
