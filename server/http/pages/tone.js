/** The test picture's sound: a soft chord with a beep on every second, from one looped second without any timer. */

const beepSeconds = 0.12;

/** Samples of one second that can be repeated without a click: whole numbers of waves, and a beep that fades. */
export function secondOfSound(/** @type {number} */ sampleRate) {
  const wave = (/** @type {number} */ hertz, /** @type {number} */ at) => Math.sin(2 * Math.PI * hertz * at);
  return Float32Array.from({ length: sampleRate }, (_, index) => {
    const at = index / sampleRate;
    const chord = 0.03 * (wave(220, at) + wave(277, at) + wave(330, at));
    const beep = at < beepSeconds ? 0.25 * Math.sin((Math.PI * at) / beepSeconds) * wave(880, at) : 0;
    return chord + beep;
  });
}

/**
 * @returns {{ track: MediaStreamTrack | undefined, isBeeping: () => boolean, stop: () => void }} `isBeeping` follows
 *   the clock of the sound, so a picture that flashes with it shows how well picture and sound stay together.
 */
export function tone() {
  const context = new AudioContext();
  const destination = context.createMediaStreamDestination();
  const loop = context.createBufferSource();
  const touched = new AbortController();
  loop.buffer = context.createBuffer(1, context.sampleRate, context.sampleRate);
  loop.buffer.copyToChannel(secondOfSound(context.sampleRate), 0);
  loop.loop = true;
  loop.connect(destination);
  loop.start();
  // Browsers keep a page silent until somebody has touched it.
  const wake = () => void context.resume();
  for (const event of ['pointerdown', 'keydown']) window.addEventListener(event, wake, { signal: touched.signal });
  return {
    track: destination.stream.getAudioTracks()[0],
    isBeeping: () => context.state === 'running' && context.currentTime % 1 < beepSeconds,
    stop: () => {
      touched.abort();
      void context.close();
    },
  };
}
