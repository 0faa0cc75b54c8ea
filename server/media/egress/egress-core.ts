/**
 * An egress thread without its thread: commands, packets and mail go in, datagrams and events come out. Its subscribers are
 * those of a media core; their publishers are images of ingress' own.
 */
import { type CoreSnapshot, snapshot } from '../core-snapshot.ts';
import { pause } from '../down/epoch.ts';
import { receiveRtcp } from '../down/receive-rtcp.ts';
import { type ViewersAsked, type ViewersSeen, viewersSeen } from '../down/viewer-figures.ts';
import { mediaCommands, remove, roomOf } from '../media-commands.ts';
import { type Client, type MediaState, mediaState } from '../media-state.ts';
import type { DropReason } from '../plane.ts';
import { fanOut, type Room, setPublisher } from '../room.ts';
import { emptyPacket, packetCache, recall } from '../rtp/packet-cache.ts';
import { readBlocks } from '../rtp/red.ts';
import { pace, serve } from '../timers.ts';
import { transport } from '../transport.ts';
import { askForKeyFrame, wantKeyFrames } from '../up/feedback.ts';
import type { Arrival } from '../up/intake.ts';
import { sameOrder } from '../up/layers.ts';
import { type Source, source } from '../up/source.ts';
import { publisher, type UpStream } from '../up/up-stream.ts';
import type { World } from '../world.ts';
import type { EgressCommands, EgressEvents } from './egress.ts';
import type { JournalEntry } from './journal.ts';
import type { Letter } from './mailbox.ts';
import { tellIngress } from './tell-ingress.ts';

export interface EgressCore extends EgressCommands {
  /** On the packet path: sends the packet to all who are here. */
  forward(entry: JournalEntry): void;
  receiveRtcp(letter: Letter): void;
  /** To be called after these, before the thread waits for anything. */
  flush(): void;
  /** To be called every `tickMs`. */
  tick(): void;
  /** To be called after `tick`, and every `paceMs` while it says that there is something to be sent. */
  pace(): boolean;
  countDrop(reason: DropReason): void;
  snapshot(): CoreSnapshot;
  viewers(asked: ViewersAsked): ViewersSeen;
}

/** What ingress has told of a source. */
interface Image {
  readonly room: Room;
  readonly stream: UpStream;
  readonly source: Source;
}

interface EgressState extends MediaState {
  readonly viewersByNumber: Map<number, Client>;
  readonly images: Map<number, Image>;
}

export type EgressWorld = Omit<World, 'events' | 'shares' | 'requestKeyFrame'> & { readonly events: EgressEvents };

export function egressCore({ events, ...outer }: EgressWorld): EgressCore {
  const state: EgressState = { ...mediaState(outer.now()), viewersByNumber: new Map(), images: new Map() };
  const world: World = {
    ...outer,
    events: {
      ...events,
      onDtls: () => undefined,
      onConnected: () => undefined,
      onHints: () => undefined,
      onLayers: () => undefined,
    },
    requestKeyFrame(of, stream) {
      for (const { id, publisher } of state.rooms.values())
        if (publisher === of) events.onKeyFrameWanted(id, of.streams.indexOf(stream));
    },
  };
  const { tally } = world;
  let sampledMs = -1;
  const tell = tellIngress(state, events, world.now());
  const forwardTo = forwarder(state, world);
  return {
    ...viewerCommands(state, world),
    ...publisherCommands(state, world),
    forward(entry) {
      if (sampledMs < 0 && tally.isSampled()) sampledMs = entry.atMs;
      forwardTo(entry);
    },
    receiveRtcp({ viewer, datagram }) {
      const client = state.viewersByNumber.get(viewer);
      if (client === undefined) return;
      const verdict = receiveRtcp(state, world, client, datagram);
      if (typeof verdict === 'string') state.dropped[verdict] += 1;
      else if (verdict === undefined) {
        // Ingress knows where it came from, and thus whether the viewer is where it is sent to.
        const { id, isGone, lastHeardMs } = client.transport;
        if (isGone) events.onHeard({ [id]: lastHeardMs });
      } else {
        removeViewer(state, viewer);
        events.onClosed(client.transport.id, 'Bye');
      }
    },
    flush() {
      world.outbox?.flush();
      if (sampledMs >= 0) tally.took(world.now() - sampledMs);
      sampledMs = -1;
    },
    tick() {
      const now = world.now();
      for (const client of state.viewersByNumber.values()) serve(state, client, now, world);
      for (const { publisher } of state.rooms.values())
        for (const stream of publisher?.streams ?? [])
          if (publisher !== undefined) askForKeyFrame(publisher, stream, now, world);
      tell(now);
    },
    pace: () => pace(state, world),
    countDrop(reason) {
      state.dropped[reason] += 1;
    },
    snapshot: () => snapshot(state, world),
    viewers: (asked) => viewersSeen(state.rooms.values(), asked, world.now()),
  };
}

