/** The client's end of a transport, as an m-section of its offer describes it. Pure. */
import { type Fingerprint, fingerprints } from '../dtls/fingerprint.ts';
import { type IceCredentials, iceCredentials } from './ice-credentials.ts';
import { type Attribute, firstValue, SdpError } from './sdp.ts';

export interface OfferedTransport extends IceCredentials {
  readonly fingerprints: readonly Fingerprint[];
  /** Our `a=setup`: whether we begin the DTLS handshake, or wait for it. */
  readonly ourSetup: 'active' | 'passive';
}

/**
 * Reads it of attributes by where they stand, nearest first: those of the section, those of the session, and those of the
 * sections that it is bundled with, since one with `a=bundle-only` has none of its own (RFC 9143 section 7.1.3). Of each
 * attribute the nearest counts. Throws an {@link SdpError} that names what is missing.
 */
export function offeredTransport(nearestFirst: readonly (readonly Attribute[])[]): OfferedTransport {
  const all = nearestFirst.flat();
  const hasFingerprint = (attributes: readonly Attribute[]) => firstValue(attributes, 'fingerprint') !== undefined;
  return {
    ...iceCredentials(all),
    fingerprints: fingerprints(nearestFirst.find(hasFingerprint) ?? []),
    ourSetup: ourSetup(firstValue(all, 'setup')),
  };
}

/**
 * Which of the two roles in DTLS is ours (RFC 5763 section 5): the server's, so that clients can begin as soon as they
 * have found their way, but for a client that takes no other.
 */
function ourSetup(setup: string | undefined): OfferedTransport['ourSetup'] {
  if (setup === undefined) throw new SdpError('malformed', 'a=setup is missing; offer a=setup:actpass.');
  if (setup === 'passive') return 'active';
  if (setup !== 'actpass' && setup !== 'active')
    throw new SdpError(
      'unusable',
      `a=setup:${setup.slice(0, 20)} leaves nobody to begin with DTLS; offer a=setup:actpass.`,
    );
  return 'passive';
}
