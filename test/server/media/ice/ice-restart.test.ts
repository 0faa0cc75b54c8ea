import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RtcpPacketConverter, RtcpSourceDescriptionPacket } from 'werift';
import type { IceSpec } from '#server/media/plane.ts';
import { arena } from '../arena.ts';
import { keyFrame } from '../peer.ts';

const named = (name: string): IceSpec => ({
  localUfrag: `ours-${name}`,
  localPwd: `our ${name} password`,
  remoteUfrag: `their-${name}`,
  remotePwd: `their ${name} password`,
});
const [anew, later] = [named('anew'), named('later')];
const hello = Buffer.from([22]);

test('both ICE sessions are valid until a check of the new one nominates; then the old one is a stranger’s (C-22)', () => {
  const { core, events, connected, stranger, dropped } = arena();
  const [client, elsewhere] = [connected('a'), stranger('b')];
  core.restartIce('a', anew);
  core.receive(client.check(), client.endpoint);
  core.receive(client.check(false, anew), elsewhere.endpoint);
  core.sendDtls('a', hello);
  assert.deepEqual([client.inbox.other.length, elsewhere.inbox.other.length], [1, 0], 'media goes the old way');
  core.receive(client.check(true, anew), elsewhere.endpoint);
  core.receive(elsewhere.answer(anew.remotePwd), elsewhere.endpoint);
  core.sendDtls('a', hello);
  assert.deepEqual([client.inbox.other.length, elsewhere.inbox.other.length], [1, 1], 'media goes the new way');
  core.receive(client.check(), client.endpoint);
  assert.equal(dropped('UnknownUfrag'), 1);
  assert.deepEqual(events, ['connected a'], 'it was connected all the time');
});

test('media of the publisher goes on, before the new pair is found and after (C-22)', () => {
  const { core, from, publisher, subscriber, stranger } = arena();
  const [alice, bob, elsewhere] = [publisher('alice'), subscriber('bob'), stranger('elsewhere')];
  const send = (sequence: number) => alice.rtp({ ssrc: 7, sequence, payload: keyFrame });
  from(alice, send(1));
  core.restartIce('alice', anew);
  from(alice, send(2));
  from(elsewhere, alice.check(true, anew), send(3));
  from(alice, send(4));
  const [first = 0] = bob.inbox.rtp.map(({ header }) => header.sequenceNumber);
  assert.deepEqual(
    bob.inbox.rtp.map(({ header }) => header.sequenceNumber - first),
    [0, 1, 2, 3],
  );
});

test('an address that was asked in the ICE session of before is asked anew: an answer is signed by one of them', () => {
  const { core, connected, stranger, dropped } = arena();
  const [client, elsewhere] = [connected('a'), stranger('b')];
  core.receive(client.check(true), elsewhere.endpoint);
  core.restartIce('a', anew);
  core.receive(client.check(true, anew), elsewhere.endpoint);
  core.receive(elsewhere.answer(client.spec.remotePwd), elsewhere.endpoint);
  assert.equal(dropped('BadIntegrity'), 1);
  core.receive(elsewhere.answer(anew.remotePwd), elsewhere.endpoint);
  core.sendDtls('a', hello);
  assert.equal(elsewhere.inbox.other.length, 1);
});

test('a restart that nobody follows changes nothing: the client lives by its old checks (C-23)', () => {
  const { core, events, connected, pass } = arena();
  const client = connected('a');
  core.restartIce('a', anew);
  for (let seconds = 0; seconds < 60; seconds += 5) {
    core.receive(client.check(), client.endpoint);
    pass(5000);
  }
  assert.deepEqual(events, ['connected a']);
  pass(15_000);
  assert.deepEqual(events, ['connected a', 'closed a Silent']);
});

test('credentials of one session and of the other do not mix', () => {
  const { core, connected, dropped } = arena();
  const client = connected('a');
  core.restartIce('a', anew);
  const answers = client.inbox.stun.length;
  core.receive(client.check(true, { ...anew, remoteUfrag: client.spec.remoteUfrag }), client.endpoint);
  core.receive(client.check(true, { ...client.spec, remoteUfrag: anew.remoteUfrag }), client.endpoint);
  core.receive(client.check(true, { ...anew, localPwd: client.spec.localPwd }), client.endpoint);
  assert.equal(client.inbox.stun.length, answers);
  assert.deepEqual([dropped('UnknownUfrag'), dropped('BadIntegrity')], [2, 1]);
});

test('a second restart takes the place of the first, which nobody has followed', () => {
  const { core, connected, dropped } = arena();
  const client = connected('a');
  core.restartIce('a', anew);
  core.restartIce('a', later);
  core.receive(client.check(true, anew), client.endpoint);
  assert.equal(dropped('UnknownUfrag'), 1);
  core.receive(client.check(true, client.spec), client.endpoint);
  core.receive(client.check(true, later), client.endpoint);
  assert.equal(dropped('UnknownUfrag'), 1);
});

test('a client that was never connected may connect by either', () => {
  for (const ice of [undefined, anew]) {
    const { core, events, stranger } = arena();
    const client = stranger('a');
    core.restartIce('a', anew);
    core.receive(client.check(true, ice), client.endpoint);
    assert.deepEqual(events, ['connected a']);
  }
});

test('the end of a client leaves neither of its ICE sessions behind', () => {
  const { core, connected, dropped } = arena();
  const client = connected('a');
  core.restartIce('a', anew);
  core.removeTransport('a');
  core.restartIce('a', later);
  for (const ice of [client.spec, anew, later]) core.receive(client.check(true, ice), client.endpoint);
  assert.equal(dropped('UnknownUfrag'), 3);
});

test('reports bear the same name after a restart', () => {
  const { core, publisher, pass, from } = arena();
  const alice = publisher('alice');
  from(alice, alice.rtp({ ssrc: 7, sequence: 1 }));
  const cnames = () =>
    alice.inbox.compounds
      .flatMap((compound) => RtcpPacketConverter.deSerialize(compound))
      .flatMap((packet) => (packet instanceof RtcpSourceDescriptionPacket ? packet.chunks : []))
      .flatMap(({ items }) => items.map(({ text }) => text));
  pass(2000);
  core.restartIce('alice', anew);
  from(alice, alice.check(true, anew));
  pass(2000);
  assert.ok(cnames().length > 2);
  assert.deepEqual([...new Set(cnames())], [alice.spec.localUfrag]);
});
