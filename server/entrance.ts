/** All that stands between a request and a session, put together: limits, tokens, places, and who is told of it. */
import { type Audit, auditLog } from './access/audit.ts';
import { gate } from './access/gate.ts';
import { lockOut } from './access/lock-out.ts';
import { requestLimits } from './access/request-limits.ts';
import { roomAccess } from './access/room-access.ts';
import type { Config } from './config/config.ts';
import { type Door, type DoorOptions, door } from './http/door.ts';
import type { Log } from './log.ts';
import type { Meter } from './meter.ts';
import type { Clock } from './room/rooms.ts';
import { type Admission, admission } from './session/admission.ts';
import { capacity, capacityLimits } from './session/capacity.ts';

export interface EntranceOptions {
  readonly config: Pick<Config, 'proxies' | 'joinsPerSecondPerAddress'>;
  readonly clock: Clock;
  readonly meter: Pick<Meter, 'unauthorized' | 'failed'>;
  readonly log: Pick<Log, 'error'>;
  /** Takes the lines of the audit log. */
  readonly write: (line: string) => void;
  readonly onError: (error: unknown) => void;
  readonly passedOnFor: DoorOptions['passedOnFor'];
}

export interface Entrance {
  readonly door: Door;
  readonly admission: Admission;
  readonly audit: Audit;
  readonly accessOf: ReturnType<typeof roomAccess>;
}

export function entrance({ config, clock, meter, log, write, onError, passedOnFor }: EntranceOptions): Entrance {
  const { proxies, joinsPerSecondPerAddress } = config;
  const audit = auditLog({ write, clock });
  const limits = requestLimits(clock, joinsPerSecondPerAddress);
  // As many may be on their way as may have come at once.
  const address = joinsPerSecondPerAddress === 0 ? Number.POSITIVE_INFINITY : 10 * joinsPerSecondPerAddress;
  /** Of an identity provider; those from before are used on. */
  const keysUnread = (error: unknown) => {
    meter.failed('Settings');
    log.error('keys of JSON Web Tokens cannot be read', { error: String(error) });
  };
  return {
    audit,
    accessOf: roomAccess({ clock, onProblem: keysUnread }),
    admission: admission(capacity({ ...capacityLimits, address }), audit),
    door: door({ gate: gate({ lockOut: lockOut(clock), audit }), limits, proxies, passedOnFor, audit, meter, onError }),
  };
}
