import type { Span, Tracer } from '#tracing/tracer.ts';
import type { Endpoints } from './http/endpoint.ts';
import { Refused } from './room/refusal.ts';
import { type RoomSpans, roomAttributes } from './room-spans.ts';

/** The endpoints with a span around the making of each session. */
export const tracedEndpoints = (
  endpoints: Endpoints,
  tracer: Tracer,
  rooms: Pick<RoomSpans, 'entered'>,
): Endpoints => ({
  ...endpoints,
  create: (asked) => {
    const { role, room, sdp } = asked;
    const attributes = { ...roomAttributes(room), 'sdp.size': Buffer.byteLength(sdp) };
    return tracer.span(role === 'publisher' ? 'whip.publish' : 'whep.play', { attributes }, async (span) => {
      const created = await endpoints.create(asked).catch((error: unknown) => {
        throw told(span, error);
      });
      rooms.entered(room);
      span.set({ outcome: 'accepted', codecs: codecs(created.answer) });
      return created;
    });
  },
});

function told(span: Span, error: unknown): unknown {
  const reason = error instanceof Refused ? error.refusal.reason : 'Internal';
  span.set({ outcome: 'refused', 'reject.reason': reason });
  return error;
}

/** What an answer of ours agrees to: `['H264', 'opus']`. Retransmissions are no codec, and refused parts name none. */
const codecs = (answer: string): readonly string[] => {
  const names = answer.matchAll(/^a=rtpmap:\d+ ([^/]+)/gm).map(([, name = '']) => name);
  return [...new Set(names.filter((name) => name !== 'rtx'))];
};
