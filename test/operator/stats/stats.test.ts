import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { afterEach, test } from 'node:test';
import { port } from '#crds/contract.ts';
import type { PodStats } from '#crds/pod-stats.ts';
import type { Pod } from '#operator/kube.ts';
import { stats } from '#operator/stats/stats.ts';
import { eventually } from '#test/harness/eventually.ts';
import { aPod, storedRoom } from '../objects.ts';
import { room, said } from './answers.ts';

const undo: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

/** An address of this machine's own where nobody else has port 9090. */
const podIP = '127.77.0.9';
const pod = (): Pod => aPod('a', { status: { podIP, conditions: [{ type: 'Ready', status: 'True' }] } });
const publisher = { since: '2026-11-01T13:30:00Z', sendsMedia: true };

/** A pod whose answers are `say`'s, asked every 10 ms; counts the news and the answers. */
async function asked(say: () => { status?: number; body: unknown }) {
  let answers = 0;
  let news = 0;
  const server: Server = createServer((_, response) => {
    const { status = 200, body } = say();
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    answers++;
  });
  await new Promise<void>((resolve) => server.listen(port.internal, podIP, resolve));
  const polled = stats({ pods: () => [pod()], onNews: () => void news++, everyMs: 10 });
  undo.push(() => new Promise((resolve) => server.close(resolve)), polled.stop);
  const rounds = async (more: number) => {
    const wanted = answers + more;
    await eventually(`${more} more answers`, () => answers >= wanted);
  };
  return { polled, rounds, news: () => news };
}

test('before the first answer nothing is known', async () => {
  const polled = stats({ pods: () => [], onNews: () => undefined });
  undo.push(polled.stop);
  assert.equal(polled.audience(pod(), storedRoom()), 'Unasked');
});

/** Whether the room's publisher is on the pod. */
const isLive = ({ audience }: ReturnType<typeof stats>): boolean => {
  const said = audience(pod(), storedRoom());
  return typeof said === 'object' && said.room?.publisher !== undefined;
};

test('a publisher is news at once, and so is its going', async () => {
  let rooms = [room()];
  const { polled, rounds, news } = await asked(() => ({ body: said(...rooms) }));
  await rounds(3);
  assert.equal(news(), 1);
  assert.ok(!isLive(polled));
  rooms = [room({ publisher })];
  await rounds(3);
  assert.equal(news(), 2);
  assert.ok(isLive(polled));
  rooms = [room({ publisher: { ...publisher, sendsMedia: false } })];
  await rounds(3);
  assert.equal(news(), 3);
  rooms = [];
  await rounds(3);
  assert.equal(news(), 4);
  assert.deepEqual(polled.audience(pod(), storedRoom()), { room: undefined });
});

test('when a pod ends its drain is told with what it says of a room', async () => {
  let drainEndsAt = '2026-11-01T14:09:00Z';
  const { polled, rounds } = await asked(() => ({ body: { ...said(room()), draining: true, drainEndsAt } }));
  await rounds(3);
  const drainEndsMs = Date.parse(drainEndsAt);
  assert.deepEqual(polled.audience(pod(), storedRoom()), { room: room(), drainEndsMs });
  drainEndsAt = 'soon';
  await rounds(3);
  assert.deepEqual(polled.audience(pod(), storedRoom()), { room: room() });
});

test('that a token has gone is news', async () => {
  let rooms = [room()];
  const { polled, rounds, news } = await asked(() => ({ body: said(...rooms) }));
  await rounds(3);
  rooms = [room({ tokensMissing: ['play'] })];
  await rounds(3);
  assert.equal(news(), 2);
  assert.deepEqual(polled.audience(pod(), storedRoom()), { room: room({ tokensMissing: ['play'] }) });
});

test('a pod can be asked out of turn, and one that does not answer is no error', async () => {
  let rooms = [room()];
  const server = createServer((_, response) => response.end(JSON.stringify(said(...rooms))));
  await new Promise<void>((resolve) => server.listen(port.internal, podIP, resolve));
  const polled = stats({ pods: () => [pod()], onNews: () => undefined, everyMs: 3_600_000 });
  undo.push(polled.stop, () => new Promise((resolve) => server.close(resolve)));
  await eventually('the first round', () => polled.audience(pod(), storedRoom()) !== 'Unasked');
  rooms = [room({ publisher })];
  assert.ok(!isLive(polled));
  await polled.askNow(pod());
  assert.ok(isLive(polled));
  await polled.askNow(aPod('without-address'));
});

