/** What becomes of hellos: of whom nothing is known yet but that a check of his was signed. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { dtlsIdentity } from '#server/rtc/dtls/dtls.ts';
import { clientHello } from '#server/rtc/dtls/dtls-client-hello.ts';
import {
  contentType,
  dtlsRecords,
  encodedHandshake,
  encodedRecord,
  handshakeType,
} from '#server/rtc/dtls/dtls-record.ts';
import { hexCorpus } from '#test/fuzz/corpus.ts';
import { certificate } from '../dtls-client.ts';
import { meetingAsServer, outcome } from '../dtls-meeting.ts';

const identity = dtlsIdentity();

const helloOf = (body: Buffer): Buffer =>
  encodedRecord({
    ...{ type: contentType.handshake, epoch: 0, sequenceNumber: 0 },
    fragment: encodedHandshake(handshakeType.clientHello, 0, body),
  });

test('nobody is sent more than three times what came in his name, before he has shown that he reads it', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const [own, sent] = [await certificate(), [] as Uint8Array[]];
  const server = identity.accept(own.wanted, { send: (each) => sent.push(each), onKeys() {}, onEnd() {} });
  after(() => server.close());
  const hello = helloOf(clientHello(Buffer.alloc(32), Buffer.alloc(0)));
  const header = 28;
  const bytes = (datagrams: readonly Uint8Array[]) => datagrams.reduce((sum, { length }) => sum + header + length, 0);
  // The check before the hello, and our answer.
  const [check, answer] = [header + 92, header + 64];
  for (let count = 1; count <= 20; count++) {
    server.receive(hello);
    t.mock.timers.tick(3200);
    const came = check + count * bytes([hello]);
    const went = answer + bytes(sent);
    assert.ok(went <= 3 * came, `${went} for ${came} bytes`);
    assert.ok(sent.length >= count / 2, 'a client that repeats its hello is answered');
  }
});

test('a datagram that begins a hello many times is not answered as often: each answer is worked for', () => {
  const sent: Uint8Array[] = [];
  const server = identity.accept([], { send: (each) => sent.push(each), onKeys() {}, onEnd() {} });
  server.receive(helloOf(clientHello(Buffer.alloc(32), Buffer.alloc(0))));
  const empty = encodedHandshake(handshakeType.clientHello, 0, Buffer.alloc(0));
  const record = { type: contentType.handshake, epoch: 0, sequenceNumber: 1 };
  const many = encodedRecord({ ...record, fragment: Buffer.concat(new Array(160).fill(empty)) });
  for (let count = 0; count < 90; count++) server.receive(many);
  server.close();
  assert.ok(sent.length > 1 && sent.length <= 21, `${sent.length} answers`);
});

test('a hello that finds no place is answered when there is one again', async () => {
  const own = await certificate();
  const narrow = dtlsIdentity({ most: 1 });
  const answered = { first: 0, second: 0 };
  const accept = (who: keyof typeof answered) =>
    narrow.accept(own.wanted, { send: () => void answered[who]++, onKeys() {}, onEnd() {} });
  const [first, second] = [accept('first'), accept('second')];
  assert.equal(narrow.pending(), 0, 'nothing has begun');
  const hello = helloOf(clientHello(Buffer.alloc(32), Buffer.alloc(0)));
  for (const each of [first, second]) each.receive(hello);
  assert.deepEqual([answered, narrow.pending()], [{ first: 1, second: 0 }, 1]);
  first.close();
  second.receive(hello);
  assert.deepEqual([answered, narrow.pending()], [{ first: 1, second: 1 }, 1]);
  second.close();
  second.close();
  assert.equal(narrow.pending(), 0);
});

test('a handshake is pending from its first message until there are keys, or it has ended', async () => {
  const [own, other] = [await certificate(), await certificate()];
  for (const offered of [own, other]) {
    const seen: number[] = [];
    const met = meetingAsServer(identity, own, offered, {
      towardsThem: (datagram) => {
        seen.push(identity.pending());
        return [datagram];
      },
    });
    met.them.connect();
    await outcome(met);
    assert.deepEqual([seen[0], identity.pending()], [1, 0]);
  }
});

test('a hello of Chromium, which takes two datagrams, is answered in whatever order they come', async () => {
  const own = await certificate();
  const [first, second] = hexCorpus('dtls');
  assert.ok(first && second);
  for (const pieces of [
    [first, second],
    [second, first],
    [first, first, second, second],
  ]) {
    const flights: number[] = [];
    const send = (datagram: Uint8Array) => flights.push(dtlsRecords(datagram).length);
    const onEnd = (...why: readonly string[]) => assert.fail(why.join(': '));
    const server = identity.accept(own.wanted, { send, onKeys() {}, onEnd });
    for (const piece of pieces) server.receive(piece);
    server.close();
    assert.equal(flights[0], 5);
  }
});

test('a hello that we cannot take ends the handshake, and the client is told why', async () => {
  const own = await certificate();
  const sent: Uint8Array[] = [];
  let end: readonly string[] = [];
  const onEnd = (...why: readonly string[]) => {
    end = why;
  };
  const server = identity.accept(own.wanted, { send: (each) => sent.push(each), onKeys() {}, onEnd });
  const of10 = clientHello(Buffer.alloc(32), Buffer.alloc(0)).with(1, 0xff);
  server.receive(helloOf(Buffer.from(of10)));
  assert.deepEqual(end, ['HandshakeFailed', 'the client lacks DTLS 1.2']);
  const [alert] = sent.flatMap(dtlsRecords);
  assert.deepEqual([alert?.type, [...(alert?.fragment ?? [])]], [contentType.alert, [2, 70]]);
});
