import type { DtlsIdentity } from './rtc/dtls/dtls.ts';
import type { Settings } from './settings/settings.ts';

/** What changes while a server runs. */
export interface ServerState {
  settings: Settings;
  isDraining: boolean;
  /** By the clock, once it drains. */
  drainEndsMs?: number;
  readonly identity: DtlsIdentity;
}
