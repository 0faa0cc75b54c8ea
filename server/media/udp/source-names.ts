import type * as Ffi from 'node:ffi';
import { networkInterfaces } from 'node:os';
import { functionsOf } from '#server/node/functions-of.ts';
import type { Endpoint } from './address.ts';

const functions = { inet_ntop: { return: 'pointer', arguments: ['int32', 'pointer', 'pointer', 'uint32'] } } as const;

/** Of `struct sockaddr_in` and `sockaddr_in6`; the port in network order, the rest in the machine's. */
const at = { family: 0, port: 2, address4: 4, address6: 8, scope: 24 } as const;
const internet6 = 10;
const maxText = 46;
/** Those that are remembered: a power of two. */
const places = 1024;

/**
 * A function that reads where a datagram came from, out of memory with a `struct sockaddr_in6` or `sockaddr_in`, into the
 * same object each time. It makes a text only of an address that was not seen lately, so that media allocates none.
 */
export function sourceNames(ffi: typeof Ffi, name: Buffer): () => Endpoint {
  const words = new Uint32Array(name.buffer, name.byteOffset, name.length / Uint32Array.BYTES_PER_ELEMENT);
  const textOf = addressTexts(ffi, name);
  const known = new Uint32Array(places * words.length);
  const texts = Array.from({ length: places }, () => '');
  const from = { address: '', port: 0 };
  return () => {
    from.port = ((name[at.port] ?? 0) << 8) | (name[at.port + 1] ?? 0);
    const family = name[at.family] ?? 0;
    const count = family === internet6 ? words.length : at.address6 / Uint32Array.BYTES_PER_ELEMENT;
    let place = 0;
    for (let i = 1; i < count; i++) place = Math.imul(place ^ (words[i] ?? 0), 0x9e3779b1);
    place >>>= 22;
    const start = place * words.length;
    let isKnown = known[start] === family;
    for (let i = 1; i < count; i++) isKnown &&= known[start + i] === words[i];
    if (!isKnown) {
      known[start] = family;
      for (let i = 1; i < count; i++) known[start + i] = words[i] ?? 0;
      texts[place] = textOf(family);
    }
    from.address = texts[place] ?? '';
    return from;
  };
}

/** As dgram says them. */
function addressTexts(ffi: typeof Ffi, name: Buffer): (family: number) => string {
  const libc = functionsOf(ffi, functions);
  const text = Buffer.allocUnsafeSlow(maxText);
  const [from, to] = [ffi.getRawPointer(name), ffi.getRawPointer(text)];
  return (family) => {
    libc.inet_ntop(family, from + BigInt(family === internet6 ? at.address6 : at.address4), to, maxText);
    const plain = text.toString('latin1', 0, text.indexOf(0));
    const scope = family === internet6 ? name.readUInt32LE(at.scope) : 0;
    return scope === 0 ? plain : `${plain}%${interfaceName(scope)}`;
  };
}

const interfaceName = (scope: number): string | number =>
  Object.entries(networkInterfaces()).find(([, all]) => all?.some(({ scopeid }) => scopeid === scope))?.[0] ?? scope;
