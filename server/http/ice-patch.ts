/** What a PATCH of a session comes to (RFC 9725 section 4.3). Pure. */
import { type Refusal, Refused } from '../room/refusal.ts';
import type { IceCredentials } from '../rtc/sdp/ice-credentials.ts';
import { quoted, SdpError } from '../rtc/sdp/sdp.ts';
import { type IceFragment, iceFragment, isRestart } from '../rtc/sdp/sdpfrag.ts';
import { ifMatch, type Match } from './entity-tag.ts';
import { mediaType } from './media-type.ts';

export const fragmentType = 'application/trickle-ice-sdpfrag';

/** The ICE session that a client's media goes by now. Its credentials are the client's. */
export interface IceSession extends IceCredentials {
  /** Its strong entity tag, with quotes. */
  readonly tag: string;
  /** The m-sections of the offer, by name; an only one may have none, which is the empty one here. */
  readonly mids: readonly string[];
  /** The client's username fragments before restarts. */
  readonly former: readonly string[];
}

export interface IcePatch {
  readonly contentType: string | undefined;
  readonly ifMatch: string | undefined;
  /** Undefined when there was none, or nobody could read it. */
  readonly body: string | undefined;
}

/** What is to be done, and the status that says so. A trickle is answered without a body and without a tag. */
export type IceChange =
  | { readonly status: 204; readonly action: 'Trickle'; readonly fragment: IceFragment }
  | { readonly status: 200; readonly action: 'Restart'; readonly fragment: IceFragment };

/**
 * Throws {@link Refused}. Requests may come out of order: a tag names the ICE session that a fragment belongs to, so
 * that what was meant for an earlier one is refused.
 *
 *   content type ─► 415    If-Match ─► 428, 412    body ─► 400    what it asks for ─► 422, 412, or it is done
 *
 * The credentials tell a trickle from a restart, not the condition: clients send `*` with candidates, too, and a restart
 * that names the session it replaces is only safer than the `*` which RFC 9725 asks for.
 */
export function icePatch(asked: IcePatch, now: IceSession): IceChange {
  if (mediaType(asked.contentType) !== fragmentType || asked.body === undefined) throw new Refused(notFragment);
  const mismatch = mismatches[ifMatch(asked.ifMatch, now.tag)];
  if (mismatch !== undefined) throw new Refused(mismatch);
  const fragment = read(asked.body);
  const stranger = fragment.mids.find((mid) => !now.mids.includes(mid));
  if (stranger !== undefined) throw new Refused(unknownSection(stranger, now.mids));
  if (!isRestart(fragment, now)) return { status: 204, action: 'Trickle', fragment };
  if (now.former.includes(fragment.iceUfrag)) throw new Refused(ofFormer);
  return { status: 200, action: 'Restart', fragment };
}

function read(body: string): IceFragment {
  try {
    return iceFragment(body);
  } catch (error) {
    if (!(error instanceof SdpError)) throw error;
    const reason = error.kind === 'malformed' ? 'MalformedFragment' : 'UnusableFragment';
    throw new Refused({ reason, detail: error.message });
  }
}

export const notFragment: Refusal = {
  reason: 'UnsupportedMediaType',
  detail: `Send the lines of ICE as the body, with "Content-Type: ${fragmentType}".`,
};

const failed = (detail: string): Refusal => ({ reason: 'PreconditionFailed', detail });

const mismatches: Readonly<Record<Match, Refusal | undefined>> = {
  Any: undefined,
  Same: undefined,
  Absent: {
    reason: 'PreconditionRequired',
    detail: 'Send "If-Match" with the ETag that came with the answer; or with * to restart ICE.',
  },
  Other: failed("This is not the ETag of the session's ICE as it is now. Send the newest one that you were given."),
  Weak: failed('The ETag has become weak (W/) on its way, and weak ones never match. Keep proxies from changing it.'),
  Unquoted: failed('The quotes belong to the ETag. Send it as it came.'),
};

const ofFormer = failed('This is of the ICE before a restart. Send the candidates that were gathered since.');

/** A section without a name is that of an offer whose only section has none. */
const unknownSection = (mid: string, mids: readonly string[]): Refusal =>
  mid === ''
    ? {
        reason: 'MalformedFragment',
        detail: 'An m-section is without a=mid. It says which m-section of the offer is meant.',
      }
    : {
        reason: 'UnusableFragment',
        detail: `The offer has no a=mid:${quoted(mid)}; it has ${mids.join(', ') || 'none'}. A PATCH changes ICE, and nothing that was agreed on.`,
      };
