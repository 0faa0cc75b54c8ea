import { udpClient } from '#test/server/udp-client.ts';
import { type Continuity, continuity } from './continuity.ts';

/** A viewer that counts what it is sent, packet by packet. It decodes nothing and asks for nothing again. */
export interface Viewer extends Pick<Continuity, 'packets' | 'lost'> {
  stop(): void;
}

/** Joins by a room's WHEP URL with its token. Throws with the status and what was answered. */
export async function viewer(whepURL: string, token: string): Promise<Viewer> {
  const { origin, pathname } = new URL(whepURL);
  const at = {
    fetch: (path: string, init: RequestInit = {}) =>
      fetch(new URL(path, origin), { ...init, headers: { ...init.headers, Authorization: `Bearer ${token}` } }),
  };
  const count = continuity();
  const client = await udpClient(at, pathname, { onRtp: count.take });
  return { packets: count.packets, lost: count.lost, stop: client.stop };
}
