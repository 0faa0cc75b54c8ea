import { DtlsServer } from 'werift';
import { type WeriftSide, weriftSide } from './dtls-client.ts';

/** A client that waits for us to begin, as ffmpeg does: werift's DTLS server. */
export function dtlsServer(...made: Parameters<typeof weriftSide>): WeriftSide<DtlsServer> {
  const { options, receive } = weriftSide(...made);
  const dtls = new DtlsServer({ ...options, certificateRequest: true });
  return {
    dtls,
    receive,
    connect: () => {},
    stop: () => {
      dtls.dtls.flight = 6;
    },
  };
}
