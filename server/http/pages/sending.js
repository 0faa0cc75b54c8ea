/** How the publisher's tracks are offered and exchanged. */

/** Enough for 720p with 30 frames a second, and little enough for a home's upstream. */
const maxVideoBitsPerSecond = 2_500_000;

/** @typedef {{ video: RTCRtpSender, audio: RTCRtpSender }} Senders */

/**
 * Both kinds are always offered, so that a source without sound can be exchanged for one with it.
 *
 * @param {RTCPeerConnection} peer
 * @param {MediaStream} stream
 * @param {string} codec  The preferred video codec, e.g. `H264`; the others stay on offer after it.
 * @returns {Senders}
 */
export function addSenders(peer, stream, codec) {
  const options = { direction: /** @type {const} */ ('sendonly'), streams: [stream] };
  const sendEncodings = [{ maxBitrate: maxVideoBitsPerSecond }];
  const video = peer.addTransceiver(stream.getVideoTracks()[0] ?? 'video', { ...options, sendEncodings });
  const audio = peer.addTransceiver(stream.getAudioTracks()[0] ?? 'audio', options);
  const capabilities = RTCRtpSender.getCapabilities('video');
  if (capabilities !== null) video.setCodecPreferences(preferred(capabilities.codecs, codec));
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

/**
 * The same codecs, those of one name first.
 *
 * @template {{ readonly mimeType: string }} T
 * @param {readonly T[]} codecs
 * @param {string} name
 * @returns {T[]}
 */
export function preferred(codecs, name) {
  const isPreferred = (/** @type {T} */ { mimeType }) => mimeType.toLowerCase() === `video/${name.toLowerCase()}`;
  return [...codecs.filter(isPreferred), ...codecs.filter((codec) => !isPreferred(codec))];
}
