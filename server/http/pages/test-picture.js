/** A moving picture with sound, for machines without a camera and for tests. */

import { drawBackground, drawMoment } from './drawing.js';
import { tone } from './tone.js';

const size = { width: 1280, height: 720 };
const framesPerSecond = 30;

/** @returns {{ stream: MediaStream, stop: () => void }} */
export function testPicture() {
  const background = pen();
  const foreground = pen();
  drawBackground(background);
  const sound = tone();
  // A frame is taken when asked for, not when the screen is painted: nobody paints a background tab.
  const stream = foreground.canvas.captureStream(0);
  const [track = stream] = stream.getVideoTracks();
  // The method is the track's by the standard, and the stream's in Firefox.
  const camera = /** @type {CanvasCaptureMediaStreamTrack} */ ('requestFrame' in track ? track : stream);
  if (sound.track !== undefined) stream.addTrack(sound.track);
  const metronome = new Worker(new URL('./metronome.js', import.meta.url));
  let frame = 0;
  metronome.addEventListener('message', () => {
    foreground.drawImage(background.canvas, 0, 0);
    drawMoment(foreground, { frame, time: new Date(), isBeeping: sound.isBeeping() });
    camera.requestFrame();
    frame += 1;
  });
  metronome.postMessage(1000 / framesPerSecond);
  return {
    stream,
    stop: () => {
      metronome.terminate();
      sound.stop();
      for (const each of stream.getTracks()) each.stop();
    },
  };
}

function pen() {
  const canvas = Object.assign(document.createElement('canvas'), size);
  const context = canvas.getContext('2d', { alpha: false });
  if (context === null) throw new Error('This browser cannot draw the test picture');
  return context;
}
