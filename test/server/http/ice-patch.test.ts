import assert from 'node:assert/strict';
import { test } from 'node:test';
import { iceTag } from '#server/http/entity-tag.ts';
import { type IcePatch, type IceSession, icePatch } from '#server/http/ice-patch.ts';
import { statusOf } from '#server/http/problem.ts';
import { Refused } from '#server/room/refusal.ts';

const now: IceSession = {
  tag: '"now+/"',
  iceUfrag: 'user',
  icePwd: '0123456789abcdef012345',
  mids: ['0', '1'],
  former: ['past'],
};

const lines = (ufrag: string, ...more: readonly string[]) =>
  [`a=ice-ufrag:${ufrag}`, `a=ice-pwd:${now.icePwd}`, ...more, ''].join('\r\n');
const candidate = 'a=candidate:1 1 udp 2122260223 192.0.2.4 50001 typ host';
const audio = ['m=audio 9 UDP/TLS/RTP/SAVPF 111', 'a=mid:0'];
const trickle = lines(now.iceUfrag, ...audio, candidate);
const restart = lines('anew', ...audio, candidate);

const patch = (change: Partial<IcePatch>): IcePatch => ({
  contentType: 'application/trickle-ice-sdpfrag',
  ifMatch: now.tag,
  body: trickle,
  ...change,
});

const taken: Readonly<Record<string, readonly [Partial<IcePatch>, 'Trickle' | 'Restart', status: 200 | 204]>> = {
  'candidates under the tag of now (C-19)': [{}, 'Trickle', 204],
  'candidates under the tag of now among others (C-19)': [{ ifMatch: `"old", W/"x" ,${now.tag}` }, 'Trickle', 204],
  'candidates under *, as some clients send them (C-19)': [{ ifMatch: '*' }, 'Trickle', 204],
  'no candidates at all, but that there will be none (C-19)': [
    { body: lines(now.iceUfrag, 'a=end-of-candidates') },
    'Trickle',
    204,
  ],
  'candidates of which none is of use (C-21)': [
    { body: lines(now.iceUfrag, ...audio, candidate.replace('udp', 'tcp'), candidate.replace('192.0.2.4', 'a.local')) },
    'Trickle',
    204,
  ],
  'a content type with parameters, in capitals (C-16)': [
    { contentType: 'Application/Trickle-ICE-sdpfrag ; charset=utf-8' },
    'Trickle',
    204,
  ],
  'new credentials under * (C-22)': [{ ifMatch: ' * ', body: restart }, 'Restart', 200],
  'new credentials without a section (C-22)': [{ ifMatch: '*', body: lines('anew') }, 'Restart', 200],
  'new credentials under the tag that they make old (C-22)': [{ body: restart }, 'Restart', 200],
  'a new password alone (C-22)': [{ ifMatch: '*', body: trickle.replace('pwd:0', 'pwd:9') }, 'Restart', 200],
};
for (const [name, [change, action, status]] of Object.entries(taken))
  test(`a PATCH is done: ${name}`, () => {
    const done = icePatch(patch(change), now);
    assert.deepEqual([done.action, done.status], [action, status]);
  });

test('what a PATCH brings is handed on, without what is of no use', () => {
  const useless = candidate.replace('udp', 'tcp');
  const { fragment } = icePatch(patch({ ifMatch: '*', body: lines('anew', ...audio, useless, candidate) }), now);
  const { iceUfrag, mids, candidates } = fragment;
  assert.deepEqual([iceUfrag, mids, candidates.map(({ port }) => port)], ['anew', ['0'], [50001]]);
});

