import type { ServerResponse } from 'node:http';
import { constants, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Broken, Call, Fault, WatchFault } from './fault.ts';
import type { Line } from './lines.ts';
import type { Upstream } from './upstream.ts';
import { BrokenOff, wreckedWatch } from './watch-wreck.ts';

/** A request on its way through a door. Where the client speaks HTTP/1.1, request and response are those of node:http. */
export interface Pass {
  readonly request: Http2ServerRequest;
  readonly response: Http2ServerResponse;
  readonly call: Call;
  readonly upstream: Upstream;
  /** The connection by which it came. */
  readonly line: Line | undefined;
  /** Aborted when the client has gone, or the network is lost. */
  readonly signal: AbortSignal;
}

/** Lets a request through, or has a fault befall it. Rejects if there is no answer. */
export async function meet(
  pass: Pass,
  fault: Exclude<Fault, { kind: 'CrashBefore' | 'CrashAfter' }> | undefined,
): Promise<void> {
  switch (fault?.kind) {
    case 'Refused':
      return refuse(pass.response, fault);
    case 'ResetBefore':
      return breakOff(pass, fault.breaks);
    case 'ResetAfter':
      await swallow(pass);
      return breakOff(pass, fault.breaks);
    case 'HalfOpen':
      await swallow(pass);
      if (fault.breaks === 'Connection') pass.line?.silence();
      await sleep(fault.forMs, undefined, { signal: pass.signal, ref: false });
      return breakOff(pass, fault.breaks);
    case 'Stalled':
      await sleep(fault.forMs, undefined, { signal: pass.signal, ref: false });
      return await forward(pass, undefined);
    case 'GoAway':
      sendAway(pass);
      return await forward(pass, undefined);
    default:
      return await forward(pass, fault);
  }
}

/** HTTP/1.1 knows no end of a request but its connection's. */
export function breakOff({ request, line }: Pick<Pass, 'request' | 'line'>, what: Broken): void {
  if (what === 'Connection' || request.httpVersionMajor < 2) line?.cut();
  else request.stream?.close(constants.NGHTTP2_INTERNAL_ERROR);
}

/** Has it carried out, and tells nobody. Of a watch, that it has begun. */
export async function swallow({ call, request, upstream, signal }: Pass): Promise<void> {
  const { body } = await upstream.send(call, request.headers, signal);
  if (call.isWatch) body.destroy();
  else await body.dump({ limit: Number.MAX_SAFE_INTEGER });
}

/** What is under way may end, and what is new needs another connection. */
function sendAway({ request, response }: Pass): void {
  if (request.httpVersionMajor < 2) response.setHeader('connection', 'close');
  else request.stream.session?.close();
}

/** HTTP/2 has no such headers. */
const hopByHop = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade']);

async function forward(pass: Pass, fault: WatchFault | undefined): Promise<void> {
  const { call, request, response, upstream, line, signal } = pass;
  const { statusCode, headers, body } = await upstream.send(call, request.headers, signal);
  response.writeHead(statusCode, Object.fromEntries(Object.entries(headers).filter(([name]) => !hopByHop.has(name))));
  // A watch without events has begun too. HTTP/2 says so by itself.
  (response as Partial<Pick<ServerResponse, 'flushHeaders'>>).flushHeaders?.();
  const silence = () => line?.silence();
  try {
    for await (const chunk of fault === undefined ? body : wreckedWatch(body, fault, silence)) {
      if (!response.write(chunk)) await Promise.race([drained(response), aborted(signal)]);
    }
    response.end();
  } catch (error) {
    breakOff(pass, error instanceof BrokenOff ? error.what : 'Stream');
  } finally {
    body.destroy();
  }
}

const drained = (response: Http2ServerResponse) => new Promise<void>((resolve) => response.once('drain', resolve));

const aborted = (signal: AbortSignal) =>
  new Promise<never>((_resolve, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
  );

function refuse(
  response: Http2ServerResponse,
  { status, retryAfterSeconds }: Extract<Fault, { kind: 'Refused' }>,
): void {
  const reasons = { 410: 'Expired', 429: 'TooManyRequests', 500: 'InternalError', 503: 'ServiceUnavailable' };
  response.writeHead(status, {
    'content-type': 'application/json',
    ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
  });
  const message = `${status} (an injected fault)`;
  response.end(JSON.stringify({ kind: 'Status', apiVersion: 'v1', code: status, reason: reasons[status], message }));
}
