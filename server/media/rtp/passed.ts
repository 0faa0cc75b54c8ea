/**
 * Header extensions that go from a publisher to the viewers that offered them, under each viewer's own ids. In between their
 * elements are kept behind one another with the packet, in a form of ours:
 *
 *   which of `passedNames` │ length │ value │ which │ length │ value …
 */
import { type DependencyNumbers, readDependencyNumbers } from '../frame/dependency-numbers.ts';
import type { ExtensionIds } from '../plane.ts';
import { playoutDelaySize, writePlayoutDelay } from './playout-delay.ts';
import { extensionIn, type RtpHeader } from './rtp.ts';

export const passedNames = [
  'audioLevel',
  'playoutDelay',
  'dependencyDescriptor',
] as const satisfies readonly (keyof ExtensionIds)[];

/** Bytes of their values, at least and at most; others than these are left out. */
const sizes: Readonly<Record<(typeof passedNames)[number], readonly [number, number]>> = {
  audioLevel: [1, 1],
  playoutDelay: [playoutDelaySize, playoutDelaySize],
  dependencyDescriptor: [3, 255],
};

/** Their places among them. */
export const descriptor = passedNames.indexOf('dependencyDescriptor');
export const playoutDelay = passedNames.indexOf('playoutDelay');

const headSize = 2;
/** Of all elements of a packet together. */
export const maxElements = Object.values(sizes).reduce((sum, [, most]) => sum + headSize + most, 0);
export const noElements = Buffer.alloc(0);

/**
 * Takes them out of a packet, as far as they go into so many bytes, and adds a playout delay of ours (playout-delay.ts; -1:
 * none), unless the publisher has ever said one itself. What it returns is good until the next packet.
 */
export type TakeElements = (packet: Buffer, header: RtpHeader, most: number, delay?: number) => Buffer;

/** Allocates: once for each track. */
export function takeElements(ids: ExtensionIds): TakeElements {
  const wanted = passedNames.flatMap((name, which) => {
    const id = ids[name];
    return id === undefined ? [] : [{ which, id, least: sizes[name][0], most: sizes[name][1] }];
  });
  let isSaidByPublisher = false;
  const elements = Buffer.allocUnsafeSlow(maxElements);
  const views: (Buffer | undefined)[] = [];
  return (packet, header, most, delay = -1) => {
    let end = 0;
    for (const element of wanted) {
      const found = extensionIn(packet, header, element.id);
      const size = found % 256;
      if (found < 0 || size < element.least || size > element.most || end + headSize + size > most) continue;
      const start = Math.floor(found / 256);
      elements[end] = element.which;
      elements[end + 1] = size;
      packet.copy(elements, end + headSize, start, start + size);
      end += headSize + size;
      if (element.which === playoutDelay) isSaidByPublisher = true;
    }
    if (delay >= 0 && !isSaidByPublisher && end + headSize + playoutDelaySize <= most) {
      elements[end] = playoutDelay;
      elements[end + 1] = playoutDelaySize;
      writePlayoutDelay(elements, end + headSize, delay);
      end += headSize + playoutDelaySize;
    }
    if (end === 0) return noElements;
    const view = views[end] ?? elements.subarray(0, end);
    views[end] = view;
    return view;
  };
}

/** Finds what they say of the frame. */
export function readDependency(elements: Buffer, into: DependencyNumbers): void {
  into.at = 0;
  for (let at = 0; at < elements.length; ) {
    const size = elements[at + 1] ?? 0;
    if (elements[at] === descriptor) readDependencyNumbers(into, elements, at + headSize, size);
    at += headSize + size;
  }
}
