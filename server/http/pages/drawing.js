/**
 * The test picture's drawing: what moves shows judder, the clock shows delay (hold it beside the player), the frame
 * counter shows what was dropped, the bars show colour, and the lamp lights with the beep.
 */

const barColours = ['#f8fafc', '#facc15', '#22d3ee', '#4ade80', '#e879f9', '#f87171', '#60a5fa', '#1e293b'];
const mono = 'ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace';

/**
 * @typedef {object} Moment
 * @property {number} frame
 * @property {Date} time
 * @property {boolean} isBeeping
 */

/**
 * What stands still, to be drawn once.
 *
 * @param {CanvasRenderingContext2D} pen
 */
export function drawBackground(pen) {
  const { width, height } = pen.canvas;
  const sky = pen.createLinearGradient(0, 0, 0, height);
  sky.addColorStop(0, '#0b1530');
  sky.addColorStop(1, '#1b3358');
  pen.fillStyle = sky;
  pen.fillRect(0, 0, width, height);
  pen.strokeStyle = 'rgb(255 255 255 / 6%)';
  pen.beginPath();
  for (let x = 0; x <= width; x += width / 16) lineTo(pen, x, 0, x, height);
  for (let y = 0; y <= height; y += height / 9) lineTo(pen, 0, y, width, y);
  pen.stroke();
  const bar = width / barColours.length;
  for (const [index, colour] of barColours.entries()) {
    pen.fillStyle = colour;
    pen.fillRect(index * bar, height * 0.9, bar + 1, height * 0.1);
  }
}

/**
 * What moves, over the background.
 *
 * @param {CanvasRenderingContext2D} pen
 * @param {Moment} moment
 */
export function drawMoment(pen, { frame, time, isBeeping }) {
  const { width, height } = pen.canvas;
  const unit = height / 72;
  const seconds = time.getTime() / 1000;
  drawBelt(pen, seconds, unit);
  drawHand(pen, { x: width * 0.14, y: height * 0.42, radius: 11 * unit }, seconds % 1);
  drawDisc(
    pen,
    width * (0.5 + 0.36 * Math.sin(seconds * 0.9)),
    height * (0.76 - 0.09 * Math.abs(Math.sin(seconds * 4))),
    3 * unit,
    '#f59e0b',
  );
  drawDisc(pen, width * 0.91, height * 0.415, 4 * unit, isBeeping ? '#fde047' : '#334155');

  pen.textAlign = 'center';
  pen.fillStyle = '#f8fafc';
  pen.font = `600 ${Math.round(9 * unit)}px ${mono}`;
  pen.fillText(clockText(time), width * 0.55, height * 0.44);
  pen.fillStyle = '#93c5fd';
  pen.font = `${Math.round(3.6 * unit)}px ${mono}`;
  pen.fillText(`frame ${String(frame).padStart(6, '0')}   ${width} × ${height}`, width * 0.55, height * 0.54);
  pen.fillText('LiveRoom test picture', width * 0.55, height * 0.26);
}

/** @param {Date} time */
export function clockText(time) {
  const two = (/** @type {number} */ value) => String(value).padStart(2, '0');
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':');
  return `${clock}.${String(time.getMilliseconds()).padStart(3, '0')}`;
}

/**
 * Squares that wander along the top at a steady pace.
 *
 * @param {CanvasRenderingContext2D} pen
 * @param {number} seconds
 * @param {number} unit
 */
function drawBelt(pen, seconds, unit) {
  const step = 10 * unit;
  const shift = (seconds * 4 * step) % (2 * step);
  pen.fillStyle = 'rgb(255 255 255 / 14%)';
  for (let x = shift - 2 * step; x < pen.canvas.width; x += 2 * step) pen.fillRect(x, 0, step, 5 * unit);
}

/**
 * A hand that turns once a second.
 *
 * @param {CanvasRenderingContext2D} pen
 * @param {{ x: number, y: number, radius: number }} circle
 * @param {number} turn  In [0, 1).
 */
function drawHand(pen, { x, y, radius }, turn) {
  const angle = 2 * Math.PI * turn - Math.PI / 2;
  pen.lineWidth = radius / 12;
  pen.strokeStyle = '#334155';
  pen.beginPath();
  pen.arc(x, y, radius, 0, 2 * Math.PI);
  pen.stroke();
  pen.strokeStyle = '#38bdf8';
  pen.beginPath();
  pen.arc(x, y, radius, -Math.PI / 2, angle);
  lineTo(pen, x, y, x + radius * Math.cos(angle), y + radius * Math.sin(angle));
  pen.stroke();
  drawDisc(pen, x, y, radius / 8, '#f8fafc');
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {number} x
 * @param {number} y
 * @param {number} radius
 * @param {string} colour
 */
function drawDisc(pen, x, y, radius, colour) {
  pen.fillStyle = colour;
  pen.beginPath();
  pen.arc(x, y, radius, 0, 2 * Math.PI);
  pen.fill();
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {number} fromX
 * @param {number} fromY
 * @param {number} toX
 * @param {number} toY
 */
function lineTo(pen, fromX, fromY, toX, toY) {
  pen.moveTo(fromX, fromY);
  pen.lineTo(toX, toY);
}
