import fc from 'fast-check';

import { newId } from './id.ts';
import {
  arrivalOf,
  leastSecretLength,
  operationBody,
  readViewerKeys,
  signViewer,
  verifyViewer,
  viewerGate,
  viewerWindowMillis,
  visitor,
  type Viewer,
  type ViewerBinding,
} from './viewer.ts';

const now = 1_800_000_000_000;
const secret = 's'.repeat(leastSecretLength);
const keys = [{ kid: 'a', secret }];
const viewer: Viewer = {
  userId: 'u1',
  companies: [{ companyId: 'c1', role: 'OWNER' }],
  roles: ['SECRETARIAT'],
  scopes: ['read'],
  issuedAt: 1_000,
  requestId: 'r1',
};
const binding: ViewerBinding = {
  subgraph: 'companies',
  purpose: 'REQUEST',
  body: '{"query":"{a}"}',
};
const header = signViewer(viewer, binding, keys, now);

/** The header with its payload changed and the signature kept. */
function forged(change: (claims: Record<string, unknown>) => void): string {
  const [kid, payload = '', signature] = header.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<
    string,
    unknown
  >;
  change(claims);
  return `${kid}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`;
}

describe('a signed viewer', () => {
  it('arrives as it was sent', () => {
    expect(verifyViewer(header, binding, keys, now)).toEqual(viewer);
  });

  it.each<[string, Partial<ViewerBinding>]>([
    ['another subgraph', { subgraph: 'events' }],
    ['another body', { body: '{"query":"{b}"}' }],
    ['the start of a socket', { purpose: 'CONNECTION' }],
    ['an operation on a socket', { purpose: 'OPERATION' }],
  ])('does not open %s', (_, other) => {
    expect(verifyViewer(header, { ...binding, ...other }, keys, now)).toBeNull();
  });

  it('holds for the window and not a millisecond longer, either way', () => {
    expect(verifyViewer(header, binding, keys, now + viewerWindowMillis)).toEqual(viewer);
    expect(verifyViewer(header, binding, keys, now + viewerWindowMillis + 1)).toBeNull();
    expect(verifyViewer(header, binding, keys, now - viewerWindowMillis)).toEqual(viewer);
    expect(verifyViewer(header, binding, keys, now - viewerWindowMillis - 1)).toBeNull();
  });

  it('cannot be given more rights, time or another body by whoever carries it', () => {
    const changes: ((claims: Record<string, unknown>) => void)[] = [
      (claims) => (claims['viewer'] = { ...viewer, roles: ['OPERATOR'] }),
      (claims) => (claims['at'] = now + 1),
      (claims) => (claims['body'] = 'x'),
      (claims) => (claims['subgraph'] = 'events'),
    ];
    for (const change of changes)
      expect(verifyViewer(forged(change), binding, keys, now)).toBeNull();
  });

  it('is refused under a key that is not known, or known by another name', () => {
    expect(verifyViewer(header, binding, [{ kid: 'a', secret: `${secret}x` }], now)).toBeNull();
    expect(verifyViewer(header, binding, [{ kid: 'b', secret }], now)).toBeNull();
    const renamed = header.replace(/^a\./, 'b.');
    expect(verifyViewer(renamed, binding, [...keys, { kid: 'b', secret }], now)).toBeNull();
    expect(verifyViewer(header, binding, [], now)).toBeNull();
  });

  it('is verified by an older key while a newer one signs', () => {
    const rotated = [{ kid: 'new', secret: 'n'.repeat(leastSecretLength) }, ...keys];
    expect(verifyViewer(header, binding, rotated, now)).toEqual(viewer);
    expect(signViewer(viewer, binding, rotated, now)).toMatch(/^new\./);
  });

  it('is null for any text that no key signed', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^a\.[\w-]*\.[\w-]*$/)), (text) => {
        expect(verifyViewer(text, binding, keys, now)).toBeNull();
      }),
    );
    expect(verifyViewer(undefined, binding, keys, now)).toBeNull();
    expect(verifyViewer(`${header}.more`, binding, keys, now)).toBeNull();
  });

  it('is never signed twice alike', () => {
    expect(signViewer(viewer, binding, keys, now)).not.toBe(header);
  });
});

describe('a gate', () => {
  it('lets each header through once, even after its first window', () => {
    let time = now;
    const gate = viewerGate(
      'companies',
      () => keys,
      () => time,
    );
    const early = signViewer(viewer, binding, keys, now + viewerWindowMillis);
    expect(gate.admit(early, binding)).toEqual(viewer);
    expect(gate.admit(early, binding)).toBeNull();
    time = now + 2 * viewerWindowMillis;
    expect(gate.admit(early, binding)).toBeNull();
    expect(gate.admit(signViewer(viewer, binding, keys, time), binding)).toEqual(viewer);
  });

  it('does not use up a header that came with the wrong body', () => {
    const gate = viewerGate(
      'companies',
      () => keys,
      () => now,
    );
    expect(gate.admit(header, { ...binding, body: 'other' })).toBeNull();
    expect(gate.admit(header, binding)).toEqual(viewer);
  });

  it('takes new keys without a restart', () => {
    let current = keys;
    const gate = viewerGate(
      'companies',
      () => current,
      () => now,
    );
    current = [{ kid: 'new', secret: 'n'.repeat(leastSecretLength) }];
    expect(gate.admit(header, binding)).toBeNull();
    expect(gate.admit(signViewer(viewer, binding, current, now), binding)).toEqual(viewer);
  });
});

describe('keys', () => {
  it('are read from text, in order', () => {
    const other = 'o'.repeat(40);
    expect(readViewerKeys(`a:${secret}, b:${other}`)).toEqual([
      { kid: 'a', secret },
      { kid: 'b', secret: other },
    ]);
  });

  it.each([
    ['no kid', secret],
    ['a short secret', 'a:short'],
    ['the same kid twice', `a:${secret},a:${secret}`],
    ['a dot in a kid', `a.b:${secret}`],
  ])('are refused with %s', (_, value) => {
    expect(() => readViewerKeys(value)).toThrow(/must/);
  });
});

it('an operation is signed over what it does, however it was parsed', () => {
  const operation = { query: '{a}', variables: { b: [1, 'é', null] }, operationName: 'A' };
  const carried = JSON.parse(JSON.stringify({ ...operation, extensions: {} })) as object;
  expect(operationBody(carried)).toBe(operationBody(operation));
  expect(operationBody({ query: '{a}' })).toBe(operationBody({ query: '{a}', variables: {} }));
});

it('a visitor is nobody', () => {
  expect(visitor('r')).toEqual({
    userId: null,
    companies: [],
    roles: [],
    scopes: [],
    issuedAt: null,
    requestId: 'r',
  });
});

describe('when a request arrived', () => {
  const requestId = newId();
  const made = Number.parseInt(requestId.replaceAll('-', '').slice(0, 12), 16);
  const at = (millis: number): Date => new Date(made + millis);

  it('is told by its id, however long the way to the subgraph takes', () => {
    expect(arrivalOf({ requestId }, at(0))).toEqual(at(0));
    expect(arrivalOf({ requestId }, at(60_000))).toEqual(at(0));
  });

  it('is now where the id says nothing or a clock is wrong', () => {
    expect(arrivalOf({ requestId: 'r1' }, at(5))).toEqual(at(5));
    expect(arrivalOf({ requestId }, at(60_001))).toEqual(at(60_001));
    expect(arrivalOf({ requestId }, at(-1))).toEqual(at(-1));
  });
});
