import assert from 'node:assert/strict';
import { test } from 'node:test';
import { extensionUrl, listen, viewerListener } from '#server/http/pages/session-events.js';

const base = 'https://live.example/a/room/whep';
const rel = 'rel="urn:ietf:params:whep:ext:core:server-sent-events"';

for (const [name, links, url] of [
  ['alone, relative to the endpoint', `</a/room/whep/x/events>; ${rel}; events="active"`, `${base}/x/events`],
  [
    'among others, whatever is in them',
    `<turn:relay.example?transport=udp>; rel="ice-server"; username="a,b", <https://other.example/e>; events="a,b"; ${rel}`,
    'https://other.example/e',
  ],
  ['of other extensions only', '<https://other.example/layer>; rel="urn:ietf:params:whep:ext:core:layer"', undefined],
  ['none', null, undefined],
] as const)
  test(`the URL of a session’s events is found in its links: ${name}`, () =>
    assert.equal(extensionUrl('events', links, base), url));

test('where a layer is chosen is found beside it', () => {
  const links = `<${base}/x/events>; ${rel}, <${base}/x/layer>; rel="urn:ietf:params:whep:ext:core:layer"`;
  assert.equal(extensionUrl('layer', links, base), `${base}/x/layer`);
});

test('whoever lost its events is no longer held: nobody tells it that the picture has come back meanwhile', (t) => {
  const sources: EventTarget[] = [];
  class Source extends EventTarget {
    constructor() {
      super();
      sources.push(this);
    }
    close() {}
  }
  const document = Object.assign(new EventTarget(), { hidden: false });
  Object.assign(globalThis, { document, EventSource: Source });
  t.after(() => {
    for (const name of ['document', 'EventSource']) Reflect.deleteProperty(globalThis, name);
  });
  const held: boolean[] = [];
  const nothing = () => {};
  const onHeld = (isHeld: boolean) => held.push(isHeld);
  listen(`${base}/x/events`, viewerListener({ onHeld, onAway: nothing, onViewers: nothing, onLayers: nothing }));
  sources[0]?.dispatchEvent(new MessageEvent('video', { data: '{"held":true}' }));
  sources[0]?.dispatchEvent(new Event('error'));
  assert.deepEqual(held, [true, false]);
});
