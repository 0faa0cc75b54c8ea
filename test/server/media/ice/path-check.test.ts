import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { bindingRequest } from '#server/media/ice/stun.ts';
import { arena } from '../arena.ts';
import type { Peer } from '../peer.ts';
import { stunAttributes } from '../stun-client.ts';

const isCheck = (message: Buffer) => message.readUInt16BE(0) === 0x0001;
const checks = ({ inbox }: Peer) => inbox.stun.filter(isCheck);
const bytes = (datagrams: readonly Buffer[]) => datagrams.reduce((sum, { length }) => sum + length, 0);

/** A subscriber that gets media, and another address from which it may speak. */
function scene() {
  const { publisher, subscriber, stranger, ...rest } = arena();
  const [up, down, elsewhere] = [publisher('up'), subscriber('down'), stranger('elsewhere')];
  let sequence = 0;
  const media = () => rest.from(up, up.rtp({ ssrc: 7, sequence: ++sequence }));
  media();
  return { ...rest, stranger, up, down, elsewhere, media };
}

test('a client that joins is not checked: its first address is where it gets its keys', () => {
  const { down } = scene();
  assert.equal(checks(down).length, 0);
  assert.equal(down.inbox.rtp.length, 1);
});

test('media does not go to an address that only the client’s own check names, however often it names it', () => {
  const { core, down, elsewhere: victim, media, pass } = scene();
  for (let i = 0; i < 50; i++) {
    core.receive(down.check(true), victim.endpoint);
    media();
    pass(100);
  }
  const sent = [...victim.inbox.stun, ...victim.inbox.rtp.map((packet) => packet.serialize()), ...victim.inbox.other];
  assert.deepEqual([victim.inbox.rtp.length, victim.inbox.rtcp.length], [0, 0]);
  assert.equal(down.inbox.rtp.length, 51, 'it still gets it where it was');
  assert.ok(bytes(sent) <= 3 * 50 * down.check(true).length, `${bytes(sent)} bytes were sent to the victim`);
});

test('our check is one that a client answers: its user name, its password, a fingerprint, and no nomination', () => {
  const { core, down, elsewhere } = scene();
  core.receive(down.check(true), elsewhere.endpoint);
  const check = elsewhere.inbox.stun.find(isCheck);
  assert.ok(check !== undefined);
  const request = bindingRequest(check);
  assert.ok(typeof request === 'object');
  const { localUfrag, remoteUfrag, isControlled, useCandidate, integrityAt } = request;
  assert.deepEqual([localUfrag, remoteUfrag], [down.spec.remoteUfrag, down.spec.localUfrag]);
  assert.deepEqual([isControlled, useCandidate], [true, false]);
  const signed = Buffer.from(check.subarray(0, integrityAt));
  signed.writeUInt16BE(integrityAt + 24 - 20, 2);
  const hmac = createHmac('sha1', down.spec.remotePwd).update(signed).digest();
  assert.deepEqual(stunAttributes(check).get(0x0008), hmac);
});

test('a client that roams keeps its media: it moves with the answer to our check, a round trip after its own', () => {
  const { core, down, alsoAt, media, pass } = scene();
  const next = alsoAt(down, 7000);
  core.receive(down.check(true), next);
  pass(80);
  media();
  core.receive(down.answer(), next);
  media();
  assert.equal(down.inbox.rtp.length, 3);
  core.receive(down.check(true), down.endpoint);
  assert.equal(checks(down).length, 2, 'the way back is checked, too');
});

test('nobody keeps it from moving who sends its checks again meanwhile, from ten addresses', () => {
  const { core, down, alsoAt, media } = scene();
  const next = alsoAt(down, 7000);
  core.receive(down.check(true), next);
  const answer = down.answer();
  for (let port = 1; port <= 10; port++) core.receive(down.check(true), { address: '127.0.0.9', port });
  core.receive(answer, next);
  media();
  assert.equal(next.got.filter(([first = 0]) => first >= 128).length, 1);
});

