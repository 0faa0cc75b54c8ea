import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { smallOffer, smallPlayOffer } from './offers.ts';
import { post, type Running, running, tokens } from './running.ts';
import { udpClient } from './udp-client.ts';

const whip = '/default/stage/whip';
const whep = '/default/stage/whep';

/** Until what is asked before a body is read has been asked. */
const headMs = 200;

describe('what has changed while a body was on its way', () => {
  let at: Running;
  beforeEach(async () => {
    at = await running('rooms: [{name: stage}]');
  });
  afterEach(() => at.stop());

  /** A POST whose body comes to its end when it is told. */
  const begun = async (path: string, token: string, type: string, body: string) => {
    const { readable, writable } = new TransformStream<Uint8Array>();
    const headers = { authorization: `Bearer ${token}`, 'content-type': type };
    const answer = at.fetch(path, { method: 'POST', headers, body: readable, duplex: 'half' } as RequestInit);
    const writer = writable.getWriter();
    await writer.write(Buffer.from(body.slice(0, 1)));
    await pause(headMs);
    return async () => {
      await writer.write(Buffer.from(body.slice(1)));
      await writer.close();
      return answer;
    };
  };

  test('an event stream is not made for a session that has ended', async () => {
    const publisher = await udpClient(at, whip);
    const viewer = await post(at, whep, smallPlayOffer());
    const session = viewer.headers.get('location') ?? '';
    const finish = await begun(`${session}/events`, tokens.play, 'application/json', '["active"]');
    await at.fetch(session, { method: 'DELETE', headers: { authorization: `Bearer ${tokens.play}` } });
    assert.equal((await finish()).status, 404);
    publisher.stop();
  });

  test('a session is not made at a server that has begun to drain (C-29)', async () => {
    const stays = await udpClient(at, whip);
    const finish = await begun(whip, tokens.publish, 'application/sdp', smallOffer());
    const drained = at.server.drain();
    const refused = await finish();
    assert.deepEqual([refused.status, refused.headers.get('retry-after')], [503, '1']);
    await at.fetch(stays.location, { method: 'DELETE', headers: { authorization: `Bearer ${tokens.publish}` } });
    await drained;
    stays.stop();
  });
});
