import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { eventually } from '#test/harness/eventually.ts';
import { reading } from './reading.ts';
import { running, tokens } from './running.ts';
import { udpClient } from './udp-client.ts';

const maxConnections = 6;
const halfRequest = `POST /default/stage/whip HTTP/1.1
Host: x
Authorization: Bearer ${tokens.publish}
Content-Type: application/sdp
Content-Length: 9

`.replaceAll('\n', '\r\n');
const authorization = `Bearer ${tokens.play}`;

test('who opens all connections that there may be is refused more, which is counted, and a viewer who is in goes on', async (t) => {
  const at = await running('rooms: [{name: stage}]', { maxConnections });
  t.after(() => at.stop());
  const publisher = await udpClient(at, '/default/stage/whip');
  const viewer = await udpClient(at, '/default/stage/whep');
  t.after(() => {
    publisher.stop();
    viewer.stop();
  });
  await eventually('both are in', () => publisher.isConnected() && viewer.isConnected());
  const made = await at.fetch(`${viewer.location}/events`, {
    method: 'POST',
    headers: { authorization, 'Content-Type': 'application/json' },
    body: '["viewercount"]',
  });
  const stream = reading(await at.fetch(made.headers.get('location') ?? '', { headers: { authorization } }));

  const connected = () =>
    connect(at.server.local.http.port, '127.0.0.1')
      .on('error', () => undefined)
      .resume();
  const attacker = Array.from({ length: 3 * maxConnections }, connected);
  await eventually('who asks is answered beside those who never do', async () => {
    const answer = await at.fetch('/default/stage/').catch(() => undefined);
    return answer?.status === 200;
  });
  const refused = async () => (await at.metric('live_http_connections_refused_total')) ?? 0;
  await eventually('more are refused, as an answer is under way on all', async () => {
    const socket = connected();
    socket.write(halfRequest);
    attacker.push(socket);
    return (await refused()) > 1;
  });
  const before = viewer.received();
  await eventually('the viewer sees more', () => {
    publisher.sendKeyFrame();
    return viewer.received() > before;
  });
  assert.equal(stream.isOver, false);

  for (const socket of attacker) socket.destroy();
  await eventually('there is room again', async () => {
    const answer = await at.fetch('/default/stage/').catch(() => undefined);
    return answer?.status === 200;
  });
});
