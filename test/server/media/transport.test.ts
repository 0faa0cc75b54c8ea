import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arena } from './arena.ts';
import type { Peer } from './peer.ts';
import { stunAttribute, stunAttributes, stunCheck } from './stun-client.ts';

test('a valid check is answered with the address it came from; the first nomination connects', () => {
  const { core, events, stranger } = arena();
  const client = stranger('a');
  core.receive(client.check(false), client.endpoint);
  assert.deepEqual(events, []);
  assert.equal(client.inbox.stun[0]?.readUInt16BE(0), 0x0101);
  core.receive(client.check(true), client.endpoint);
  core.receive(client.check(true), client.endpoint);
  assert.deepEqual(events, ['connected a']);
  assert.equal(client.inbox.stun.length, 3);
});

test('checks of strangers, with a wrong password or cut short are dropped, counted and not answered', () => {
  const { core, stranger, dropped } = arena();
  const client = stranger('a');
  const username = `${client.spec.localUfrag}:${client.spec.remoteUfrag}`;
  const password = client.spec.localPwd;
  core.receive(stunCheck({ username: 'nobody:knows', password }), client.endpoint);
  core.receive(stunCheck({ username: `${client.spec.localUfrag}:another`, password }), client.endpoint);
  core.receive(stunCheck({ username, password: 'guess' }), client.endpoint);
  core.receive(client.check().subarray(0, 30), client.endpoint);
  assert.deepEqual(client.inbox.stun, []);
  assert.equal(dropped('UnknownUfrag'), 2);
  assert.equal(dropped('BadIntegrity'), 1);
  assert.equal(dropped('MalformedStun'), 1);
});

test('a check from port 0, which no datagram can be sent to, is dropped, counted and not answered', () => {
  const { core, stranger, dropped, events } = arena();
  const client = stranger('a');
  core.receive(client.check(), { address: '127.0.0.1', port: 0 });
  core.sendDtls('a', Buffer.from([22]));
  assert.deepEqual([client.inbox.stun, client.inbox.other, events], [[], [], []]);
  assert.equal(dropped('UnknownAddress'), 1);
});

test('a client that claims to be controlled is told 487, and is not connected by it', () => {
  const { core, stranger, events } = arena();
  const client = stranger('a');
  const username = `${client.spec.localUfrag}:${client.spec.remoteUfrag}`;
  const check = { username, password: client.spec.localPwd, useCandidate: true };
  core.receive(stunCheck({ ...check, role: 'controlled' }), client.endpoint);
  core.receive(stunCheck({ ...check, extra: [stunAttribute(0x7777, Buffer.alloc(4))] }), client.endpoint);
  const codes = client.inbox.stun.map((answer) => stunAttributes(answer).get(0x0009)?.subarray(2, 4).join(''));
  assert.deepEqual(codes, ['487', '420']);
  assert.deepEqual(events, []);
});

test('DTLS passes both ways once a check was valid, and not before', () => {
  const { core, events, stranger, dropped } = arena();
  const client = stranger('a');
  const hello = Buffer.from('16feff00', 'hex');
  core.receive(hello, client.endpoint);
  core.sendDtls('a', hello);
  assert.equal(dropped('UnknownAddress'), 1);
  core.receive(client.check(false), client.endpoint);
  core.receive(hello, client.endpoint);
  core.sendDtls('a', hello);
  assert.deepEqual(events, ['dtls a 16feff00']);
  assert.deepEqual(client.inbox.other, [hello]);
});

test('a client gets a hundred DTLS datagrams a second through, and again in the next', () => {
  const { core, events, stranger, dropped, pass } = arena();
  const client = stranger('a');
  core.receive(client.check(), client.endpoint);
  events.length = 0;
  for (let i = 0; i < 150; i++) core.receive(Buffer.from([22]), client.endpoint);
  assert.equal(events.length, 100);
  assert.equal(dropped('TooManyDtls'), 50);
  pass(1100);
  core.receive(Buffer.from([22]), client.endpoint);
  assert.equal(events.length, 101);
});

