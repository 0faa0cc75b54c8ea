import type { Client, MediaState } from '../media-state.ts';
import type { DropReason } from '../plane.ts';
import type { Room, Subscriber } from '../room.ts';
import { type RtcpPacket, readRtcp } from '../rtp/rtcp.ts';
import { openRtcp } from '../srtp/srtp.ts';
import { askForKeyFrame } from '../up/feedback.ts';
import type { Publisher } from '../up/up-stream.ts';
import { hearTime } from '../up/viewers-clock.ts';
import type { World } from '../world.ts';
import type { DownStream } from './down-stream.ts';
import { hearLink, hearLosses } from './link-estimate.ts';
import { hearReport } from './receiver-report.ts';
import { type Resent, resend } from './resend.ts';

/** Takes in a compound packet; `left` when the client says by it that it goes. */
export function receiveRtcp(
  { feedback, resent }: MediaState,
  world: World,
  client: Client,
  datagram: Buffer,
): DropReason | { readonly left: Client } | undefined {
  const { transport } = client;
  if (transport.srtp === undefined) return 'NoKeys';
  const compound = openRtcp(transport.srtp, datagram);
  if (typeof compound === 'string') return compound;
  const packets = readRtcp(compound);
  if (packets === undefined) return 'MalformedRtp';
  transport.lastHeardMs = world.now();
  if (client.subscriber !== undefined)
    hearLink(client.subscriber.link, compound, transport.history, feedback, transport.lastHeardMs);
  let hasLeft = false;
  for (const packet of packets) {
    const isLast =
      client.publisher === undefined
        ? fromSubscriber(world, client, packet, resent)
        : fromPublisher(world, client.publisher, client.room, packet);
    hasLeft ||= isLast;
  }
  return hasLeft ? { left: client } : undefined;
}

/** True when every track it ever sent has said goodbye. */
function fromPublisher(world: World, publisher: Publisher, room: Room | undefined, packet: RtcpPacket): boolean {
  const sources = publisher.streams.flatMap(({ source }) => source ?? []);
  if (packet.type === 'SenderReport') {
    const source = sources.find(({ ssrc }) => ssrc === packet.ssrc);
    if (source !== undefined && room !== undefined) hearTime(room, publisher, source, packet, world.now());
  }
  if (packet.type !== 'Bye') return false;
  for (const source of sources) if (packet.ssrcs.includes(source.ssrc)) source.hasLeft = true;
  return sources.length > 0 && sources.every(({ hasLeft }) => hasLeft);
}

/** True for a BYE: who only receives has nothing else to end. */
function fromSubscriber(world: World, { room, subscriber }: Client, packet: RtcpPacket, resent: Resent): boolean {
  if (subscriber === undefined || room === undefined) return false;
  switch (packet.type) {
    case 'SenderReport':
      return false;
    case 'Bye':
      return true;
    case 'Reports':
      for (const block of packet.blocks) {
        const down = streamOf(subscriber, block.ssrc);
        if (down === undefined) continue;
        hearReport(down, block, world);
        hearLosses(subscriber.link, down, block, world.now());
      }
      return false;
    case 'Nack': {
      const down = streamOf(subscriber, packet.mediaSsrc);
      if (down === undefined) return false;
      world.tally.feedback('nack', 'in');
      world.tally.nacked('in', packet.sequences.length + packet.beyond);
      if (!down.track.nack) return false;
      resend(subscriber, down, packet, world.now(), world.send, resent);
      world.tally.resent(room.counters, resent.packets, resent.bytes);
      world.tally.refused(resent.refused);
      return false;
    }
    case 'KeyFrameRequest': {
      const down = streamOf(subscriber, packet.mediaSsrc);
      if (down === undefined) return false;
      world.tally.feedback(packet.by, 'in');
      // Who is held back misses pictures by our will: no reason to have all the others sent a key frame.
      const stream = room.publisher?.streams.find(
        ({ track, sinks, held }) =>
          track.kind === down.track.kind && (track.rid === undefined || sinks.includes(down)) && !held.includes(down),
      );
      if (room.publisher === undefined || stream === undefined) return false;
      stream.isKeyFrameWanted = stream.track.kind === 'video';
      askForKeyFrame(room.publisher, stream, world.now(), world);
      return false;
    }
  }
}

function streamOf({ streams }: Subscriber, ssrc: number): DownStream | undefined {
  for (const down of streams) if (down.track.ssrc === ssrc) return down;
  return undefined;
}
