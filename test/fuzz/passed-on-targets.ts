/** The readers of what is passed on beside media: elements of headers, and sound with redundancy. */
import assert from 'node:assert/strict';
import { noDependency, writeDependencyNumbers } from '#server/media/frame/dependency-numbers.ts';
import { emptyPacket, maxPayload } from '#server/media/rtp/packet-cache.ts';
import { maxElements, readDependency, takeElements } from '#server/media/rtp/passed.ts';
import { primaryOf, readBlocks, redundancy, writeBlockType } from '#server/media/rtp/red.ts';
import { emptyHeader, headerTemplate, readHeader } from '#server/media/rtp/rtp.ts';
import { descriptorCorpus } from '#test/server/media/frame/descriptor-corpus.ts';
import { redPayload } from '#test/server/media/rtp/red-packets.ts';
import { hexCorpus } from './corpus.ts';
import type { Target } from './target.ts';

/** No socket of ours gets more at once. */
const longestDatagram = 2048;
/** Ids of each form: 15 is none in the form of one byte. */
const ids = [3, 14, 15, 16, 200, 255];

/** What is passed on of a header: elements of sizes that may be, and no more than there is room for. */
function passedOn() {
  const header = emptyHeader();
  const takers = [100, maxElements].flatMap((room) =>
    ids.map((id) => ({ room, take: takeElements({ audioLevel: 1, playoutDelay: 2, dependencyDescriptor: id }) })),
  );
  const dependency = noDependency();
  return (packet: Buffer): unknown => {
    if (!readHeader(packet, header)) return undefined;
    return takers.map(({ room, take }) => {
      const elements = take(packet, header, room, 0x0143e8);
      assert.ok(elements.length <= room);
      readDependency(elements, dependency);
      const { at, size, templates } = dependency;
      assert.ok(at === 0 || (size >= 3 && at + size <= elements.length));
      if (at === 0) return [elements.toString('hex')];
      assert.ok(templates <= 64);
      writeDependencyNumbers(elements, at, dependency, 65_535, 63, 63);
      return [elements.toString('hex'), dependency.frameNumber, templates];
    });
  };
}

/** A byte that says whether there is padding, and a payload. */
function blocks() {
  const by = redundancy([{ name: 'audio/red', payloadType: 63, blockType: 111, clockRate: 48_000 }]);
  const packet = emptyPacket();
  return (datagram: Buffer): unknown => {
    const kind = datagram[0] ?? 0;
    Object.assign(packet, { payloadType: 63, hasPadding: kind >= 128, payload: datagram.subarray(1, 1 + maxPayload) });
    if (by === undefined || !readBlocks(packet, by)) return undefined;
    assert.ok(packet.blocks <= 16 && packet.primaryAt < packet.payload.length);
    assert.ok(packet.blocks > 0 || packet.payload.at(-1) === packet.payload.length);
    const { payload } = primaryOf(packet, by);
    assert.ok(payload.length > 0 && payload.equals(packet.payload.subarray(packet.primaryAt)));
    const found = [packet.blocks, packet.primaryAt];
    if (packet.blocks > 0) writeBlockType(packet, 111);
    assert.ok(readBlocks(packet, by));
    assert.deepEqual([packet.blocks, packet.primaryAt], found);
    return found;
  };
}

/** Headers that bring descriptors along, each in elements with a head of two bytes. */
const withDescriptors = [
  ...hexCorpus('rtp'),
  ...descriptorCorpus.map(
    (value) =>
      headerTemplate(1, [
        { id: 16, value },
        { id: 1, value: Buffer.of(0x8a) },
      ]).header,
  ),
];

export const passedOnTargets: readonly Target<Buffer>[] = [
  {
    name: 'what is passed on of headers',
    corpus: withDescriptors,
    most: longestDatagram,
    keeps: 20_000,
    open: passedOn,
  },
  {
    ...{ name: 'sound with redundancy', most: longestDatagram, open: blocks },
    corpus: [
      Buffer.concat([Buffer.of(0), redPayload(111, ['before last', 'last'], 'now')]),
      Buffer.concat([Buffer.of(128), redPayload(111, ['last'], 'now'), Buffer.of(0, 0, 3)]),
      Buffer.concat([Buffer.of(0), redPayload(111, [], 'now')]),
    ],
  },
];
