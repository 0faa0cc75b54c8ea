/**
 * A worker that ticks. Browsers slow a background tab's own timers down to one a second, but not those of its workers.
 * It is sent the interval in milliseconds once, and stops when it is terminated.
 */
addEventListener('message', ({ data }) => setInterval(() => postMessage(undefined), data));
