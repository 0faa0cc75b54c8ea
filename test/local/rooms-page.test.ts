import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { LiveRoomStatus } from '#crds/liveroom.ts';
import { routeOf } from '#local/node/routes.ts';
import { inFull, roomsPage, wrongWay } from '#local/rooms-page.ts';
import { aCondition } from '#test/operator/objects.ts';

const aRoom = (name: string, status: LiveRoomStatus = {}) => ({ metadata: { namespace: 'events', name }, status });
const ready = { conditions: [aCondition('Ready', 'True', 'Ready')] };
const pending = { conditions: [{ ...aCondition('Ready', 'False', 'PodPending'), message: 'Pod a is <starting>.' }] };

const unready = (reason: string) => ({ conditions: [aCondition('Ready', 'False', reason)] });
const suspended = unready('Suspended');

const looksAgain = (page: string) => page.includes('http-equiv="refresh"');
const links = (page: string) => [...page.matchAll(/<a href="([^"]+)">/g)].map(([, to]) => to);

describe('the page of rooms', () => {
  test('has links to where each is published to and watched, and its URLs for encoders and players', () => {
    const urls = { whipURL: 'http://a/events/one/whip', whepURL: 'http://a/events/one/whep' };
    const page = roomsPage([aRoom('one', { ...ready, ...urls }), aRoom('two', ready)]);
    const expected = ['/events/one/publish', '/events/one/', '/events/two/publish', '/events/two/'];
    assert.deepEqual(links(page), expected);
    for (const url of Object.values(urls)) assert.ok(page.includes(url), url);
  });
  test('says who is on the air, and how many watch', () => {
    const on = { ...ready, publisher: { connected: true } };
    const page = roomsPage([
      aRoom('a', { ...on, subscribers: 2 }),
      aRoom('b', { ...on, subscribers: 1 }),
      aRoom('c', ready),
    ]);
    for (const words of ['>On the air, 2 viewers<', '>On the air, 1 viewer<', '>Ready<'])
      assert.ok(page.includes(words), words);
    assert.ok(!looksAgain(page));
  });
  test('says of a room that is not Ready why not, and looks again', () => {
    const page = roomsPage([aRoom('slow', pending)]);
    assert.match(page, />Not Ready<.*Pod a is &lt;starting&gt;\./s);
    assert.ok(looksAgain(page));
    assert.match(roomsPage([aRoom('new')]), /The operator is starting\./);
  });
  test('says so where there is none, and looks whether there is one now', () => {
    const page = roomsPage([]);
    assert.match(page, /There is no room\./);
    assert.ok(looksAgain(page));
  });
  test('does not look again for a room that somebody has suspended', () => {
    assert.ok(!looksAgain(roomsPage([aRoom('off', suspended), aRoom('one', ready)])));
    assert.ok(looksAgain(roomsPage([aRoom('off', suspended), aRoom('slow', pending)])));
  });
  test('looks again for whoever has come to a room that is not Ready, be all others so', () => {
    const why = { route: routeOf('/events/one/'), status: 503, detail: 'No pod.', retryAfterSeconds: 1 } as const;
    const rooms = [aRoom('one', ready), aRoom('off', suspended)];
    assert.ok(looksAgain(roomsPage(rooms, wrongWay('/events/one/', why, rooms))));
    const off = { ...why, route: routeOf('/events/off/') };
    assert.ok(!looksAgain(roomsPage(rooms, wrongWay('/events/off/', off, rooms))));
  });
  test('does not look again for whoever has come to what is not there', () => {
    const why = { route: undefined, status: 404, detail: '' } as const;
    assert.ok(!looksAgain(roomsPage([aRoom('slow', pending)], wrongWay('/x', why, [aRoom('slow', pending)]))));
  });
  test('has commands for this cluster, be kubectl set to another', () => {
    const page = roomsPage([]);
    assert.match(page, /kubectl --kubeconfig \S+ apply.*kubectl --kubeconfig \S+ get secret/s);
    assert.doesNotMatch(page, /kubectl (?!--kubeconfig \.liveroom\/kubeconfig )/);
  });
  test('shows what it was asked for, and what a room lacks, as text alone', () => {
    const why = { status: 404, detail: '' } as const;
    const nothing = roomsPage([], wrongWay('/<b>"x&', { ...why, route: undefined }, []));
    assert.match(nothing, /There is nothing at \/&lt;b&gt;&quot;x&amp;\./);
    const rooms = [aRoom('slow', pending)];
    const slow = roomsPage(rooms, wrongWay('/events/slow/', { ...why, route: routeOf('/events/slow/') }, rooms));
    assert.match(slow, /Room events\/slow is not Ready\. Pod a is &lt;starting&gt;\./);
    for (const page of [nothing, slow]) assert.doesNotMatch(page, /<b>|<starting>/);
  });
  test('has them in the order of their names, in whichever they came', () => {
    const page = roomsPage(['b', 'c', 'a'].map((name) => aRoom(name, ready)));
    assert.deepEqual(
      [...page.matchAll(/<h2>(.*)<\/h2>/g)].map(([, name]) => name),
      ['events/a', 'events/b', 'events/c'],
    );
  });
});

describe('who comes to no pod', () => {
  const said = (path: string, status: 404 | 503) => {
    const why = { route: routeOf(path), status, detail: 'As the front door says.' };
    const wrong = wrongWay(path, why, [aRoom('one', ready), aRoom('slow', pending)]);
    return `${wrong.status} ${inFull(wrong)}`;
  };
  test('by a path that is none is told which there are', () =>
    assert.match(
      said('/one', 404),
      /^404 There is nothing at \/one\. .*\/{namespace}\/{room}\/publish.*\/ lists the rooms\.$/,
    ));
  test('asking for a room that is not there is told so, and which paths there are', () =>
    assert.match(said('/events/two/whip', 404), /^404 There is no room events\/two\. .*\/ lists the rooms\.$/));
  test('asking for a room that is not Ready is told why it is not, whether or not it has a Service', () => {
    for (const status of [404, 503] as const)
      assert.equal(said('/events/slow/', status), '503 Room events/slow is not Ready. Pod a is <starting>.');
  });
  test('is told to ask again soon where that helps, later where somebody has to act, and never if they want it off', () => {
    const after = (status: LiveRoomStatus) => {
      const why = { route: routeOf('/events/a/whip'), status: 503, detail: '', retryAfterSeconds: 1 } as const;
      return wrongWay('/events/a/whip', why, [aRoom('a', status)]).retryAfterSeconds;
    };
    const reasons = ['PodPending', 'NoReadyPod', 'ImagePullFailed', 'InvalidSecretRef', 'Suspended'];
    assert.deepEqual(reasons.map(unready).map(after), [1, 1, 5, 5, undefined]);
    assert.deepEqual([{}, ready].map(after), [1, 1]);
  });
  test('is told what the front door says where nobody knows which rooms there are', () => {
    const why = { route: routeOf('/events/two/'), status: 404, detail: 'There is no Service events/two.' } as const;
    assert.deepEqual(wrongWay('/events/two/', why, undefined), { status: 404, detail: why.detail });
  });
  test('asking for what is no room, or is Ready, is told what the front door says', () => {
    assert.equal(said('/events/prometheus/', 503), '503 As the front door says.');
    assert.equal(said('/events/one/', 503), '503 As the front door says.');
  });
});
