import { port } from '#crds/contract.ts';
import type { Endpoint } from '../media/udp/address.ts';
import { ConfigError } from './config-error.ts';
import { isEverywhere } from './values.ts';

/**
 * From elsewhere nobody can send to the address that stands for all, and Chromium passes over a candidate with it. Port 0 is none
 * before it is bound. Throws a {@link ConfigError}; `text` is what --announce was.
 */
export function refuseUnusable(
  media: Endpoint,
  text: string | undefined,
  announce: readonly Endpoint[] | undefined,
): void {
  if (announce?.some((at) => isEverywhere(at.address) || at.port === 0))
    throw new ConfigError(`--announce must be addresses and ports that clients can use, not ${text}`);
  if (announce !== undefined || !isEverywhere(media.address)) return;
  throw new ConfigError(
    media.port === 0
      ? `--media is at all addresses of this machine, and any port: name one, and the addresses that clients are to use, such as --media 0.0.0.0:${port.media} --announce ADDRESS:${port.media}`
      : `--media is at all addresses of this machine: name those that clients are to use, as --announce ADDRESS:${media.port}`,
  );
}