test('an answer moves nothing back to an address that the client wanted before another', () => {
  const { core, down, alsoAt, media } = scene();
  const [second, third] = [alsoAt(down, 7000), alsoAt(down, 7001)];
  core.receive(down.check(true), second);
  const late = down.answer();
  core.receive(down.check(true), third);
  core.receive(down.answer(), third);
  core.receive(late, second);
  media();
  assert.deepEqual(
    [second, third].map(({ got }) => got.filter(([first = 0]) => first >= 128).length),
    [0, 1],
  );
});

test('an address that answered before the client wants it costs nothing more', () => {
  const { core, down, elsewhere, pass } = scene();
  core.receive(down.check(false), elsewhere.endpoint);
  core.receive(elsewhere.answer(down.spec.remotePwd), elsewhere.endpoint);
  core.sendDtls('down', Buffer.from([22]));
  assert.equal(elsewhere.inbox.other.length, 0, 'a check alone does not move it');
  core.receive(down.check(true), elsewhere.endpoint);
  core.sendDtls('down', Buffer.from([22]));
  assert.equal(elsewhere.inbox.other.length, 1);
  core.receive(down.check(true), down.endpoint);
  core.receive(down.answer(), down.endpoint);
  pass(31_000);
  core.receive(down.check(true), down.endpoint);
  core.receive(down.check(true), elsewhere.endpoint);
  core.sendDtls('down', Buffer.from([22]));
  assert.equal(elsewhere.inbox.other.length, 1, 'half a minute later it is asked again');
});

test('no answer but the right one counts: of another transaction, signed with another password, or cut', () => {
  const { core, down, elsewhere, dropped } = scene();
  core.receive(down.check(true), elsewhere.endpoint);
  const right = elsewhere.answer(down.spec.remotePwd);
  const other = elsewhere.answer(down.spec.remotePwd);
  other[12] = (other[12] ?? 0) ^ 1;
  core.receive(other, elsewhere.endpoint);
  core.receive(elsewhere.answer(down.spec.localPwd), elsewhere.endpoint);
  core.receive(right.subarray(0, -8), elsewhere.endpoint);
  core.receive(right, { address: '127.0.0.8', port: 9 });
  core.sendDtls('down', Buffer.from([22]));
  assert.deepEqual([elsewhere.inbox.other.length, down.inbox.other.length], [0, 1]);
  assert.deepEqual([dropped('BadIntegrity'), dropped('Unknown'), dropped('MalformedStun')], [1, 2, 1]);
});

test('an address that another client takes over is that client’s once it has answered there, and not before', () => {
  const { core, stranger, events } = arena();
  const [first, second] = [stranger('a'), stranger('b')];
  core.receive(first.check(), first.endpoint);
  core.receive(second.check(), first.endpoint);
  core.receive(Buffer.from([22]), first.endpoint);
  assert.equal(events.at(-1), 'dtls a 16', 'a forged source takes nothing from whom it belongs to');
  core.receive(first.answer(second.spec.remotePwd), first.endpoint);
  core.receive(Buffer.from([22]), first.endpoint);
  assert.equal(events.at(-1), 'dtls b 16');
  core.removeTransport('a');
  core.receive(Buffer.from([22]), first.endpoint);
  assert.equal(events.at(-1), 'dtls b 16', 'the end of the first takes nothing from the second');
});

test('a claim that nobody proves leaves nothing behind', () => {
  const { core, stranger, events, dropped } = arena();
  const [first, second] = [stranger('a'), stranger('b')];
  core.receive(first.check(), first.endpoint);
  core.receive(second.check(), first.endpoint);
  core.removeTransport('b');
  core.receive(first.answer(second.spec.remotePwd), first.endpoint);
  core.receive(Buffer.from([22]), first.endpoint);
  assert.equal(events.at(-1), 'dtls a 16');
  assert.equal(dropped('Unknown'), 1);
});

test('who claims the address of a viewer does not keep the viewer’s answers from being heard', () => {
  const { core, down, elsewhere, media, from, pass } = scene();
  pass(3050);
  assert.equal(checks(down).length, 1, 'a silent viewer is asked whether it is there');
  const answer = down.answer();
  core.receive(elsewhere.check(true), down.endpoint);
  from(down, answer);
  pass(4000);
  const before = down.inbox.rtp.length;
  media();
  assert.equal(down.inbox.rtp.length, before + 1);
});
