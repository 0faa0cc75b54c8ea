import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { stringify } from 'yaml';
import { configFrom } from '#operator/config-file.ts';

/** The configuration with these parts, read as the operator reads it. */
const read = (parts: object) => configFrom(stringify({ images: { sfu: 'liveroom.dev/sfu:0.1.0' }, ...parts }));

describe('defaults for all rooms', () => {
  test('are a part of a spec', () => {
    const defaults = {
      publish: { reconnectGrace: '1m30s', codecs: ['H264', 'Opus'] },
      play: { maxSubscribers: 100 },
      drain: { timeout: '5m' },
      monitoring: { alerts: { publisherExpected: 'Always' } },
      pod: {
        resources: { requests: { cpu: '250m', memory: '256Mi' }, limits: { cpu: 2 } },
        nodeSelector: { pool: 'media' },
        tolerations: [{ key: 'media', operator: 'Exists' }],
      },
    };
    assert.deepEqual(read({ defaults }).defaults, defaults);
  });

  const wrong: Readonly<Record<string, readonly [unknown, string]>> = {
    'no map': ['none', 'defaults: must be of type object'],
    'a misspelt field': [{ play: { maxSubscriber: 1 } }, 'defaults.play: unknown field "maxSubscriber"; known are'],
    'a text for a number': [{ play: { maxSubscribers: '5' } }, 'defaults.play.maxSubscribers: must be of type integer'],
    'a number that is too high': [
      { play: { maxSubscribers: 100_001 } },
      'defaults.play.maxSubscribers: must be at most 100000',
    ],
    'a number that is too low': [{ play: { maxSubscribers: -1 } }, 'defaults.play.maxSubscribers: must be at least 0'],
    'a word that is none of the choices': [
      { publish: { onConflict: 'Fight' } },
      'defaults.publish.onConflict: must be one of Reject, TakeOver',
    ],
    'an empty list': [{ publish: { codecs: [] } }, 'defaults.publish.codecs: must be at least 1 items'],
    'an item that is wrong': [{ publish: { codecs: ['VP9'] } }, 'defaults.publish.codecs[0]: must be one of'],
    'what is no duration': [{ drain: { timeout: 'soon' } }, 'defaults.drain.timeout: must match'],
    'a duration out of bounds': [{ drain: { timeout: '25h' } }, 'defaults.drain.timeout: must be between 0s and 24h'],
    'an amount that is none': [
      { pod: { resources: { limits: { cpu: 'much' } } } },
      'defaults.pod.resources.limits.cpu: must match',
    ],
    'a part of what belongs together': [
      { publish: { auth: { secretRef: { name: 'a' } } } },
      'defaults.publish.auth.secretRef.key: is required',
    ],
    'what the API server fills in': [
      { network: { media: { mode: 'ClusterOnly' } } },
      'defaults.network.media.mode: cannot be a default',
    ],
    'a mode of access': [{ play: { auth: { mode: 'None' } } }, 'defaults.play.auth.mode: cannot be a default'],
    'what has its own place': [
      { tracing: { endpoint: 'http://a' } },
      'defaults.tracing: is set for all rooms by tracing',
    ],
  };
  for (const [what, [defaults, says]] of Object.entries(wrong))
    test(`refuse ${what}, and name the field`, () =>
      assert.throws(
        () => read({ defaults }),
        ({ message }: Error) => message.startsWith(`configuration: ${says}`),
      ));
});

describe('which rooms are ours', () => {
  test('is told by an id and by namespaces, and empty ones say nothing', () => {
    assert.partialDeepStrictEqual(read({ id: 'canary', namespaces: ['a', 'b', 'a'] }), {
      id: 'canary',
      namespaces: ['a', 'b'],
    });
    const config = read({ id: '', namespaces: [] });
    assert.ok(!('id' in config) && !('namespaces' in config));
  });

  const wrong: Readonly<Record<string, readonly [object, RegExp]>> = {
    'an id that no label can have': [{ id: 'my operator' }, /configuration: id: must consist of/],
    'namespaces that are no list': [{ namespaces: 'a' }, /configuration: namespaces: must be a list/],
    'a namespace that cannot be': [{ namespaces: ['a', 'B'] }, /configuration: namespaces\[1\]: must be a name/],
  };
  for (const [what, [parts, says]] of Object.entries(wrong))
    test(`refuses ${what}`, () => assert.throws(() => read(parts), says));
});
