import assert from 'node:assert/strict';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { text as textOf } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { internalPath, otherPodsText } from '#crds/contract.ts';
import { answerHeader, type PassedHead, requestHeader, sealedHead } from '#server/peers/envelope.ts';
import { podMark, sealedSessionId } from '#server/peers/session-ids.ts';
import { eventually } from '#test/harness/eventually.ts';
import { problem, tokens } from '../running.ts';
import { type Pair, pair, sealFor, stranger, uid } from './pair.ts';

const authorization = `Bearer ${tokens.play}`;
const whep = '/default/stage/whep';

/** Whoever sends our pods where they should not go, or speaks as one of them. */
describe('pods that pass requests on', () => {
  let on: Pair;
  before(async () => {
    on = await pair();
  });
  after(() => on.stop());

  const end = (path: string) => on.next.fetch(path, { method: 'DELETE', headers: { authorization } });
  const passedOn = (result: string) => on.next.metric(`live_requests_passed_on_total{result="${result}"}`);
  const takenOver = (result: string) => on.first.metric(`live_requests_taken_over_total{result="${result}"}`);
  const gone = async (response: Response) =>
    assert.deepEqual([response.status, (await problem(response)).type], [404, 'urn:liveroom:problem:unknown-session']);
  const seals = { request: sealFor('request'), answer: sealFor('answer') };
  const ownedAt = (port: number, pod: string = uid.first) => ({ address: '127.0.0.1', port, pod: podMark(pod) });
  /** What a pod would send to the first. */
  const headTo = (path: string, change: Partial<PassedHead> = {}): PassedHead => ({
    method: 'GET',
    path,
    headers: {},
    client: '192.0.2.7',
    to: podMark(uid.first),
    atMs: on.clock.now(),
    ...change,
  });
  const toFirst = (envelope: string, method = 'GET') =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const { port } = on.first.server.local.internal;
      const headers = { [requestHeader]: envelope };
      const asking = httpRequest({
        host: '127.0.0.1',
        port,
        path: internalPath.passedOn,
        method,
        headers,
        agent: false,
      });
      asking.once('response', resolve).once('error', reject).end();
    });

  test('go nowhere for an id that a client made, changed, or sealed with a key of its own', async () => {
    const aimed = await stranger((_, response) => response.end('stolen'));
    const own = sealFor('session', 'a-secret-of-an-attacker-who-has-none-of-ours');
    const real = (await on.join()).split('/').at(-1) ?? '';
    const cut = real.slice(0, -1);
    const ids = [
      sealedSessionId(ownedAt(aimed.port), own),
      `${cut}${real.endsWith('A') ? 'B' : 'A'}`,
      cut,
      'A'.repeat(67),
    ];
    for (const id of ids) await gone(await end(`${whep}/${id}`));
    assert.equal(aimed.heard.length, 0);
    assert.equal(await passedOn('Gone'), 0);
    await aimed.stop();
  });

  test('tell a stranger who has the owner’s address by now no token, and clients nothing that it says', async () => {
    const later = await stranger((_, response) => response.setHeader('content-type', 'text/html').end('<script>'));
    const id = sealedSessionId(ownedAt(later.port), sealFor('session'));
    await gone(await end(`${whep}/${id}`));
    const [heard] = later.heard;
    assert.equal(heard?.url, internalPath.passedOn);
    const said = JSON.stringify([heard?.url, heard?.rawHeaders]);
    for (const known of [tokens.play, id, 'stage', 'authorization']) assert.ok(!said.includes(known), said);
    await later.stop();
  });

  test('believe no proof of another answer', async () => {
    const proven = await toFirst(sealedHead(headTo(`${whep}/none`), seals).text);
    const proof = String(proven.headers[answerHeader]);
    assert.ok(proof.length > 40);
    const later = await stranger((_, response) => response.setHeader(answerHeader, proof).end('<script>'));
    await gone(await end(`${whep}/${sealedSessionId(ownedAt(later.port), sealFor('session'))}`));
    await later.stop();
  });

  test('take a request once, and none without a seal, too old, for another pod, or with another method', async () => {
    const location = await on.join();
    const { text } = sealedHead(headTo(location), seals);
    assert.deepEqual([(await toFirst(text)).statusCode, (await toFirst(text)).statusCode], [204, 400]);
    const old = sealedHead(headTo(location, { atMs: on.clock.now() - 31_000 }), seals).text;
    assert.equal((await toFirst(old)).statusCode, 503);
    assert.equal((await toFirst(sealedHead(headTo(location, { to: podMark(uid.next) }), seals).text)).statusCode, 404);
    for (const forged of [
      '',
      'AAAA',
      text.slice(0, -4),
      sealedHead(headTo(location, { method: 'DELETE' }), seals).text,
    ]) {
      const { statusCode, headers } = await toFirst(forged);
      assert.deepEqual([statusCode, headers[answerHeader]], [404, undefined]);
    }
    assert.deepEqual(await Promise.all(['Repeated', 'Stale', 'Misdirected', 'Forged'].map(takenOver)), [1, 1, 1, 4]);
    assert.equal((await on.first.fetch(location)).status, 204, 'the session is there');
  });

  test('pass on nothing that was passed on to them', async () => {
    const beyond = await stranger((_, response) => response.end('one hop too many'));
    const id = sealedSessionId(ownedAt(beyond.port, 'uid-of-a-third'), sealFor('session'));
    const answer = await toFirst(sealedHead(headTo(`${whep}/${id}`), seals).text);
    assert.equal(answer.statusCode, 404);
    assert.match(await textOf(answer), /unknown-session/);
    assert.equal(beyond.heard.length, 0);
    await beyond.stop();
  });

  test('read no body that is too large, whoever passes it on', async () => {
    const location = await on.join();
    const headers = { authorization, 'Content-Type': 'application/json' };
    const body = 'x'.repeat(100_000);
    const response = await on.next.fetch(`${location}/layer`, { method: 'POST', headers, body });
    assert.equal(response.status, 413);
  });

  test('go on waiting for a pod that may come back, and for none that is known to be no more: then 404 (RFC 9725)', async (t) => {
    const rude = await stranger(({ socket }) => socket.destroy());
    t.after(() => rude.stop());
    // TCP connects with no broadcast address.
    const away = { ...ownedAt(9), address: '255.255.255.255' };
    const ask = (owner = away) => end(`${whep}/${sealedSessionId(owner, sealFor('session'))}`);
    const told = (times: number) =>
      eventually(
        'it is told',
        () => on.next.log.filter(({ message }) => message === 'other pods changed').length === times,
      );
    await on.writeOthers(otherPodsText([uid.first, 'uid-of-a-third']));
    await told(1);
    const waiting = await ask();
    assert.deepEqual([waiting.status, waiting.headers.get('retry-after')], [503, '1']);
    await on.writeOthers(otherPodsText(['uid-of-a-third']));
    await told(2);
    await gone(await ask());
    await on.writeOthers(otherPodsText([]));
    await told(3);
    await gone(await ask());
    assert.equal(
      (await ask(ownedAt(rude.port))).status,
      503,
      'who takes a connection is there, whatever the list says',
    );
    const real = await on.join();
    assert.equal((await end(real)).status, 200, 'a list that is behind costs nobody a session that is there');
    await on.writeOthers(otherPodsText([uid.first]));
    await told(4);
  });

  test('wait for no one who takes the connection and says nothing: 504; nor for one who cuts it: 503', async () => {
    const mute = await stranger(() => undefined);
    const waiting = end(`${whep}/${sealedSessionId(ownedAt(mute.port), sealFor('session'))}`);
    await eventually('it is asked', () => mute.heard.length === 1);
    await eventually('it is given up', async () => {
      on.clock.advance(1000);
      return (await passedOn('TimedOut')) === 1;
    });
    const { status, headers } = await waiting;
    assert.deepEqual([status, headers.get('retry-after')], [504, '1']);
    await mute.stop();
    const rude = await stranger(({ socket }) => socket.destroy());
    const cut = await end(`${whep}/${sealedSessionId(ownedAt(rude.port), sealFor('session'))}`);
    assert.deepEqual([cut.status, (await problem(cut)).type], [503, 'urn:liveroom:problem:pod-unreachable']);
    await rude.stop();
  });
});
