import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { gcmRtcpCipher } from '#server/media/srtp/srtp-gcm.ts';
import { outbox } from '#server/media/udp/outbox.ts';
import { freshSeed, randomBytes, seeded } from '#test/harness/seeded.ts';
import { arrivals, boundOf, opener } from '../udp-sockets.ts';

const { open, closeAll } = opener();
after(closeAll);

test('SRTCP is sealed as node:crypto does it, also after its session is closed, and beside what waits to be sent', async (t) => {
  const seed = freshSeed();
  t.diagnostic(`SEED=${seed}`);
  const random = seeded(seed);
  const [sender, receiver] = [await open(), await open()];
  const box = outbox([{ ...boundOf(sender), leave: () => assert.fail(), isPassable: () => true }]);
  assert.ok(box, 'works on this Node');
  const keys = () => ({
    encryption: randomBytes(random, 16),
    authentication: Buffer.alloc(0),
    salt: randomBytes(random, 12),
  });
  const all = [keys(), keys()].map((of) => ({ ours: gcmRtcpCipher(of, { outbox: box }), nodes: gcmRtcpCipher(of) }));
  const arrived = arrivals(receiver, 1);
  assert.equal(box.put([Buffer.from('waits')], receiver.address()), true);
  for (let i = 0; i < 300; i++) {
    const { ours, nodes } = all[i % 2] ?? assert.fail();
    // Beyond what there is room for, node:crypto seals.
    const compound = randomBytes(random, 8 + Math.floor(random() ** 2 * 2500));
    const index = Math.floor(random() * 2 ** 31);
    assert.deepEqual(ours.seal(compound, index), nodes.seal(compound, index), `SEED=${seed}`);
    if (i === 290) ours.close();
  }
  box.flush();
  assert.deepEqual(await arrived, [Buffer.from('waits').toString('hex')]);
});