test('of sixteen addresses at most that a client has shown nothing of, the newest are kept, and the one it is sent to', () => {
  const { core, stranger, dropped, events } = arena();
  const client = stranger('a');
  for (let port = 1; port <= 18; port++) core.receive(client.check(false), { address: '127.0.0.9', port });
  for (const port of [2, 3]) core.receive(Buffer.from([22]), { address: '127.0.0.9', port });
  assert.equal(dropped('UnknownAddress'), 2);
  for (const port of [1, 4, 18]) core.receive(Buffer.from([22]), { address: '127.0.0.9', port });
  assert.equal(events.filter((event) => event.startsWith('dtls')).length, 3);
});

test('a publisher is not cut off by its own checks, sent again from a hundred addresses of somebody else', () => {
  const { core, from, publisher, subscriber, dropped } = arena();
  const [up, down] = [publisher('up'), subscriber('down')];
  for (let port = 1; port <= 100; port++) core.receive(up.check(), { address: '127.0.0.9', port });
  from(up, up.rtp({ ssrc: 7, sequence: 1 }));
  assert.deepEqual([down.inbox.rtp.length, dropped('UnknownAddress')], [1, 0]);
});

test('an address that has answered us is kept, too, however many come that have not', () => {
  const { core, from, publisher, subscriber, alsoAt } = arena();
  const [up, down] = [publisher('up'), subscriber('down')];
  const second = alsoAt(up, 7000);
  core.receive(up.check(false), second);
  core.receive(up.answer(), second);
  for (let port = 1; port <= 100; port++) core.receive(up.check(false), { address: '127.0.0.9', port });
  core.receive(up.rtp({ ssrc: 7, sequence: 1 }), second);
  from(up, up.rtp({ ssrc: 7, sequence: 2 }));
  assert.equal(down.inbox.rtp.length, 2);
});

test('a client that has answered from sixteen addresses of late gets no seventeenth before it can do without one', () => {
  const { core, connected, alsoAt, dropped, events, pass } = arena();
  const client = connected('a');
  const at = (port: number) => alsoAt(client, port);
  for (let port = 7001; port <= 7015; port++) {
    core.receive(client.check(false), at(port));
    core.receive(client.answer(), at(port));
  }
  core.receive(client.check(), at(7016));
  core.receive(Buffer.from([22]), at(7016));
  assert.equal(dropped('UnknownAddress'), 1);
  for (const seconds of [0, 10, 20, 30]) {
    core.receive(client.check(), client.endpoint);
    pass(seconds === 30 ? 1000 : 10_000);
  }
  core.receive(client.check(), at(7016));
  core.receive(Buffer.from([22]), at(7016));
  assert.equal(dropped('UnknownAddress'), 1);
  assert.equal(events.at(-1), 'dtls a 16');
});

test('a client that falls silent is closed after 15 seconds; checks keep it (C-13)', () => {
  const { core, events, stranger, pass } = arena();
  const [silent, alive] = [stranger('silent'), stranger('alive')];
  for (const client of [silent, alive]) core.receive(client.check(), client.endpoint);
  pass(10_000);
  core.receive(alive.check(), alive.endpoint);
  pass(5_100);
  assert.deepEqual(events, ['connected silent', 'connected alive', 'closed silent Silent']);
  assert.equal(core.snapshot().transports, 1);
});

test('a publisher that sends nothing but checks is ended after two minutes; one that sends is not, nor is a viewer (C-13)', () => {
  const { core, events, publisher, subscriber, pass } = arena();
  const [mute, viewer] = [publisher('mute'), subscriber('viewer')];
  const live = publisher('live');
  let sequence = 0;
  const checked = (seconds: number) => {
    for (let s = 0; s < seconds; s += 5) {
      for (const client of [mute, live, viewer]) core.receive(client.check(), client.endpoint);
      if (s % 100 === 0) core.receive(live.rtp({ ssrc: 7, sequence: sequence++ }), live.endpoint);
      pass(5000);
    }
  };
  checked(120);
  const ends = () => events.filter((event) => event.startsWith('closed'));
  assert.deepEqual(ends(), []);
  checked(10);
  assert.deepEqual(ends(), ['closed mute NoMedia']);
  checked(200);
  assert.deepEqual(ends(), ['closed mute NoMedia']);
});