/** Sends a packet to the room's subscribers here, out of the shared cache. Allocates nothing. */
function forwarder({ images }: EgressState, world: World) {
  const packet = emptyPacket();
  let arrival: Arrival | undefined;
  return ({ source: number, index, startsKeyFrame, atMs }: JournalEntry): void => {
    const image = images.get(number);
    if (image === undefined) return;
    const { room, stream, source } = image;
    // Such as one of several encodings that nobody here is sent.
    if (stream.sinks.length === 0 && stream.waiting.length === 0 && stream.held.length === 0) return;
    // Overwritten since: whoever misses it asks for it in vain, or for a key frame.
    if (!recall(source.cache, index, packet) || !readBlocks(packet, stream.redundancy)) return;
    if (index > source.cache.newest) source.cache.newest = index;
    source.lastPacketMs = atMs;
    if (startsKeyFrame) stream.isKeyFrameWanted = false;
    arrival ??= { stream, source, packet, startsKeyFrame };
    arrival.stream = stream;
    arrival.source = source;
    arrival.startsKeyFrame = startsKeyFrame;
    fanOut(room, arrival, atMs, world);
  };
}

type ViewerCommands = Pick<
  EgressCommands,
  'addViewer' | 'setKeys' | 'move' | 'setGone' | 'chooseLayer' | 'removeViewer' | 'removeRoom'
>;

function viewerCommands(state: EgressState, world: World): ViewerCommands {
  const { viewersByNumber, byId } = state;
  const commands = mediaCommands(state, world);
  const idOf = (viewer: number): string => viewersByNumber.get(viewer)?.transport.id ?? '';
  return {
    addViewer(viewer, spec, roomId, tracks) {
      commands.addTransport(spec);
      commands.subscribe(spec.id, roomId, tracks);
      const client = byId.get(spec.id);
      if (client !== undefined) viewersByNumber.set(viewer, client);
    },
    setKeys: (viewer, keys) => commands.setKeys(idOf(viewer), keys),
    chooseLayer: (viewer, mid, rid) => commands.chooseLayer(idOf(viewer), mid, rid),
    move(viewer, address, port) {
      const client = viewersByNumber.get(viewer);
      if (client === undefined) return;
      client.transport.address = address;
      client.transport.port = port;
      wantKeyFrames(client, world);
    },
    setGone(viewer, isGone) {
      const client = viewersByNumber.get(viewer);
      if (client === undefined) return;
      client.transport.isGone = isGone;
      if (isGone) for (const down of client.subscriber?.streams ?? []) pause(down);
      else wantKeyFrames(client, world);
    },
    removeViewer: (viewer) => removeViewer(state, viewer),
    removeRoom: commands.removeRoom,
  };
}

function removeViewer(state: EgressState, viewer: number): void {
  const client = state.viewersByNumber.get(viewer);
  state.viewersByNumber.delete(viewer);
  if (client !== undefined) remove(state, client);
}

type PublisherCommands = Pick<
  EgressCommands,
  'publish' | 'unpublish' | 'setLadder' | 'addSource' | 'removeSource' | 'report'
>;

/** Nobody sends to it, and nothing comes of it. */
const nobody = { id: '', localUfrag: '', localPwd: '', remoteUfrag: '', remotePwd: '' };

function publisherCommands({ rooms, images }: EgressState, { now }: World): PublisherCommands {
  const imageOfTransport = transport(nobody, 0, now());
  return {
    publish: (roomId, tracks) => setPublisher(roomOf(rooms, roomId), publisher(imageOfTransport, tracks)),
    unpublish(roomId) {
      // Its streams stay with the subscribers: packets may still be asked for again.
      const room = rooms.get(roomId);
      if (room !== undefined) room.publisher = undefined;
    },
    setLadder(roomId, order, bps, best) {
      const of = rooms.get(roomId)?.publisher;
      if (of === undefined) return;
      const streams = order.flatMap((place) => of.streams[place] ?? []);
      of.ladder = { streams: sameOrder(of.ladder?.streams, streams), bps };
      of.best = of.streams[best];
    },
    addSource(number, roomId, track, { ssrc, clockRate, shared }) {
      const room = rooms.get(roomId);
      const stream = room?.publisher?.streams[track];
      if (room === undefined || stream === undefined) return;
      const image = source(ssrc, clockRate, now(), packetCache(shared));
      stream.source = image;
      images.set(number, { room, stream, source: image });
    },
    removeSource: (number) => void images.delete(number),
    report(number, report, clockRate) {
      const image = images.get(number)?.source;
      if (image === undefined) return;
      image.report = report;
      image.clockRate = clockRate;
    },
  };
}
