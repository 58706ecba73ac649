/** Who counts as one client, where nobody is signed in: an address, or the network that one household has. */
import type { IncomingMessage } from 'node:http';
import { isIPv4, isIPv6 } from 'node:net';

import type { GatewayConfig } from '../config.ts';

/** What of a request tells where it comes from. */
export type Sent = Pick<IncomingMessage, 'headers'> & {
  socket: { remoteAddress?: string | undefined };
};

/**
 * The client that a request comes from. Behind proxies it is what the outermost trusted one saw: the last entries of
 * `x-forwarded-for` are theirs, those before are whatever the client likes to say.
 */
export function addressOf(
  { socket, headers }: Sent,
  { trustedProxies, clientBits }: Pick<GatewayConfig, 'trustedProxies' | 'clientBits'>,
): string {
  const direct = socket.remoteAddress ?? 'unknown';
  const forwarded = [headers['x-forwarded-for'] ?? []]
    .flat()
    .flatMap((each) => each.split(','))
    .map((each) => each.trim());
  const seen = trustedProxies === 0 ? undefined : forwarded.at(-trustedProxies);
  return networkOf(withoutPort(seen || direct), clientBits);
}

/** Some proxies name the port too: `203.0.113.7:4711`, `[2001:db8::1]:4711`. */
function withoutPort(address: string): string {
  const [, inner] = /^\[([^\]]*)\](?::\d+)?$/.exec(address) ?? [];
  if (inner !== undefined) return inner;
  const [, before = ''] = /^([^:]*):\d+$/.exec(address) ?? [];
  return isIPv4(before) ? before : address;
}

/** Bits of an IPv6 address. */
const allBits = 128;

/**
 * What an address is counted as: itself, or of IPv6 its first bits, since who has one such address has the whole network
 * behind them. An IPv4 address in the form of IPv6 is the IPv4 address.
 */
export function networkOf(address: string, clientBits: number): string {
  const [bare = ''] = address.split('%');
  if (!isIPv6(bare)) return address.slice(0, longest);
  const value = valueOf(bare);
  if (value >> 32n === mapped)
    return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 0xffn).join('.');
  const kept = value >> BigInt(allBits - clientBits);
  return `${kept.toString(16)}/${clientBits}`;
}

/** What stands before an IPv4 address in the form of IPv6. */
const mapped = 0xffffn;

/** What is no address is text of a proxy's. */
const longest = 64;

function valueOf(address: string): bigint {
  const [head = '', tail] = address.split('::');
  const [before, after] = [groupsOf(head), groupsOf(tail ?? '')];
  const zeros = Array<bigint>(8 - before.length - after.length).fill(0n);
  return [...before, ...zeros, ...after].reduce((value, group) => (value << 16n) | group, 0n);
}

/** Groups of sixteen bits; the last two may be written as an IPv4 address. */
function groupsOf(text: string): bigint[] {
  return text.split(':').flatMap((each) => {
    if (each === '') return [];
    if (!isIPv4(each)) return [BigInt(`0x${each}`)];
    const [a = 0, b = 0, c = 0, d = 0] = each.split('.').map(Number);
    return [BigInt(a * 256 + b), BigInt(c * 256 + d)];
  });
}
