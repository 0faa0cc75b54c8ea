import { tokensSecretName } from '#crds/contract.ts';
import { type UdpClient, udpClient } from '#test/server/udp-client.ts';
import { eventually } from './eventually.ts';
import type { Product } from './product.ts';

/** A viewer that is no browser, and requests by the room's host with its token. */
export interface LoneViewer extends Pick<UdpClient, 'location' | 'stop'> {
  ask(path: string, init?: RequestInit): Promise<Response>;
}

const profile = 'profile-level-id=42e01f;packetization-mode=1;level-asymmetry-allowed=1';

/** Connects to a room of namespace default that a browser publishes to, in H264. */
export async function loneViewer({ kube, urls }: Product, room: string): Promise<LoneViewer> {
  const whep = new URL('whep', (await urls(room)).player);
  const secret = await kube.get<{ data: { play: string } }>('secret', tokensSecretName(room));
  const headers = { Authorization: `Bearer ${Buffer.from(secret?.data.play ?? '', 'base64')}` };
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(new URL(path, whep), { ...init, headers: { ...init.headers, ...headers } });
  const offers = (sdp: string) => `${sdp.replace('VP8', 'H264')}\r\na=fmtp:96 ${profile}`;
  const { location, stop, isConnected } = await udpClient({ fetch: ask }, whep.pathname, { offers });
  await eventually('the viewer is connected', isConnected);
  return { location, stop, ask };
}
