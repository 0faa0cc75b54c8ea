import { noTracer, type Span, type Tracer } from '#tracing/tracer.ts';
import type { Endpoints } from '../http/endpoints.ts';
import { Refused } from '../room/refusal.ts';
import { type RoomSpans, roomAttributes } from './room-spans.ts';

/**
 * The endpoints with a span around the making of each session. It is not made the running one: sockets and timers of the
 * session would keep it for as long as they live. Where nobody wants spans they are the endpoints themselves: what stands in
 * spans is read of offers and answers.
 */
export function tracedEndpoints(endpoints: Endpoints, tracer: Tracer, rooms: Pick<RoomSpans, 'entered'>): Endpoints {
  if (tracer === noTracer) return endpoints;
  const create: Endpoints['create'] = async (asked) => {
    const { role, room, sdp, span: request } = asked;
    const span = tracer.start(role === 'publisher' ? 'whip.publish' : 'whep.play', {
      attributes: { ...roomAttributes(room), 'sdp.size': Buffer.byteLength(sdp) },
      parent: request ?? 'none',
    });
    try {
      const created = await endpoints.create(asked);
      rooms.entered(room, span);
      span.set({ outcome: 'accepted', codecs: codecs(created.answer) });
      return created;
    } catch (error) {
      refused(span, error);
      throw error;
    } finally {
      span.end();
    }
  };
  return { ...endpoints, create };
}

function refused(span: Span, error: unknown): void {
  const reason = error instanceof Refused ? error.refusal.reason : 'Internal';
  span.set({ outcome: 'refused', 'reject.reason': reason });
  span.fail(error instanceof Error ? error.message : String(error));
}

/** What an answer of ours agrees to: `['H264', 'opus']`. Retransmissions are no codec, and refused parts name none. */
const codecs = (answer: string): readonly string[] => {
  const names = answer.matchAll(/^a=rtpmap:\d+ ([^/]+)/gm).map(([, name = '']) => name);
  return [...new Set(names.filter((name) => name !== 'rtx'))];
};