const refused: Readonly<Record<string, readonly [Partial<IcePatch>, status: number, says: RegExp]>> = {
  'an answer to a counter-offer, which there never is (C-16)': [
    { contentType: 'application/sdp', body: 'v=0' },
    415,
    /Content-Type: application\/trickle-ice-sdpfrag/,
  ],
  'no content type (C-16)': [{ contentType: undefined }, 415, /Content-Type/],
  'a content type that only begins so (C-16)': [{ contentType: 'application/trickle-ice-sdpfragment' }, 415, /body/],
  'no body (C-16)': [{ body: undefined }, 415, /as the body/],
  'an empty body (C-16)': [{ body: '' }, 400, /empty/],
  'a candidate that is none (C-16)': [
    { body: trickle.replace(' typ host', '') },
    400,
    /m-section 0 \(audio\): this is no candidate/,
  ],
  'no condition (C-20)': [
    { ifMatch: undefined },
    428,
    /"If-Match" with the ETag that came with the answer; or with \*/,
  ],
  'an empty condition (C-20)': [{ ifMatch: '' }, 428, /If-Match/],
  'no condition, and a body that is nothing either (C-20)': [{ ifMatch: undefined, body: '' }, 428, /If-Match/],
  'a tag of before (C-20)': [{ ifMatch: '"old"' }, 412, /newest/],
  'a tag of before, on a body that is nothing (C-20)': [{ ifMatch: '"old"', body: '' }, 412, /newest/],
  'a restart under a tag of before: it came twice (C-20, C-24)': [{ ifMatch: '"old"', body: restart }, 412, /newest/],
  'a tag that a proxy made weak (C-18, C-20)': [{ ifMatch: `W/${now.tag}` }, 412, /weak.*proxies/],
  'a tag without its quotes (C-18, C-20)': [{ ifMatch: 'now+/' }, 412, /quotes/],
  'a tag that the right one is but a part of (C-20)': [{ ifMatch: '"a now+/ b"' }, 412, /newest/],
  'candidates of before a restart, which come late under * (C-24)': [
    { ifMatch: '*', body: lines('past', ...audio, candidate) },
    412,
    /before a restart/,
  ],
  'an m-section that was never offered (C-35)': [
    { body: lines(now.iceUfrag, 'm=video 9 RTP/AVP 0', 'a=mid:2', candidate) },
    422,
    /no a=mid:"2"; it has 0, 1\. .*nothing that was agreed on/,
  ],
  'an m-section without its name, where there are names': [
    { body: lines(now.iceUfrag, 'm=audio 9 RTP/AVP 0', candidate) },
    400,
    /without a=mid\. It says which m-section/,
  ],
  'a whole offer (C-35)': [{ body: 'v=0\r\ns=-\r\n' }, 422, /new offer with POST/],
  'credentials that differ from section to section': [
    { body: lines(now.iceUfrag, ...audio, 'a=ice-ufrag:else') },
    422,
    /two a=ice-ufrag/,
  ],
};
for (const [name, [change, status, says]] of Object.entries(refused))
  test(`a PATCH is refused with what to do instead: ${name}`, () =>
    assert.throws(
      () => icePatch(patch(change), now),
      (error: unknown) => {
        assert.ok(error instanceof Refused, String(error));
        assert.equal(statusOf(error.refusal.reason), status);
        assert.match(error.refusal.detail, says);
        return true;
      },
    ));

test('the tag of an ICE session is strong, quoted, and another for each username fragment (C-18)', () => {
  assert.match(iceTag('aB3+/xyz'), /^"[\x21\x23-\x7e]+"$/);
  assert.notEqual(iceTag('aB3+/xyz'), iceTag('aB3+/xyy'));
});

test('requests that overtake each other never mix two ICE sessions, in whatever order they come (C-24)', () => {
  const first = now;
  const second: IceSession = { ...now, tag: '"then"', iceUfrag: 'anew', former: [...now.former, now.iceUfrag] };
  const late = [trickle, lines(now.iceUfrag, ...audio, 'a=end-of-candidates')];
  for (const ifMatch of [first.tag, '*'])
    for (const body of late) {
      assert.equal(icePatch(patch({ ifMatch, body }), first).action, 'Trickle');
      assert.throws(() => icePatch(patch({ ifMatch, body }), second), Refused, `${ifMatch} after the restart`);
    }
  const early = patch({ ifMatch: second.tag, body: restart });
  assert.throws(() => icePatch(early, first), Refused, 'before the restart');
  assert.equal(icePatch(early, second).action, 'Trickle');
});
