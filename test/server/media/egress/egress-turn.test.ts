import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { doorbell } from '#server/media/egress/doorbell.ts';
import { egressTurn } from '#server/media/egress/egress-turn.ts';
import { journal } from '#server/media/egress/journal.ts';
import { mailbox } from '#server/media/egress/mailbox.ts';

/** What ingress hands over, and what is done with it, in order. */
function stage() {
  const [bell, packets, letters] = [doorbell(), journal(), mailbox()];
  const messages: string[] = [];
  const done: string[] = [];
  const core = {
    forward: ({ source, index }: { source: number; index: number }) => void done.push(`packet ${source} ${index}`),
    receiveRtcp: ({ viewer }: { viewer: number }) => void done.push(`letter ${viewer}`),
    flush: () => void done.push('flush'),
  };
  const takeMessage = (): boolean => {
    const message = messages.shift();
    if (message !== undefined) done.push(message);
    return message !== undefined;
  };
  const post = (message: string) => {
    messages.push(message);
    bell.ringForMessage();
  };
  return { bell, packets, letters, post, done, turn: egressTurn(core, { bell, packets, letters, takeMessage }) };
}

test('what was handed over is done, and sent at the end', () => {
  const { packets, letters, post, done, turn } = stage();
  assert.equal(turn(), false);
  assert.deepEqual(done, []);
  post('source 1');
  packets.write(1, 7, true, 0);
  packets.write(1, 8, false, 0);
  letters.post(3, Buffer.alloc(8));
  assert.equal(turn(), false);
  assert.deepEqual(done, ['source 1', 'packet 1 7', 'packet 1 8', 'flush', 'letter 3', 'flush']);
});

test('a message that comes while packets are sent on is acted upon before those that came after it', () => {
  const { bell, packets, letters, done } = stage();
  const messages: string[] = [];
  const core = {
    forward: ({ index }: { index: number }) => {
      done.push(`packet ${index}`);
      if (index !== 1) return;
      messages.push('source 2');
      bell.ringForMessage();
      packets.write(2, 2, false, 0);
    },
    receiveRtcp: () => assert.fail(),
    flush: () => undefined,
  };
  const takeMessage = () => {
    done.push(messages.shift() ?? '');
    return true;
  };
  packets.write(1, 1, false, 0);
  egressTurn(core, { bell, packets, letters, takeMessage })();
  assert.deepEqual(done, ['packet 1', 'source 2', 'packet 2']);
});

test('a thread that has much to do looks up from it now and then', () => {
  const { packets, done, turn } = stage();
  for (let index = 0; index < 300; index++) packets.write(1, index, false, 0);
  assert.equal(turn(), true);
  assert.ok(done.length < 300);
  assert.equal(turn(), false);
  assert.equal(done.filter((what) => what.startsWith('packet')).length, 300);
});

test('what subscribers say is heard, however many packets there are to send', () => {
  const { packets, letters, done, turn } = stage();
  for (let index = 0; index < 600; index++) packets.write(1, index, false, 0);
  letters.post(3, Buffer.alloc(8));
  assert.equal(turn(), true);
  assert.ok(done.includes('letter 3'));
});

test('however many letters wait, media that comes meanwhile is sent on after a few of them', () => {
  const { bell, packets, letters } = stage();
  const done: string[] = [];
  const core = {
    forward: () => void done.push('packet'),
    receiveRtcp: ({ viewer }: { viewer: number }) => {
      done.push('letter');
      if (viewer === 0) packets.write(1, 1, false, 0);
    },
    flush: () => undefined,
  };
  const turn = egressTurn(core, { bell, packets, letters, takeMessage: () => false });
  for (let viewer = 0; viewer < 500; viewer++) letters.post(viewer, Buffer.alloc(8));
  while (turn());
  assert.equal(done.filter((what) => what === 'letter').length, 500);
  assert.ok(done.indexOf('packet') <= 32, `after ${done.indexOf('packet')} letters`);
});

test('a bell wakes who sleeps, and keeps awake who was about to', async () => {
  const [here, there] = [doorbell(), doorbell()];
  const source = `
    const { workerData, parentPort } = require('node:worker_threads');
    import(workerData.module).then(({ doorbell }) => {
      const [bell, back] = [doorbell(workerData.bell), doorbell(workerData.back)];
      parentPort.postMessage('up');
      let rings = 0;
      while (rings < 1000) {
        const seen = bell.rings();
        while (rings < seen) { rings += 1; back.ring(); }
        if (rings < 1000) bell.sleep(seen, 60_000);
      }
    });`;
  const module = new URL('../../../../server/media/egress/doorbell.ts', import.meta.url).href;
  const worker = new Worker(source, { eval: true, workerData: { module, bell: here.shared, back: there.shared } });
  await new Promise((resolve) => worker.once('message', resolve));
  const exited = new Promise((resolve) => worker.once('exit', resolve));
  for (let i = 0; i < 1000; i++) {
    const seen = there.rings();
    here.ring();
    if (i % 3 === 0) there.sleep(seen, 60_000);
  }
  await exited;
  assert.equal(there.rings(), 1000);
});
