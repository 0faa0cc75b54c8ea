import { publicPath } from '#crds/contract.ts';
import type { RoomSettings } from '#crds/rooms-file.ts';
import { isEverywhere, thisMachine } from '../config/values.ts';
import { type Endpoint, hostPort } from '../media/udp/address.ts';
import type { Settings } from './settings.ts';

/**
 * Says of each room where to go with a browser or an encoder, and again when that has changed. Of a server that is bound at all
 * addresses it names the one of this machine, as no other gives a page of plain HTTP a camera
 * (https://www.w3.org/TR/secure-contexts/#is-origin-trustworthy).
 */
export function announcer(stdout: (text: string) => void) {
  let said = new Set<string>();
  return ({ rooms, spokenTokens }: Settings, http: Endpoint) => {
    const address = isEverywhere(http.address) ? thisMachine : http.address;
    const base = `http://${hostPort({ ...http, address })}`;
    const now = new Set(rooms.map((room) => roomUrls(room, base, spokenTokens)));
    for (const text of now.difference(said)) stdout(text);
    said = now;
  };
}

function roomUrls({ namespace, name, publish, play }: RoomSettings, base: string, tokens: ReadonlyMap<string, string>) {
  const token = ({ auth }: typeof publish | typeof play) =>
    auth.mode === 'BearerToken' ? tokens.get(auth.tokenFile) : undefined;
  const publishToken = token(publish);
  const playToken = token(play);
  const bearer = (known: string | undefined) => (known ? `  Bearer ${known}` : '');
  return [
    `Room ${name}`,
    `  publish  ${base}${publicPath.publisher(namespace, name)}${fragment({ token: publishToken, play: playToken })}`,
    `  play     ${base}${publicPath.player(namespace, name)}${fragment({ token: playToken })}`,
    `  WHIP     ${base}${publicPath.whip(namespace, name)}${bearer(publishToken)}`,
    `  WHEP     ${base}${publicPath.whep(namespace, name)}${bearer(playToken)}`,
    '\n',
  ].join('\n');
}

/** Tokens stand in fragments, which browsers send to nobody. */
function fragment(values: Readonly<Record<string, string | undefined>>): string {
  const known = Object.entries(values).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return known.length === 0 ? '' : `#${new URLSearchParams(known)}`;
}