test('a removed transport leaves nothing: neither its name nor its address is known', () => {
  const { core, stranger, dropped } = arena();
  const client = stranger('a');
  core.receive(client.check(), client.endpoint);
  core.removeTransport('a');
  core.receive(client.check(), client.endpoint);
  core.receive(Buffer.from([22]), client.endpoint);
  assert.equal(dropped('UnknownUfrag'), 1);
  assert.equal(dropped('UnknownAddress'), 1);
  assert.deepEqual(core.snapshot().silentForMs, {});
});

test('the end of a session stops its media at once: a viewer is sent nothing more, a publisher’s is nobody’s (C-13)', () => {
  const { core, from, pass, publisher, subscriber, dropped } = arena();
  const [up, leaving, staying] = [publisher('up'), subscriber('leaving'), subscriber('staying')];
  const media = (sequence: number) => from(up, up.rtp({ ssrc: 7, sequence }));
  const sent = ({ inbox: { rtp, rtcp, stun, other } }: Peer) => rtp.length + rtcp.length + stun.length + other.length;
  media(1);
  core.removeTransport('leaving');
  const before = sent(leaving);
  media(2);
  pass(2000);
  assert.equal(sent(leaving), before);
  assert.equal(staying.inbox.rtp.length, 2);
  core.removeTransport('up');
  const told = sent(up);
  media(3);
  pass(2000);
  assert.deepEqual([staying.inbox.rtp.length, sent(up), dropped('UnknownAddress')], [2, told, 1]);
});

test('calls about a transport that has gone do nothing', () => {
  const { core, stranger } = arena();
  const { keys } = stranger('a');
  core.removeTransport('a');
  core.removeTransport('a');
  core.setKeys('a', keys);
  core.sendDtls('a', Buffer.from([22]));
  core.publish('a', 'room', []);
  core.subscribe('a', 'room', []);
  core.removeRoom('room');
  assert.deepEqual(core.snapshot().rooms, {});
});

test('bytes that no protocol begins with are unknown', () => {
  const { core, stranger, dropped } = arena();
  const client = stranger('a');
  core.receive(client.check(), client.endpoint);
  for (const first of [4, 19, 64, 127, 192, 255]) core.receive(Buffer.from([first, 0, 0, 0]), client.endpoint);
  assert.equal(dropped('Unknown'), 6);
  core.receive(Buffer.alloc(0), client.endpoint);
  assert.equal(dropped('Unknown'), 7);
});

test('what goes before all else is what looks like RTP and comes from a publisher', () => {
  const { core, publisher, subscriber, stranger, dropped } = arena();
  const [up, down, other] = [publisher('up'), subscriber('down'), stranger('other')];
  const media = (of: Peer) => of.rtp({ ssrc: 7, sequence: 1 });
  for (const [datagram, { endpoint }] of [
    [up.check(), up],
    [Buffer.from([0x80, 200, 0, 0]), up],
    [Buffer.from([22, 0]), up],
    [Buffer.alloc(0), up],
    [media(down), down],
    [media(other), other],
  ] as const)
    assert.equal(core.receiveMedia(datagram, endpoint), false);
  assert.equal(down.inbox.rtp.length, 0);
  assert.equal(core.receiveMedia(media(up), up.endpoint), true);
  assert.equal(down.inbox.rtp.length, 1);
  assert.equal(core.receiveMedia(Buffer.from([0x80, 96]), up.endpoint), true);
  assert.equal(dropped('MalformedRtp'), 1);
});
