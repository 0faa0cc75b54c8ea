import { type Attribute, firstValue, SdpError } from './sdp.ts';

/** What the checks of one side of an ICE session are signed with. */
export interface IceCredentials {
  readonly iceUfrag: string;
  readonly icePwd: string;
}

const malformed = (message: string) => new SdpError('malformed', message);

const missing = (line: string) =>
  malformed(
    `${line} is missing. Send the a=ice-ufrag and the a=ice-pwd of the client's present ICE session, in the SDP as its WebRTC library made it.`,
  );

/**
 * The first of each among the attributes. Bounds and characters are those of RFC 8839 section 5.4. Throws an
 * {@link SdpError} when there is none.
 */
export function iceCredentials(attributes: readonly Attribute[]): IceCredentials {
  const iceUfrag = firstValue(attributes, 'ice-ufrag');
  const icePwd = firstValue(attributes, 'ice-pwd');
  if (iceUfrag === undefined) throw missing('a=ice-ufrag');
  if (icePwd === undefined) throw missing('a=ice-pwd');
  if (!/^[\w+/=-]{4,256}$/.test(iceUfrag)) throw malformed('a=ice-ufrag must have 4 to 256 letters, digits, + or /.');
  if (!/^[\w+/=-]{22,256}$/.test(icePwd)) throw malformed('a=ice-pwd must have 22 to 256 letters, digits, + or /.');
  return { iceUfrag, icePwd };
}
