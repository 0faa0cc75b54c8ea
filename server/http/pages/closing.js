/**
 * The end of a session, from this side: the server is told before anything else is done. Chromium gives a page that is
 * closed half a second and then ends its process, and `RTCPeerConnection.close()` waits for encoders, which takes longer
 * than that where the CPU is busy. A server that is not told takes the session for one that may come back.
 *
 * @param {AbortSignal} signal  Ends the session when it is aborted, in the same turn: a page that goes may get no other.
 * @param {() => Promise<void>} tellServer  Sends its request before it returns.
 * @param {() => void} letGo  Gives back what the page has of the session.
 * @returns {() => Promise<void>} Ends it too; all calls resolve when the server was told, once.
 */
export function closing(signal, tellServer, letGo) {
  let /** @type {Promise<void> | undefined} */ told;
  const close = () => {
    if (told === undefined) {
      signal.removeEventListener('abort', close);
      told = tellServer();
      letGo();
    }
    return told;
  };
  signal.addEventListener('abort', close);
  return close;
}
