import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { eventually } from '#test/harness/eventually.ts';
import { sdpOf, smallOffer } from './offers.ts';
import { post, problem, type Running, running, tokens } from './running.ts';
import { udpClient } from './udp-client.ts';

const whip = '/default/stage/whip';
const whep = '/default/stage/whep';
const authorization = `Bearer ${tokens.publish}`;
const type = 'application/trickle-ice-sdpfrag';

const fragment = (ufrag: string, mid = 'v') =>
  [
    `a=ice-ufrag:${ufrag}`,
    'a=ice-pwd:0123456789abcdef012345',
    'm=video 9 UDP/TLS/RTP/SAVPF 96',
    `a=mid:${mid}`,
    'a=candidate:1 1 udp 2122260223 192.0.2.4 50001 typ host',
    'a=end-of-candidates',
    '',
  ].join('\r\n');
/** The one of the small offer. */
const trickle = fragment('abcd');

describe('PATCH of a session', () => {
  let at: Running;
  let location = '';
  before(async () => {
    at = await running(
      'rooms: [{name: stage, publish: {codecs: [VP8, H264, Opus]}}, {name: silent, publish: {codecs: [VP8]}}]',
    );
  });
  after(() => at.stop());
  afterEach(() => at.fetch(location, { method: 'DELETE', headers: { authorization, 'If-Match': '"what"' } }));

  const session = async (sdp = smallOffer()) => {
    const response = await post(at, whip, sdp);
    assert.equal(response.status, 201);
    location = response.headers.get('location') ?? '';
    return response.headers.get('etag') ?? assert.fail('no ETag');
  };
  const patch = (body: string | undefined, headers: Record<string, string>) =>
    at.fetch(location, {
      method: 'PATCH',
      headers: { authorization, 'Content-Type': type, ...headers },
      ...(body !== undefined && { body }),
    });
  const refusal = async (response: Response, status: number, reason: string, says: RegExp) => {
    const { detail, ...body } = await problem(response);
    assert.deepEqual([response.status, body.status, body.type], [status, status, `urn:liveroom:problem:${reason}`]);
    assert.match(detail, says);
    assert.equal(response.headers.get('etag'), null);
    assert.equal((await at.fetch(location)).status, 204, 'the session is still there');
  };

  test('the answer to an offer has the strong ETag of its ICE, another for each session (C-18)', async () => {
    const first = await session();
    assert.match(first, /^"[\x21\x23-\x7e]{8,}"$/);
    await at.fetch(location, { method: 'DELETE', headers: { authorization } });
    assert.notEqual(await session(), first);
  });

  test('candidates under that ETag are 204, without a body and without an ETag (C-16, C-19, C-21)', async () => {
    const etag = await session();
    for (const body of [trickle, trickle.replace(' udp ', ' tcp '), trickle.replace('192.0.2.4', 'f3.local')])
      for (const contentType of [type, 'Application/Trickle-ICE-SDPfrag; charset=utf-8']) {
        const response = await patch(body, { 'If-Match': etag, 'Content-Type': contentType });
        assert.deepEqual([response.status, await response.text(), response.headers.get('etag')], [204, '', null]);
      }
  });

  test('a browser’s fragment names its section, and candidates may come in several requests at once (C-24)', async () => {
    const offer = sdpOf('chromium-publish');
    const [, ufrag = ''] = /a=ice-ufrag:(\S+)/.exec(offer) ?? [];
    const [, pwd = ''] = /a=ice-pwd:(\S+)/.exec(offer) ?? [];
    const etag = await session(offer);
    const body = fragment(ufrag, '0').replace(/(?<=pwd:)\S+/, pwd);
    const answers = await Promise.all(Array.from({ length: 8 }, () => patch(body, { 'If-Match': etag })));
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [204]);
  });

  test('without If-Match it is 428, with the ETag of another session 412 (C-20)', async () => {
    const other = await session();
    await at.fetch(location, { method: 'DELETE', headers: { authorization } });
    const etag = await session();
    await refusal(await patch(trickle, {}), 428, 'precondition-required', /If-Match/);
    await refusal(await patch(trickle, { 'If-Match': other }), 412, 'precondition-failed', /newest/);
    await refusal(await patch(trickle, { 'If-Match': `W/${etag}` }), 412, 'precondition-failed', /weak/);
    await refusal(await patch(trickle, { 'If-Match': etag.slice(1, -1) }), 412, 'precondition-failed', /quotes/);
  });

  test('another type of body is 415, what is no fragment 400, what is too large 413 (C-16)', async () => {
    const headers = { 'If-Match': await session() };
    for (const contentType of ['application/sdp', 'application/json', 'text/plain'])
      await refusal(
        await patch(trickle, { ...headers, 'Content-Type': contentType }),
        415,
        'unsupported-media-type',
        /sdpfrag/,
      );
    const bare = await at.fetch(location, { method: 'PATCH', headers: { authorization, ...headers } });
    await refusal(bare, 415, 'unsupported-media-type', /sdpfrag/);
    await refusal(await patch('', headers), 400, 'malformed-fragment', /empty/);
    await refusal(await patch('candidate:1', headers), 400, 'malformed-fragment', /Line 1/);
    await refusal(await patch('a=x\r\n'.repeat(14_000), headers), 413, 'too-large', /65536/);
    const offered = await post(at, whip, smallOffer(), { 'Content-Type': type });
    await refusal(offered, 415, 'unsupported-media-type', /application\/sdp/);
  });

  test('new credentials are 200 with ours, under an ETag that the next PATCH needs (C-17, C-18, C-22, C-24)', async () => {
    const etag = await session();
    const response = await patch(fragment('anew'), { 'If-Match': '*' });
    assert.deepEqual([response.status, response.headers.get('content-type')], [200, type]);
    const next = response.headers.get('etag') ?? '';
    assert.match(next, /^"[\x21\x23-\x7e]{8,}"$/);
    assert.notEqual(next, etag);
    const lines = (await response.text()).split('\r\n');
    const { port } = at.server.local.media;
    assert.deepEqual(
      lines.map((line) => line.replace(/(?<=^a=ice-(ufrag|pwd):).*/, '')),
      [
        'a=ice-lite',
        'a=ice-ufrag:',
        'a=ice-pwd:',
        'm=video 9 RTP/AVP 0',
        'a=mid:v',
        `a=candidate:1 1 udp 2130706431 127.0.0.1 ${port} typ host`,
        'a=end-of-candidates',
        '',
      ],
    );
    await refusal(await patch(trickle, { 'If-Match': etag }), 412, 'precondition-failed', /newest/);
    await refusal(await patch(trickle, { 'If-Match': '*' }), 412, 'precondition-failed', /before a restart/);
    assert.equal((await patch(fragment('anew'), { 'If-Match': next })).status, 204, 'candidates of the new one');
    assert.equal((await patch(fragment('third'), { 'If-Match': next })).status, 200, 'and so on');
  });

  test('a restart that cannot be is refused, other m-sections too, and the ICE of before holds on (C-23, C-35)', async () => {
    const etag = await session();
    const cut = fragment('anew').replace(/a=ice-pwd.*\r\n/, '');
    await refusal(await patch(cut, { 'If-Match': '*' }), 400, 'malformed-fragment', /a=ice-pwd is missing/);
    const restart = await patch(fragment('anew', 'w'), { 'If-Match': '*' });
    await refusal(restart, 422, 'unusable-fragment', /no a=mid:"w"; it has v/);
    const other = await patch(fragment('abcd', 'w'), { 'If-Match': etag });
    await refusal(other, 422, 'unusable-fragment', /no a=mid:"w"; it has v/);
    await refusal(await patch(smallOffer(), { 'If-Match': etag }), 422, 'unusable-fragment', /whole SDP/);
    assert.equal((await patch(trickle, { 'If-Match': etag })).status, 204);
  });

  test('a viewer whose first m-section is refused connects by what the next one says, and trickles and restarts there (C-08)', async () => {
    const sound = [
      'm=audio 9 UDP/TLS/RTP/SAVPF 111',
      'a=mid:a',
      'a=recvonly',
      'a=rtcp-mux',
      'a=rtpmap:111 opus/48000/2',
      'a=ice-ufrag:else',
      'a=ice-pwd:of-another-transport-22',
      `a=fingerprint:sha-256 ${Array(32).fill('CD').join(':')}`,
      'a=setup:actpass',
    ];
    const offers = (sdp: string) => sdp.replace('m=', `${['a=group:BUNDLE a v', ...sound].join('\r\n')}\r\nm=`);
    const publisher = await udpClient(at, '/default/silent/whip');
    await eventually('somebody publishes', publisher.isConnected);
    const viewer = await udpClient(at, '/default/silent/whep', { offers });
    try {
      await eventually('the viewer is connected', viewer.isConnected);
      location = viewer.location;
      const play = { authorization: `Bearer ${tokens.play}` };
      const etag = viewer.response.headers.get('etag') ?? '';
      assert.equal((await patch(trickle, { ...play, 'If-Match': etag })).status, 204);
      const restarted = await patch(fragment('anew'), { ...play, 'If-Match': '*' });
      assert.match(await restarted.text(), /\r\nm=video 9 RTP\/AVP 0\r\na=mid:v\r\na=candidate:/);
    } finally {
      for (const client of [viewer, publisher]) client.stop();
    }
  });

  test('an offer without names of m-sections is PATCHed without them (C-08, C-19, C-22)', async () => {
    const etag = await session(smallOffer((sdp) => sdp.replace('a=mid:v\r\n', '')));
    const nameless = (text: string) => text.replace(/a=mid.*\r\n/, '');
    assert.equal((await patch(nameless(trickle), { 'If-Match': etag })).status, 204);
    await refusal(await patch(trickle, { 'If-Match': etag }), 422, 'unusable-fragment', /no a=mid:"v"; it has none/);
    const restarted = await patch(nameless(fragment('anew')), { 'If-Match': '*' });
    assert.match(await restarted.text(), /\r\nm=video 9 RTP\/AVP 0\r\na=candidate:/);
  });

  test('it needs the token of its room and role, and a session that is there (C-25)', async () => {
    const headers = { 'If-Match': await session() };
    const [own, bare] = [location, await patch(trickle, { ...headers, authorization: '' })];
    assert.deepEqual(
      [bare.status, bare.headers.get('www-authenticate')],
      [401, 'Bearer realm="default/stage publish"'],
    );
    assert.equal((await patch(trickle, { ...headers, authorization: `Bearer ${tokens.play}` })).status, 401);
    assert.equal((await at.fetch(own, { method: 'DELETE' })).status, 401);
    location = own.replace('whip', 'whep');
    assert.equal((await patch(trickle, { ...headers, authorization: `Bearer ${tokens.play}` })).status, 404);
    location = own;
  });

  test('DELETE looks at no ETag, and what comes after it finds no session (C-12)', async () => {
    const etag = await session();
    const ended = await at.fetch(location, { method: 'DELETE', headers: { authorization, 'If-Match': '"other"' } });
    assert.equal(ended.status, 200);
    assert.equal((await patch(trickle, { 'If-Match': etag })).status, 404);
  });

  test('OPTIONS of a session names PATCH and the type of its body, and allows If-Match (C-14, C-15)', async () => {
    await session();
    const { headers } = await at.fetch(location, { method: 'OPTIONS' });
    assert.equal(headers.get('accept-patch'), type);
    assert.equal(headers.get('allow'), 'PATCH, DELETE, GET, HEAD, OPTIONS');
    assert.match(headers.get('access-control-allow-methods') ?? '', /PATCH/);
    assert.match(headers.get('access-control-allow-headers') ?? '', /If-Match, Link/);
    const put = await at.fetch(location, { method: 'PUT', headers: { authorization } });
    assert.deepEqual([put.status, put.headers.get('allow')], [405, 'PATCH, DELETE, GET, HEAD, OPTIONS']);
  });

  test('a viewer trickles too, while it connects: its media is not held up (C-19)', async () => {
    const publisher = await udpClient(at, whip);
    location = publisher.location;
    const viewer = await udpClient(at, whep);
    try {
      const response = await at.fetch(viewer.location, {
        method: 'PATCH',
        headers: {
          authorization: `Bearer ${tokens.play}`,
          'Content-Type': type,
          'If-Match': viewer.response.headers.get('etag') ?? '',
        },
        body: trickle,
      });
      assert.equal(response.status, 204);
      await eventually('both are connected', () => publisher.isConnected() && viewer.isConnected());
      await eventually('media arrives', () => {
        publisher.sendKeyFrame();
        return viewer.received() > 0;
      });
    } finally {
      viewer.stop();
      publisher.stop();
    }
  });
});
