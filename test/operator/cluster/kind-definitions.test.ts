import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { kubeClient } from '#operator/cluster/client/client.ts';
import { kindDefinitions } from '#operator/cluster/kinds/kind-definitions.ts';
import { eventually } from '#test/harness/eventually.ts';
import { event, flakyServer, list, refuse, watch } from './flaky-server.ts';

type Answer = Parameters<typeof flakyServer>[0][number];

const group = 'monitoring.coreos.com';
const monitor = { apiVersion: `${group}/v1`, kind: 'ServiceMonitor' };
const rule = { apiVersion: `${group}/v1`, kind: 'PrometheusRule' };

const definition = (name: string, version: number, more: object = {}) => ({
  apiVersion: 'meta.k8s.io/v1',
  kind: 'PartialObjectMetadata',
  metadata: { name, uid: `uid-of-${name}`, resourceVersion: String(version), ...more },
});
const bookmark = (version: number) => event('BOOKMARK', definition('', version));

const undo: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

/** What is known of the definitions that a server answers with, and how often somebody was told of a change. */
async function known(answers: readonly Answer[]) {
  const accepts: (string | undefined)[] = [];
  const noting = answers.map(
    (answer): Answer =>
      (response, call, request) => {
        accepts.push(request.headers.accept);
        answer(response, call, request);
      },
  );
  const server = await flakyServer(noting);
  const client = kubeClient({ server: server.url });
  const errors: string[] = [];
  const definitions = kindDefinitions({
    client,
    onError: (error) => errors.push((error as Error).message),
    // Tries again at once.
    random: () => 0,
  });
  let told = 0;
  definitions.follow(group, () => told++);
  undo.push(server.stop, client.close, definitions.stop);
  return { definitions, accepts, errors, told: () => told };
}

describe('the definitions of kinds', () => {
  test('are known by their metadata, of the groups that somebody follows', async () => {
    const { definitions, accepts, told } = await known([
      list(7, [definition(`servicemonitors.${group}`, 3), definition('things.example.com', 5)]),
      watch([event('MODIFIED', definition('things.example.com', 8)), bookmark(9)], 'open'),
    ]);
    await eventually('the watch', () => definitions.watch.reached() === 9n);
    assert.ok(definitions.isDefined(monitor) && !definitions.isDefined(rule) && definitions.areTold());
    assert.equal([...definitions.watch.list()].length, 1);
    assert.equal(told(), 1);
    assert.deepEqual(accepts, [
      'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1',
      'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
    ]);
  });

  test('are told of when they come, change and go; one that is being deleted goes', async () => {
    const name = `servicemonitors.${group}`;
    const going = definition(name, 10, { deletionTimestamp: '2026-11-21T12:00:00Z' });
    const gone = event('DELETED', { ...going, metadata: { ...going.metadata, resourceVersion: '11' } });
    let end = () => {};
    const { definitions, told } = await known([
      list(7, []),
      watch([event('ADDED', definition(name, 8)), event('MODIFIED', definition(name, 9))], 'closed'),
      (response, call, request) => {
        watch([event('MODIFIED', going)], 'open')(response, call, request);
        end = () => void response.write(gone);
      },
    ]);
    await eventually('it goes', () => definitions.isGoing(monitor));
    assert.ok(!definitions.isDefined(monitor));
    end();
    await eventually('it is gone', () => definitions.watch.reached() === 11n);
    assert.ok(!definitions.isGoing(monitor) && !definitions.isDefined(monitor));
    assert.equal(told(), 4);
  });

  test('may not be seen by everybody: nobody waits for them, and that is said once', async () => {
    const { definitions, errors } = await known([
      ...[refuse(403), refuse(403), refuse(403)],
      list(7, [definition(`servicemonitors.${group}`, 3)]),
    ]);
    await definitions.synced;
    assert.ok(!definitions.areTold() && !definitions.isDefined(monitor));
    await eventually('they may be seen', () => definitions.areTold());
    assert.ok(definitions.isDefined(monitor));
    assert.deepEqual(errors.length, 1);
    assert.match(errors[0] ?? '', /have to be looked for: GET .*customresourcedefinitions: refused with 403/);
  });

  test('are no longer told of when the permission is taken away, until it is back', async () => {
    const { definitions, told } = await known([
      list(7, [definition(`servicemonitors.${group}`, 3, { deletionTimestamp: '2026-11-21T12:00:00Z' })]),
      refuse(403),
      refuse(403),
    ]);
    await eventually('the refusal', () => !definitions.areTold() && told() === 2);
    assert.ok(!definitions.isGoing(monitor), 'what is known of it is old');
  });
});
