import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noDependency } from '#server/media/frame/dependency-numbers.ts';
import { maxElements, noElements, readDependency, takeElements } from '#server/media/rtp/passed.ts';
import { emptyHeader, readHeader } from '#server/media/rtp/rtp.ts';
import { hex } from '../frame/bit-writer.ts';

const ids = { mid: 1, audioLevel: 2, playoutDelay: 3, dependencyDescriptor: 4 };
const most = 1000;

/** What is taken of a packet with this extension, in words. */
function taken(extension: string, of: Parameters<typeof takeElements>[0] = ids, room = most): string {
  const packet = hex(`90600001 00000000 00000001 ${extension}`);
  const header = emptyHeader();
  assert.ok(readHeader(packet, header));
  return takeElements(of)(packet, header, room).toString('hex');
}

test('elements are kept by what they are, whatever their ids, order and form', () => {
  assert.equal(taken('bede 0003 10 61 32 000000 20 8a 42 c00001'), '00018a01030000000203c00001');
  assert.equal(taken('1000 0004 01 01 61 03 03 000000 04 03 c00001 000000'), '01030000000203c00001');
  assert.equal(taken('bede 0001 90 8a 00 00', { audioLevel: 9 }), '00018a');
});

test('what has another size than it may have is left out, and so is what there is no room for', () => {
  assert.equal(taken('bede 0003 21 8a8a 31 0000 41 c000 000000'), '');
  assert.equal(taken('bede 0003 20 8a 32 000000 42 c00001 00 00', ids, 7), '00018a');
  assert.equal(taken('bede 0001 10 61 00 00'), '');
});

test('of a packet without extension nothing is taken, nor of one whose track has none of them', () => {
  const packet = hex('80600001 00000000 00000001 ff');
  const header = emptyHeader();
  assert.ok(readHeader(packet, header));
  assert.equal(takeElements(ids)(packet, header, most), noElements);
  assert.equal(taken('bede 0001 10 61 00 00', { mid: 1, rid: 2, absSendTime: 3, transportWide: 4 }), '');
});

test('the largest elements there may be are taken whole', () => {
  const long = `04 ff ${'c0'.repeat(255)}`;
  const value = taken(`1000 0043 02 01 8a 03 03 000000 ${long} 00 00 00`);
  assert.equal(value.length, 2 * maxElements);
});

test('a delay of ours is added, as far as there is room, until the publisher says one itself', () => {
  const take = takeElements(ids);
  const header = emptyHeader();
  const takenOf = (extension: string, room: number): string => {
    const packet = hex(`90600001 00000000 00000001 ${extension}`);
    assert.ok(readHeader(packet, header));
    return take(packet, header, room, 0x0143e8).toString('hex');
  };
  assert.equal(takenOf('bede 0001 20 8a 00 00', most), '00018a01030143e8');
  assert.equal(takenOf('bede 0001 20 8a 00 00', 7), '00018a');
  assert.equal(takenOf('bede 0001 32 00a00b', most), '010300a00b');
  assert.equal(takenOf('bede 0001 20 8a 00 00', most), '00018a');
});

test('nothing is made anew for each packet', () => {
  const take = takeElements(ids);
  const packet = hex('90600001 00000000 00000001 bede 0001 20 8a 00 00');
  const header = emptyHeader();
  assert.ok(readHeader(packet, header));
  assert.equal(take(packet, header, most), take(packet, header, most));
});

test('the numbers of a frame are found behind other elements, and are gone with the next packet', () => {
  const found = noDependency();
  readDependency(hex('00018a 0103000000 0203 c50102'), found);
  assert.deepEqual([found.at, found.size, found.templateId, found.frameNumber], [10, 3, 5, 0x0102]);
  readDependency(hex('00018a'), found);
  assert.equal(found.at, 0);
});
