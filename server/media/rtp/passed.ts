/**
 * Header extensions that go from a publisher to the viewers that offered them, under each viewer's own ids. In between their
 * elements are kept behind one another with the packet, in a form of ours:
 *
 *   which of `passedNames` │ length │ value │ which │ length │ value …
 */
import { type DependencyNumbers, readDependencyNumbers } from '../frame/dependency-numbers.ts';
import type { ExtensionIds } from '../plane.ts';
import { extensionIn, type RtpHeader } from './rtp.ts';

export const passedNames = [
  'audioLevel',
  'playoutDelay',
  'dependencyDescriptor',
] as const satisfies readonly (keyof ExtensionIds)[];

/** Bytes of their values, at least and at most; others than these are left out. */
const sizes: Readonly<Record<(typeof passedNames)[number], readonly [number, number]>> = {
  audioLevel: [1, 1],
  playoutDelay: [3, 3],
  dependencyDescriptor: [3, 255],
};

/** Its place among them. */
export const descriptor = passedNames.indexOf('dependencyDescriptor');

const headSize = 2;
/** Of all elements of a packet together. */
export const maxElements = Object.values(sizes).reduce((sum, [, most]) => sum + headSize + most, 0);
export const noElements = Buffer.alloc(0);

/** Takes them out of a packet, as far as they go into so many bytes. What it returns is good until the next packet. */
export type TakeElements = (packet: Buffer, header: RtpHeader, most: number) => Buffer;

/** Undefined for a track that has none of them. Allocates: once for each track. */
export function takeElements(ids: ExtensionIds): TakeElements | undefined {
  const wanted = passedNames.flatMap((name, which) => {
    const id = ids[name];
    return id === undefined ? [] : [{ which, id, least: sizes[name][0], most: sizes[name][1] }];
  });
  if (wanted.length === 0) return undefined;
  const elements = Buffer.allocUnsafeSlow(maxElements);
  const views: (Buffer | undefined)[] = [];
  return (packet, header, most) => {
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
