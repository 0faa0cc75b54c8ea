/**
 * A pod of the node's tests. HTTP on POD_IP:8080 tells what it was given and can be told to fail (by way of the front door the paths
 * begin with its namespace and name):
 *
 *     GET  /env              its environment
 *     GET  /files/{path}     a file below FILES_DIR
 *     GET  /health           200, or 503 once unhealthy
 *     POST /unhealthy, /healthy
 *     POST /exit/{code}
 *     GET  /drip             a line at once, the rest when it is told to go on
 *     POST /on
 *     anything else          the request's headers and body
 *
 * UDP on POD_IP:7882 answers `address:port of the sender` + the packet. SIGTERM ends it after EXIT_AFTER_MS.
 */
import { createSocket } from 'node:dgram';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const { POD_IP = '127.0.0.1', FILES_DIR = '.', EXIT_AFTER_MS = '0' } = process.env;
let goOn: () => void = () => {};
let isHealthy = process.env['UNHEALTHY'] === undefined;

const server = createServer(async (request, response) => {
  const path = (request.url ?? '/').replace(/^\/default\/[^/]+/, '');
  const [, first = '', ...rest] = path.split('/');
  const body = await text(request);
  if (first === 'health') response.statusCode = isHealthy ? 200 : 503;
  if (first === 'healthy') isHealthy = true;
  if (first === 'unhealthy') isHealthy = false;
  if (first === 'on') goOn();
  if (first === 'drip') {
    response.write('first\n');
    await new Promise<void>((resolve) => (goOn = resolve));
    response.write('last\n');
  } else if (first === 'env') response.write(JSON.stringify(process.env));
  else if (first === 'files') response.write(await readFile(join(FILES_DIR, ...rest)).catch(() => 'no such file'));
  else response.write(JSON.stringify({ headers: request.headers, body }));
  response.end();
  if (first === 'exit') process.exit(Number(rest[0]));
});
server.listen(8080, POD_IP, () => console.log('listening'));

const socket = createSocket('udp4');
socket.on('message', (packet, { address, port }) => socket.send(`${address}:${port} ${packet}`, port, address));
socket.bind(7882, POD_IP);

process.on('SIGTERM', () => {
  console.error('SIGTERM');
  setTimeout(() => process.exit(0), Number(EXIT_AFTER_MS));
});