test('an answer that is late does not take the place of one to a later question', async () => {
  const late = Promise.withResolvers<PodStats>();
  const answers = [late.promise, Promise.resolve(said(room({ publisher })))];
  const asked: boolean[] = [];
  const polled = stats({
    pods: () => [pod()],
    onNews: () => undefined,
    ask: async () => (await answers.shift()) ?? assert.fail('it is asked once more'),
    onAsked: ({ failed }) => asked.push(failed),
    everyMs: 3_600_000,
  });
  undo.push(polled.stop);
  await eventually('the first question', () => answers.length === 1);
  await polled.askNow(pod());
  assert.ok(isLive(polled));
  // Sent before the publisher came.
  late.resolve(said(room()));
  await eventually('the late answer', () => asked.length === 2);
  assert.ok(isLive(polled));
});

test('a pod that drains is asked as before: people are on it', async () => {
  const server = createServer((_, response) => response.end(JSON.stringify(said(room({ publisher })))));
  await new Promise<void>((resolve) => server.listen(port.internal, podIP, resolve));
  const draining = aPod('a', { isDeleted: true, status: { podIP } });
  const polled = stats({ pods: () => [draining], onNews: () => undefined, everyMs: 10 });
  undo.push(() => new Promise((resolve) => server.close(resolve)), polled.stop);
  await eventually('an answer', () => polled.audience(draining, storedRoom()) !== 'Unasked');
  assert.deepEqual(polled.audience(draining, storedRoom()), { room: room({ publisher }) });
});

test('a few subscribers more are no news, a tenth is', async () => {
  let subscribers = 100;
  const { polled, rounds, news } = await asked(() => ({ body: said(room({ subscribers })) }));
  await rounds(3);
  subscribers = 109;
  await rounds(3);
  assert.equal(news(), 1);
  subscribers = 110;
  await rounds(3);
  assert.equal(news(), 2);
  assert.deepEqual(polled.audience(pod(), storedRoom()), { room: room({ subscribers: 110 }) });
});

const bad = { 'an error': { status: 500, body: {} }, 'something else': { body: { rooms: [{ name: 1 }] } } };
for (const [name, answer] of Object.entries(bad))
  test(`a pod that answers ${name} three times is silent, and heard again later`, async () => {
    let isBad = true;
    const { polled, rounds, news } = await asked(() => (isBad ? answer : { body: said(room()) }));
    await rounds(4);
    assert.equal(polled.audience(pod(), storedRoom()), 'Silent');
    assert.equal(news(), 1);
    isBad = false;
    await rounds(3);
    assert.deepEqual(polled.audience(pod(), storedRoom()), { room: room() });
  });

test('looks for pods only once it has been made', async () => {
  let isMade = false;
  const polled = stats({
    pods() {
      assert.ok(isMade);
      return [];
    },
    onNews: () => undefined,
  });
  isMade = true;
  await polled.stop();
});

test('no more pods are asked in a second than may be, and those with people on them come first', async () => {
  const live = new Set(['live-0', 'live-1']);
  const pods = [...Array.from({ length: 200 }, (_, i) => `idle-${i}`), ...live].map((name) => aPod(name));
  const asked: { readonly name: string; readonly atMs: number }[] = [];
  const ask = async ({ metadata: { name } }: Pod) => {
    asked.push({ name, atMs: performance.now() });
    return said(room(live.has(name) ? { publisher } : {}));
  };
  const polled = stats({
    ...{ pods: () => pods, onNews: () => undefined, ask, everyMs: 200, perSecond: 100 },
    wasLive: ({ metadata: { name } }) => live.has(name),
  });
  undo.push(polled.stop);
  await eventually('120 questions', () => asked.length >= 120);
  assert.deepEqual(
    asked
      .slice(0, 2)
      .map(({ name }) => name)
      .toSorted(),
    ['live-0', 'live-1'],
  );
  const times = (name: string) => asked.filter((one) => one.name === name).length;
  assert.ok(times('live-0') >= 3, `asked ${times('live-0')} times`);
  assert.equal(times('idle-0'), 1);
  for (const [i, { atMs }] of asked.entries()) {
    const inSecond = asked.slice(i).filter((one) => one.atMs < atMs + 1000).length;
    // A twentieth is left for their way; one may be on the edge.
    assert.ok(inSecond <= 96, `${inSecond} within a second`);
  }
});
