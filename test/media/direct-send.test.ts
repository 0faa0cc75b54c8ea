import assert from 'node:assert/strict';
import dgram from 'node:dgram';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { directSend } from '#server/media/direct-send.ts';

describe('sending past dgram', () => {
  const open = async (type: dgram.SocketType, address: string) => {
    const socket = dgram.createSocket(type);
    socket.bind(0, address);
    await once(socket, 'listening');
    return socket;
  };
  let sender: dgram.Socket;
  let receivers: dgram.Socket[];

  before(async () => {
    sender = await open('udp4', '127.0.0.1');
    receivers = [await open('udp4', '127.0.0.1'), await open('udp4', '127.0.0.1')];
  });
  after(() => {
    for (const socket of [sender, ...receivers]) socket.close();
  });

  const arrival = async (at: dgram.Socket) => {
    const [datagram, { port }] = await once(at, 'message', { signal: AbortSignal.timeout(5_000) });
    return { text: String(datagram), port };
  };

  test('datagrams arrive, from the socket’s own port', async () => {
    const send = directSend(sender);
    assert.ok(send, 'this Node can');
    const [receiver] = receivers;
    assert.ok(receiver);
    const arrived = arrival(receiver);
    // A view into a larger buffer, as the sealer gives: not its neighbours.
    assert.equal(send(Buffer.from('before|media|after').subarray(7, 12), receiver.address()), true);
    assert.deepEqual(await arrived, { text: 'media', port: sender.address().port });
  });

  test('a client that moves is followed', async () => {
    const send = directSend(sender);
    const client = { address: '127.0.0.1', port: 0 };
    for (const receiver of receivers) {
      client.port = receiver.address().port;
      const arrived = arrival(receiver);
      assert.equal(send?.(Buffer.from('moved'), client), true);
      assert.equal((await arrived).text, 'moved');
    }
  });

  test('what the kernel refuses is left to dgram', () => {
    const send = directSend(sender);
    assert.equal(send?.(Buffer.alloc(70_000), { address: '127.0.0.1', port: 9 }), false, 'larger than UDP allows');
    assert.equal(send?.(Buffer.from('x'), { address: '127.0.0.1', port: 0 }), false, 'no port');
  });

  test('IPv6 sockets are dgram’s', async () => {
    const socket = await open('udp6', '::1');
    assert.equal(directSend(socket), undefined);
    socket.close();
  });
});
