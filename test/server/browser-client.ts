import type { Page } from 'playwright-core';
import type { Endpoint } from '#server/media/udp/address.ts';
import { eventually } from '#test/harness/eventually.ts';

/** How a page's attempt to join went. `state` is its connection's after at most 10 s. */
export interface Joined {
  readonly status: number;
  readonly location: string | null;
  readonly state: string;
}

export interface JoinOptions {
  readonly token?: string;
  /** What a publisher sends; a player asks for both whatever there is. */
  readonly kinds?: readonly ('audio' | 'video')[];
  /** The only way by which it may go. */
  readonly relay?: { readonly urls: string; readonly username?: string; readonly credential?: string };
  /** Sends the picture in two sizes, the larger one 640 pixels wide. */
  readonly simulcast?: boolean;
  /** The codecs of sound that it offers, by their MIME types, in this order; else what the browser has. */
  readonly sound?: readonly string[];
  /** Offers the dependency descriptor, which a browser does only when told to. */
  readonly describesFrames?: boolean;
  /** Where it sends media to in place of the address that the server announces. */
  readonly through?: Endpoint;
}

/**
 * Publishes the fake camera to a WHIP endpoint, or plays from a WHEP endpoint, with nothing but what every browser has.
 * The page keeps its `connection` and its `session` URL.
 */
export const join = (
  page: Page,
  url: string,
  { token, kinds = ['audio', 'video'], simulcast = false, sound, describesFrames = false, ...ways }: JoinOptions = {},
) =>
  page.evaluate(
    `(${joinInPage})(${JSON.stringify([url, token ?? null, kinds, ways.through ?? null, ways.relay ?? null, simulcast, sound ?? null, describesFrames])})`,
  ) as Promise<Joined>;

const joinInPage = `async ([url, token, kinds, through, relay, simulcast, sound, describesFrames]) => {
  globalThis.connection?.close();
  const connection = (globalThis.connection = new RTCPeerConnection(relay ? { iceServers: [relay], iceTransportPolicy: 'relay' } : {}));
  if (url.endsWith('whip')) {
    const media = await navigator.mediaDevices.getUserMedia({ audio: true, video: simulcast ? { width: 640, height: 360 } : { width: 320, height: 240 } });
    const sendEncodings = ['l', 'h'].map((rid, i) => ({ rid, scaleResolutionDownBy: 2 - i }));
    for (const track of media.getTracks().filter(({ kind }) => kinds.includes(kind))) connection.addTransceiver(track, { direction: 'sendonly', streams: [media], ...(simulcast && track.kind === 'video' && { sendEncodings }) });
  } else {
    for (const kind of ['video', 'audio']) connection.addTransceiver(kind, { direction: 'recvonly' });
    const video = document.createElement('video');
    Object.assign(video, { autoplay: true, muted: true });
    connection.ontrack = ({ streams: [stream] }) => { video.srcObject = stream; };
    document.body.append(video);
  }
  for (const transceiver of connection.getTransceivers()) {
    const extensions = transceiver.getHeaderExtensionsToNegotiate();
    for (const extension of extensions) if (describesFrames && extension.uri.includes('#dependency-descriptor')) extension.direction = 'sendrecv';
    if (describesFrames) transceiver.setHeaderExtensionsToNegotiate(extensions);
    if (sound === null || transceiver.receiver.track.kind !== 'audio') continue;
    const { codecs } = RTCRtpReceiver.getCapabilities('audio');
    transceiver.setCodecPreferences(sound.flatMap((type) => codecs.filter(({ mimeType }) => mimeType === type)));
  }
  await connection.setLocalDescription();
  const authorization = token === null ? {} : { Authorization: 'Bearer ' + token };
  globalThis.remove = () => fetch(globalThis.session, { method: 'DELETE', headers: authorization });
  globalThis.restart = async () => {
    connection.restartIce();
    await connection.setLocalDescription();
    const { sdp } = connection.localDescription;
    const line = (sdp, name) => new RegExp('^a=ice-' + name + ':.*', 'm').exec(sdp)[0];
    const response = await fetch(globalThis.session, {
      method: 'PATCH',
      headers: { 'Content-Type': 'application/trickle-ice-sdpfrag', 'If-Match': '*', ...authorization },
      body: [line(sdp, 'ufrag'), line(sdp, 'pwd'), ''].join('\\r\\n'),
    });
    const fragment = await response.text();
    const answer = ['ufrag', 'pwd'].reduce(
      (answer, name) => answer.replace(new RegExp('^a=ice-' + name + ':.*', 'gm'), line(fragment, name)),
      connection.remoteDescription.sdp,
    );
    await connection.setRemoteDescription({ type: 'answer', sdp: answer });
    return { status: response.status, ufrag: line(sdp, 'ufrag').split(':')[1] };
  };
  const headers = { 'Content-Type': 'application/sdp', ...authorization };
  const response = await fetch(url, { method: 'POST', headers, body: connection.localDescription.sdp });
  const location = response.headers.get('location');
  if (response.status !== 201) return { status: response.status, location, state: 'none' };
  globalThis.session = new URL(location, url).href;
  const answer = await response.text();
  const sdp = through === null ? answer : answer.replace(/^(a=candidate:\\S+ \\d udp \\d+) \\S+ \\d+/gm, '$1 ' + through.address + ' ' + through.port);
  await connection.setRemoteDescription({ type: 'answer', sdp });
  for (let tenths = 0; connection.connectionState !== 'connected' && tenths < 100; tenths++)
    await new Promise((resolve) => setTimeout(resolve, 100));
  return { status: response.status, location, state: connection.connectionState };
}`;

/** Restarts the ICE of the page's session by its URL. Resolves to the page's new username fragment. */
export const restart = (page: Page) =>
  page.evaluate('restart()') as Promise<{ readonly status: number; readonly ufrag: string }>;

/** The username fragment of the pair of addresses that the page's media goes by. */
export const chosenUfrag = (page: Page): Promise<string | undefined> =>
  page.evaluate(
    `connection.getStats().then((stats) => {
      const { selectedCandidatePairId } = [...stats.values()].find(({ type }) => type === 'transport');
      return stats.get(stats.get(selectedCandidatePairId)?.localCandidateId)?.usernameFragment;
    })`,
  );

/** Ends the page's session by its URL. */
export const leave = (page: Page) =>
  page.evaluate('remove().then(({ status }) => { connection.close(); return status; })');

/** Packets of that kind that have arrived in the page's present session. */
export const receivedPackets = (page: Page, kind: 'audio' | 'video'): Promise<number> =>
  page.evaluate(
    `connection.getStats().then((stats) =>
      [...stats.values()].find((it) => it.type === 'inbound-rtp' && it.kind === '${kind}')?.packetsReceived ?? 0)`,
  );

/** Video frames that the page has decoded in its present session. */
export const decodedFrames = (page: Page): Promise<number> =>
  page.evaluate(
    `connection.getStats().then((stats) =>
      [...stats.values()].find(({ type, kind }) => type === 'inbound-rtp' && kind === 'video')?.framesDecoded ?? 0)`,
  );

/** Resolves when the page has decoded so many video frames more than it had. */
export async function framesRise(page: Page, least: number): Promise<void> {
  const from = await decodedFrames(page);
  await eventually(`${least} more frames are decoded`, async () => (await decodedFrames(page)) >= from + least);
}
