import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '#operator/cluster/client/api-error.ts';
import type { KubeClient, Method } from '#operator/cluster/client/client.ts';
import { NotLeading } from '#operator/cluster/client/fenced-client.ts';
import { eventWriter } from '#operator/cluster/client/writes.ts';
import { jsonLog } from '#operator/log.ts';
import { teller } from '#operator/teller.ts';
import { eventually } from '#test/harness/eventually.ts';
import { storedRoom } from './objects.ts';

const news = { type: 'Normal', reason: 'Ready', message: 'The room takes a publisher and viewers.' } as const;
const reset = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });

/** Tells one piece of news to an API server that answers with these faults first. */
async function telling(faults: readonly Error[], ended = new AbortController().signal) {
  const left = [...faults];
  const names: unknown[] = [];
  const lines: string[] = [];
  async function request(method: Method, _path: string, { body }: { body?: { metadata: { name: string } } } = {}) {
    assert.equal(method, 'POST', 'the role lets Events be made, and not be read');
    names.push(body?.metadata.name);
    const fault = left.shift();
    if (fault !== undefined) throw fault;
    return body;
  }
  const log = jsonLog({ level: 'warn', write: (line) => lines.push(line), now: () => 0 });
  const write = eventWriter({ request } as unknown as KubeClient);
  const refused: string[] = [];
  const onRefused = (key: string) => refused.push(key);
  const { tell, ...events } = teller(write, {
    log,
    now: () => 0,
    instance: 'operator',
    ended,
    onRefused,
    againMs: [1, 1],
  });
  await tell(storedRoom(), news);
  return { names, lines, refused, ...events, tellAgain: () => tell(storedRoom(), news) };
}

const passing: Readonly<Record<string, Error>> = {
  'a refusal for now': new ApiError(429, {}, { retryAfterMs: 2 }),
  'a failing server': new ApiError(500, {}),
  'a reset': reset,
};
for (const [name, fault] of Object.entries(passing))
  test(`an Event that meets ${name} is written again, and is the same one`, async () => {
    const { names, lines } = await telling([fault, fault]);
    await eventually('it is written', () => names.length === 3);
    assert.deepEqual([new Set(names).size, lines], [1, []]);
  });

test('an Event whose answer was lost has been written, which is as good', async () => {
  const { names, lines } = await telling([reset, new ApiError(409, {})]);
  await eventually('it is tried again', () => names.length === 2);
  assert.deepEqual(lines, []);
});

const lasting: Readonly<Record<string, readonly [tries: number, fault: Error]>> = {
  'that fails each time is told of in the log': [3, new ApiError(500, {})],
  'that may not be written is told of in the log': [1, new ApiError(403, {})],
  'that is to wait for long is told of in the log': [1, new ApiError(429, {}, { retryAfterMs: 60_000 })],
  'of an operator that leads no more is left at once': [1, new NotLeading('POST', '/events')],
};
for (const [name, [tries, fault]] of Object.entries(lasting))
  test(`an Event ${name}`, async () => {
    const { names, lines } = await telling([fault, fault, fault, fault]);
    await eventually('it is given up', () => lines.length === 1);
    assert.equal(names.length, tries);
    assert.match(lines.join(), /an Event could not be written/);
  });

test('an operator that has ended writes no Event again', async () => {
  const { names, lines } = await telling([reset], AbortSignal.abort());
  await eventually('it is given up', () => lines.length === 1);
  assert.equal(names.length, 1);
});

test('why a namespace has no Events is kept until one can be written, and its rooms are looked at for either', async () => {
  const { refused, eventsRefused, tellAgain } = await telling([new ApiError(403, { message: 'events is forbidden' })]);
  assert.equal(eventsRefused('events'), 'events is forbidden');
  await tellAgain();
  assert.equal(eventsRefused('events'), undefined);
  assert.deepEqual(refused, ['events', 'events']);
});

test('an Event that is written at the second try ends it, too', async () => {
  const faults = [new ApiError(403, {}), new ApiError(500, {})];
  const { refused, eventsRefused, tellAgain } = await telling(faults);
  await tellAgain();
  await eventually('it is written', () => refused.length === 2);
  assert.equal(eventsRefused('events'), undefined);
});

test('nothing is kept of a namespace that goes, nor of one that has no rooms any more', async () => {
  const details = { causes: [{ reason: 'NamespaceTerminating' }] };
  const going = await telling([new ApiError(403, { message: 'namespace events is being terminated', details })]);
  assert.equal(going.eventsRefused('events'), undefined);
  const { eventsRefused, forgetEvents } = await telling([new ApiError(403, {})]);
  forgetEvents('events');
  assert.equal(eventsRefused('events'), undefined);
});
