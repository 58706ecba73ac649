import fc from 'fast-check';

import { addressOf, networkOf } from './address.ts';

/** Addresses are equal when a URL writes them the same way. */
const canonical = (address: string) => new URL(`http://[${address}]/`).hostname;

describe('who counts as one client', () => {
  it('is the whole network of an IPv6 address', () => {
    fc.assert(
      fc.property(fc.ipV6(), fc.ipV6(), (one, other) => {
        const same = canonical(one) === canonical(other);
        expect(networkOf(one, 128) === networkOf(other, 128)).toBe(same);
      }),
    );
    const inOne = ['2001:db8:1:2::1', '2001:db8:1:2:ffff::', '2001:0DB8:0001:0002:0:0:0:9%eth0'];
    expect(new Set(inOne.map((each) => networkOf(each, 64))).size).toBe(1);
    expect(networkOf('2001:db8:1:3::1', 64)).not.toBe(networkOf('2001:db8:1:2::1', 64));
    expect(networkOf('2001:db8:1:3::1', 48)).toBe(networkOf('2001:db8:1:2::1', 48));
  });

  it('is an IPv4 address, however it is written', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        expect(networkOf(`::ffff:${address}`, 64)).toBe(address);
        expect(networkOf(address, 64)).toBe(address);
      }),
    );
    expect(networkOf('::ffff:cb00:7107', 64)).toBe('203.0.113.7');
  });
});

const from = (remoteAddress: string, trustedProxies: number, forwarded?: string) =>
  addressOf(
    {
      socket: { remoteAddress },
      headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
    },
    { trustedProxies, clientBits: 64 },
  );

describe('where a request comes from', () => {
  it('is what the outermost trusted proxy saw, and nothing that the client says', () => {
    const seen = (proxies: number) => from('10.0.0.1', proxies, 'invented, 203.0.113.7, 10.0.0.2');
    expect([0, 1, 2, 5].map(seen)).toEqual(['10.0.0.1', '10.0.0.2', '203.0.113.7', '10.0.0.1']);
    expect(from('::ffff:10.0.0.1', 1)).toBe('10.0.0.1');
    expect(from('10.0.0.1', 1, '')).toBe('10.0.0.1');
  });

  it('has no port', () => {
    expect(from('10.0.0.1', 1, '203.0.113.7:4711')).toBe('203.0.113.7');
    expect(from('10.0.0.1', 1, '[2001:db8::1]:4711')).toBe(from('2001:db8::2', 0));
  });
});
