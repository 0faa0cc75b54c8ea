/** How the publisher's tracks are offered and exchanged. */

/**
 * The picture in three sizes, so that each viewer gets one that its network carries. The largest has enough for 720p with
 * 30 frames a second, and little enough for a home's upstream.
 */
const encodings = [
  { rid: 'l', scaleResolutionDownBy: 4, maxBitrate: 150_000 },
  { rid: 'm', scaleResolutionDownBy: 2, maxBitrate: 500_000 },
  { rid: 'h', scaleResolutionDownBy: 1, maxBitrate: 2_500_000 },
];

/** Chromium begins with 300 kbit/s otherwise, and takes half a minute to a sharp picture. */
const startVideoKbps = 1800;

/** @typedef {{ video: RTCRtpSender, audio: RTCRtpSender }} Senders */

/**
 * Both kinds are always offered, so that a source without sound can be exchanged for one with it.
 *
 * @param {RTCPeerConnection} peer
 * @param {MediaStream} stream
 * @param {string} codec  The only video codec to offer, e.g. `VP8`; all of them when empty: then the room chooses.
 * @returns {Senders}
 */
export function addSenders(peer, stream, codec) {
  const options = { direction: /** @type {const} */ ('sendonly'), streams: [stream] };
  const video = peer.addTransceiver(stream.getVideoTracks()[0] ?? 'video', {
    ...options,
    sendEncodings: encodings,
  });
  const audio = peer.addTransceiver(stream.getAudioTracks()[0] ?? 'audio', options);
  const capabilities = RTCRtpSender.getCapabilities('video');
  if (capabilities !== null) video.setCodecPreferences(onlyCodec(capabilities.codecs, codec));
  return { video: video.sender, audio: audio.sender };
}

/**
 * @param {Senders} senders
 * @param {MediaStream} stream
 */
export const exchangeTracks = ({ video, audio }, stream) =>
  Promise.all([
    video.replaceTrack(stream.getVideoTracks()[0] ?? null),
    audio.replaceTrack(stream.getAudioTracks()[0] ?? null),
  ]);

/** What makes a lost packet good again, and is no codec of its own. */
const repairs = ['video/rtx', 'video/red', 'video/ulpfec', 'video/flexfec-03'];

/**
 * @template {{ readonly mimeType: string }} T
 * @param {readonly T[]} codecs
 * @param {string} name  Empty for all.
 * @returns {T[]}
 */
export function onlyCodec(codecs, name) {
  const wanted = [`video/${name.toLowerCase()}`, ...repairs];
  return codecs.filter(({ mimeType }) => name === '' || wanted.includes(mimeType.toLowerCase()));
}

/**
 * What a person can do on the publisher page when the room cannot take what it sends.
 *
 * @param {string} codec  The chosen video codec, empty for none.
 * @param {string} detail  The server's; its first sentence says what the room has.
 */
export function refusedSending(codec, detail) {
  const [roomHas = ''] = /^[^.]*\./.exec(detail) ?? [];
  if (roomHas.startsWith('This room has no '))
    return `${roomHas} This page always sends picture and sound; an encoder can send one of them alone.`;
  if (codec !== '') return `${roomHas} Press Stop, choose another video codec, and start again.`;
  return `${roomHas} This browser cannot send that; another one may, or an encoder.`;
}

/**
 * The answer with a hint for Chromium's bandwidth estimate, in the parameters of the first video codec; other browsers
 * ignore it.
 *
 * @param {string} sdp
 */
export function withStartBitrate(sdp) {
  const lines = sdp.split('\r\n');
  const [, , , format] = lines.find((line) => line.startsWith('m=video '))?.split(' ') ?? [];
  const parameters = `a=fmtp:${format} `;
  const hint = `x-google-start-bitrate=${startVideoKbps}`;
  const hasParameters = lines.some((line) => line.startsWith(parameters));
  const hinted = lines.flatMap((line) => {
    if (line.startsWith(parameters)) return [`${line};${hint}`];
    return !hasParameters && line.startsWith(`a=rtpmap:${format} `) ? [line, parameters + hint] : [line];
  });
  return hinted.join('\r\n');
}
