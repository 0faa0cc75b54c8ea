/** The receiver as a pod of the local cluster: OTLP on its usual ports, and on another all that has come, as JSON. */
import { createServer } from 'node:http';
import { collectorPort } from './collector-pod.ts';
import { receiver } from './receiver.ts';

const address = process.env['POD_IP'] ?? '127.0.0.1';
const { spans } = await receiver({ address, grpcPort: collectorPort.grpc, httpPort: collectorPort.http });
createServer((_, response) => response.end(JSON.stringify(spans))).listen(collectorPort.spans, address);
