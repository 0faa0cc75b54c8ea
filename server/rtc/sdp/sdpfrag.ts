/**
 * ICE of a session that has begun, as fragments of SDP (`application/trickle-ice-sdpfrag`, RFC 8840 section 9): what a
 * client PATCHes, and what it gets for a restart (RFC 9725 section 4.3). Pure.
 */
import { isIP } from 'node:net';
import { candidateLines, type LocalTransport, midLine } from './answer.ts';
import { type IceCredentials, iceCredentials } from './ice-credentials.ts';
import { type Attribute, allValues, firstValue, fragmentLines, type MediaLines, quoted, SdpError } from './sdp.ts';

/** Where a client can be reached: an IP address, by UDP. */
export interface Candidate {
  readonly foundation: string;
  readonly priority: number;
  readonly address: string;
  readonly port: number;
  readonly type: 'host' | 'srflx' | 'prflx' | 'relay';
}

/** A fragment. All m-sections share one transport, so that its candidates are those of the session. */
export interface IceFragment extends IceCredentials {
  /** The m-sections that it names; empty for one that it has without a name. */
  readonly mids: readonly string[];
  /** Those that can be reached from here; others are left out without a word (RFC 9725 section 4.3.2). */
  readonly candidates: readonly Candidate[];
  /** No further candidates will come. */
  readonly isComplete: boolean;
}

const malformed = (message: string) => new SdpError('malformed', message);

/**
 * Reads a fragment. Throws an {@link SdpError} whose message says what is wrong with which line, and what to send
 * instead. It allocates in proportion to the text, which has at most 2000 lines.
 */
export function iceFragment(text: string): IceFragment {
  const { attributes, media } = fragmentLines(text);
  if (firstValue(attributes, 'candidate') !== undefined)
    throw malformed('a=candidate stands before the first m= line. Put it below the m= and a=mid that it belongs to.');
  const all = [...attributes, ...media.flatMap((section) => section.attributes)];
  const credentials = iceCredentials(all);
  checkOneTransport(all, credentials);
  return {
    ...credentials,
    mids: media.map(midOf),
    candidates: media.flatMap(candidates),
    isComplete: firstValue(all, 'end-of-candidates') !== undefined,
  };
}

/**
 * Whether a fragment begins a new ICE session. The credentials of the old one say that it adds to that (RFC 8839 section
 * 4.4.1.1.1: a restart changes both; one alone is no less of a change).
 */
export const isRestart = (fragment: IceCredentials, { iceUfrag, icePwd }: IceCredentials): boolean =>
  fragment.iceUfrag !== iceUfrag || fragment.icePwd !== icePwd;

function checkOneTransport(all: readonly Attribute[], { iceUfrag, icePwd }: IceCredentials) {
  const isOther = ({ name, value }: Attribute) =>
    (name === 'ice-ufrag' && value !== iceUfrag) || (name === 'ice-pwd' && value !== icePwd);
  const other = all.find(isOther);
  if (other)
    throw new SdpError(
      'unusable',
      `The fragment has two a=${other.name}. All m-sections share one transport; send one.`,
    );
}

function midOf({ place, attributes }: MediaLines): string {
  const mid = firstValue(attributes, 'mid');
  if (mid === '') throw malformed(`${place}: a=mid is empty; it says which m-section of the offer is meant.`);
  return mid ?? '';
}

const candidates = ({ place, attributes }: MediaLines): readonly Candidate[] =>
  allValues(attributes, 'candidate').flatMap((value) => candidate(place, value) ?? []);

/**
 * `<foundation> <component> <transport> <priority> <address> <port> typ <type> …` (RFC 8839 section 5.1). Undefined for
 * what is well-formed and of no use: TCP, a port for RTCP alone, names (of mDNS, mostly), types of the future, and the
 * empty one by which browsers say that there are no more.
 */
function candidate(place: string, value: string): Candidate | undefined {
  if (value === '') return undefined;
  const [, foundation = '', component, transport = '', priority, address = '', port, type = ''] =
    /^(\S{1,32}) (\d{1,3}) (\S+) (\d{1,10}) (\S+) (\d{1,5}) typ (\S+)(?: |$)/.exec(value) ?? [];
  if (component === undefined || Number(port) > 65_535)
    throw malformed(
      `${place}: this is no candidate: ${quoted(value)}. It is "foundation component transport priority address port typ type".`,
    );
  const isUseful =
    Number(component) === 1 && transport.toLowerCase() === 'udp' && isIP(address) !== 0 && Number(port) > 0;
  if (!isUseful || !isKnownType(type)) return undefined;
  return { foundation, priority: Number(priority), address, port: Number(port), type };
}

const isKnownType = (type: string): type is Candidate['type'] => /^(?:host|srflx|prflx|relay)$/.test(type);

/**
 * What a client gets for a restart: our new credentials, and the candidates again, since it has forgotten those that it
 * had. They stand under the m-section that has the transport of all, `mid`. What else the answer said of ICE holds on:
 * `a=ice-lite` as before, and still no options.
 */
export function restartFragment(
  { iceUfrag, icePwd, candidates: reachedAt }: Omit<LocalTransport, 'fingerprint' | 'setup'>,
  { kind, mid }: { readonly kind: string; readonly mid: string },
): string {
  const lines = [
    'a=ice-lite',
    `a=ice-ufrag:${iceUfrag}`,
    `a=ice-pwd:${icePwd}`,
    `m=${kind} 9 RTP/AVP 0`,
    ...midLine(mid),
    ...candidateLines(reachedAt),
    'a=end-of-candidates',
  ];
  return lines.map((line) => `${line}\r\n`).join('');
}
