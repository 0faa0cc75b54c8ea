import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, type TestContext, test } from 'node:test';
import { tcpRelay } from '#local/node/tcp-relay.ts';
import { udpRelay } from '#local/node/udp-relay.ts';
import { portOf } from '#local/sockets.ts';
import { eventually } from '#test/harness/eventually.ts';

async function bound(address = '127.0.0.1'): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.bind(0, address);
  await once(socket, 'listening');
  return socket;
}

/** A pod that answers each packet with the port of its sender, and a relay to it. */
async function udp(t: TestContext, idleMs?: number) {
  const pod = await bound('127.0.0.2');
  pod.on('message', (packet, { port, address }) => pod.send(`${address}:${port} ${packet}`, port, address));
  const outside = await bound();
  const { port } = outside.address();
  const relay = udpRelay({
    ...{ outside, podIP: '127.0.0.2', podPort: pod.address().port, clientAddress: '127.0.0.3' },
    ...(idleMs === undefined ? {} : { idleMs }),
  });
  t.after(() => {
    relay.close();
    pod.close();
  });
  const client = async () => {
    const socket = await bound();
    t.after(() => socket.close());
    const ask = async (packet: string) => {
      socket.send(packet, port, '127.0.0.1');
      const [answer] = await once(socket, 'message');
      return String(answer);
    };
    return { socket, port, ask };
  };
  return { client };
}

const senderOf = (answer: string) => answer.split(' ')[0];

describe('the UDP relay', () => {
  test('shows each client to the pod by an address of its own, the same for each packet', async (t) => {
    const { client } = await udp(t);
    const [a, b] = [await client(), await client()];
    const first = await a.ask('1');
    assert.match(first, /^127\.0\.0\.3:\d+ 1$/);
    assert.equal(senderOf(await a.ask('2')), senderOf(first));
    assert.notEqual(senderOf(await b.ask('1')), senderOf(first));
  });

  test('loses none of the packets that come while a client is new', async (t) => {
    const { client } = await udp(t);
    const { socket, port } = await client();
    const heard = new Set<string>();
    socket.on('message', (answer) => heard.add(String(answer).slice(-1)));
    for (const packet of 'abcdefgh') socket.send(packet, port, '127.0.0.1');
    await eventually('all were answered', () => heard.size === 8);
  });

  test('forgets a client that has been silent', async (t) => {
    const { client } = await udp(t, 40);
    const { ask } = await client();
    const first = senderOf(await ask('1'));
    // Asking is what keeps it: the first answer from another port comes after a pause.
    await eventually('it comes from another port', async () => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      return senderOf(await ask('2')) !== first;
    });
  });
});

async function listening(server: Server): Promise<Server> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

describe('the TCP relay', () => {
  test('carries both directions to their ends', async (t) => {
    const pod = await listening(
      createServer({ allowHalfOpen: true }, (socket) => {
        let heard = '';
        socket.on('data', (chunk) => {
          heard += chunk;
        });
        socket.on('end', () => socket.end(`heard ${heard}`));
      }),
    );
    const outside = await listening(createServer({ allowHalfOpen: true }));
    const port = portOf(outside);
    const relay = tcpRelay({ outside, podIP: '127.0.0.1', podPort: portOf(pod) });
    t.after(() => {
      relay.close();
      pod.close();
    });
    const client = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    client.end('hello');
    assert.equal(await text(client), 'heard hello');
  });

  test('closes a connection that the pod refuses', async (t) => {
    const outside = await listening(createServer());
    const port = portOf(outside);
    const relay = tcpRelay({ outside, podIP: '127.0.0.1', podPort: 1 });
    t.after(() => relay.close());
    const client = connect({ port, host: '127.0.0.1' });
    client.on('error', () => {});
    await once(client, 'close');
    assert.equal(client.destroyed, true);
  });
});
