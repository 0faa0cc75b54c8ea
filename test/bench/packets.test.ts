import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { readRtcp } from '#server/media/rtp/rtcp.ts';
import { emptyFeedback, nextTransportFeedback } from '#server/media/rtp/transport-feedback.ts';
import { openRtcp, srtpSession } from '#server/media/srtp/srtp.ts';
import { numbers, packets } from './forwarding-packets.ts';
import { clientsOf, mirrored, type Viewer, viewer } from './plane-clients.ts';
import { reporting } from './reporting.ts';

const { up, downs } = clientsOf(1, 'Rtx');

test('packets tell their numbers, and one that is not what was sent is found out', () => {
  const made = packets(mirrored(up.keys), 7, 100);
  const packet = (number: number) => Buffer.concat(made(number));
  const numberOf = numbers(up.keys);
  assert.deepEqual(
    [70, 71, 77].map((number) => numberOf(packet(number))),
    [70, 71, 77],
  );
  assert.equal(numberOf(Buffer.from([0x80, 200, 0, 0])), undefined, 'a report');
  assert.equal(numberOf(Buffer.alloc(20)), undefined, 'a check');
  const broken = packet(1);
  broken.writeUInt8(broken.readUInt8(40) ^ 1, 40);
  assert.throws(() => numbers(up.keys)(broken), /is Forged/);
});

test('a viewer reports on what it is sent, and asks for some of it again', () => {
  const [down] = downs;
  assert.ok(down !== undefined);
  const sent: Buffer[] = [];
  const socket = new EventEmitter() as unknown as Viewer['socket'];
  const watching = { ...viewer(down, socket, 1), send: (datagram: Buffer) => void sent.push(datagram) };
  const { report, feedback } = reporting(watching, 2);
  report();
  feedback();
  assert.equal(sent.length, 0, 'nothing has come yet');
  const made = packets(mirrored(down.keys), watching.ssrc, 100, 3);
  for (const number of [18, 20]) socket.emit('message', Buffer.concat(made(number)));
  report();
  feedback();
  const session = srtpSession(down.keys);
  const [compound, later] = sent.map((datagram) => openRtcp(session, datagram));
  assert.ok(Buffer.isBuffer(compound) && Buffer.isBuffer(later), `${compound}`);
  const [reports, nack] = readRtcp(compound) ?? [];
  assert.ok(reports?.type === 'Reports' && reports.blocks[0]?.highestSequence === 20);
  assert.ok(nack?.type === 'Nack' && nack.mediaSsrc === watching.ssrc);
  assert.deepEqual(nack.sequences, [65_506, 65_507]);
  const told = emptyFeedback();
  assert.ok(nextTransportFeedback(later, 0, told) > 0);
  assert.deepEqual([told.baseSequence, told.count, told.statuses[1]], [18, 3, 0]);
});
