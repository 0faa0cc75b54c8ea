/**
 * From WebRTC's counters to the figures that people read. Pure: two samples in, one set of figures out. Browsers differ
 * in what they report, so every figure may be missing.
 */

/**
 * The counters of one moment. Bytes are RTP payload of all tracks; the rest is the video's.
 *
 * @typedef {object} Sample
 * @property {number} atMs
 * @property {number} [bytes]
 * @property {number} [packets]
 * @property {number} [lost]
 * @property {number} [frames]
 * @property {number} [width]
 * @property {number} [height]
 * @property {number} [lossPercent]  As the other side reports it.
 * @property {number} [jitterMs]
 * @property {number} [roundTripMs]
 * @property {number} [audioEnergy]
 * @property {number} [heard]  Grows with everything that arrives from the other side, media or not.
 */

/**
 * @typedef {object} Figures
 * @property {number} [bitsPerSecond]
 * @property {number} [framesPerSecond]
 * @property {number} [lossPercent]
 * @property {number} [jitterMs]
 * @property {number} [roundTripMs]
 * @property {number} [width]
 * @property {number} [height]
 * @property {number} [frames]  Decoded (player) or encoded (publisher) since the session began.
 * @property {number} [audioEnergy]  Of what was played since the session began; only ever grows while there is sound.
 */

/** @typedef {Readonly<Record<string, any>>} Stat */

/**
 * @param {Iterable<Stat>} report  The values of an RTCStatsReport.
 * @param {'inbound' | 'outbound'} direction
 * @returns {Sample}
 */
export function sample(report, direction) {
  const stats = [...report];
  const streams = stats.filter(({ type }) => type === `${direction}-rtp`);
  const videos = streams.filter(({ kind }) => kind === 'video');
  const video = largest(videos);
  const audio = streams.find(({ kind }) => kind === 'audio') ?? {};
  const remotes = stats.filter(({ type, kind }) => type === 'remote-inbound-rtp' && kind === 'video');
  const remote = remotes.find(({ localId }) => localId !== undefined && localId === video['id']) ?? remotes[0] ?? {};
  const pair = selectedPair(stats);
  const isInbound = direction === 'inbound';
  return defined({
    atMs: Math.max(...stats.map(({ timestamp }) => timestamp ?? 0), 0),
    // A track that has not sent anything yet is not reported at all.
    bytes: streams.length === 0 ? 0 : sum(streams.map((it) => (isInbound ? it['bytesReceived'] : it['bytesSent']))),
    packets: isInbound ? video['packetsReceived'] : sum(videos.map((it) => it['packetsSent'])),
    lost: isInbound ? video['packetsLost'] : undefined,
    frames: isInbound ? video['framesDecoded'] : most(videos.map((it) => it['framesEncoded'])),
    width: video['frameWidth'],
    height: video['frameHeight'],
    lossPercent: isInbound ? undefined : times(remote['fractionLost'], 100),
    jitterMs: times(isInbound ? video['jitter'] : remote['jitter'], 1000),
    roundTripMs: times(pair['currentRoundTripTime'] ?? remote['roundTripTime'], 1000),
    audioEnergy: audio['totalAudioEnergy'],
    heard: sum([pair['bytesReceived'], pair['responsesReceived']]),
  });
}

/**
 * Of a picture that is sent in several sizes the largest that is; the others are made of it.
 *
 * @param {readonly Stat[]} streams
 * @returns {Stat}
 */
const largest = (streams) =>
  streams.reduce(
    (best, stream) => ((stream['frameWidth'] ?? 0) > (best['frameWidth'] ?? 0) ? stream : best),
    streams[0] ?? {},
  );

/**
 * The candidate pair that media flows over: named by the transport, or marked as such where there is no transport.
 *
 * @param {readonly Stat[]} stats
 * @returns {Stat}
 */
function selectedPair(stats) {
  const name = stats.find(({ type }) => type === 'transport')?.['selectedCandidatePairId'];
  const pairs = stats.filter(({ type }) => type === 'candidate-pair');
  return pairs.find(({ id }) => id === name) ?? pairs.find((pair) => pair['selected'] || pair['nominated']) ?? {};
}

/**
 * Rates between two samples. A counter that ran backwards belongs to another session or has wrapped: no rate is better
 * than a wrong one.
 *
 * @param {Sample | undefined} before
 * @param {Sample} now
 * @returns {Figures}
 */
export function figures(before, now) {
  const seconds = before === undefined ? 0 : (now.atMs - before.atMs) / 1000;
  const perSecond = (/** @type {'bytes' | 'frames'} */ name) =>
    seconds > 0 ? times(grown(before?.[name], now[name]), 1 / seconds) : undefined;
  return defined({
    bitsPerSecond: times(perSecond('bytes'), 8),
    framesPerSecond: perSecond('frames'),
    lossPercent: now.lossPercent ?? lossPercent(before, now),
    jitterMs: now.jitterMs,
    roundTripMs: now.roundTripMs,
    width: now.width,
    height: now.height,
    frames: now.frames,
    audioEnergy: now.audioEnergy,
  });
}

/**
 * Of the packets that were due between two samples. A packet that arrives late is taken off the lost ones (RFC 3550
 * section 6.4.1), so that counter, unlike the others, may sink.
 *
 * @param {Sample | undefined} before
 * @param {Sample} now
 */
function lossPercent(before, now) {
  const arrived = grown(before?.packets, now.packets);
  if (arrived === undefined || before?.lost === undefined || now.lost === undefined) return undefined;
  const lost = Math.max(0, now.lost - before.lost);
  return arrived + lost === 0 ? undefined : (100 * lost) / (arrived + lost);
}

/**
 * Says for how long a counter has stood still, as told by samples in order.
 *
 * @param {'bytes' | 'heard'} counter
 * @returns {(sample: Sample) => number} Milliseconds; 0 where the browser does not count.
 */
export function stillness(counter) {
  let /** @type {number | undefined} */ last;
  let sinceMs = 0;
  return (sample) => {
    const value = sample[counter];
    if (value === undefined || value !== last) sinceMs = sample.atMs;
    last = value;
    return sample.atMs - sinceMs;
  };
}

/**
 * @param {number | undefined} before
 * @param {number | undefined} now
 */
const grown = (before, now) => (before === undefined || now === undefined || now < before ? undefined : now - before);

/**
 * @param {number | undefined} value
 * @param {number} factor
 */
const times = (value, factor) => (value === undefined ? undefined : value * factor);

/** @param {readonly (number | undefined)[]} values */
function sum(values) {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((total, value) => total + value, 0);
}

/**
 * @param {readonly (number | undefined)[]} values
 * @returns {number | undefined}  Undefined when none is known.
 */
function most(values) {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

/**
 * The same without the properties that are undefined.
 *
 * @template {object} T
 * @param {T} values
 * @returns {any}
 */
const defined = (values) => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
