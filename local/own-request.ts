import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/**
 * Whether a request comes from whoever sits at this machine, and not from a page of somebody else in their browser: its host
 * is an IP address or localhost, and no other origin asks. Any other host may be a stranger's name that leads here, so that
 * a browser counts the stranger's page as one of ours (DNS rebinding).
 */
export function isOwnRequest({ headers: { host = '', origin } }: IncomingMessage): boolean {
  const isOwnPage = origin === undefined || origin === `http://${host}`;
  return isOwnPage && isOwnHost(host.replace(/:\d+$/, '').toLowerCase());
}

/** RFC 6761 section 6.3: no name below localhost leads anywhere else. */
const isOwnHost = (host: string): boolean =>
  isIP(host.replace(/^\[(.*)\]$/, '$1')) !== 0 || /^(.+\.)?localhost$/.test(host);
