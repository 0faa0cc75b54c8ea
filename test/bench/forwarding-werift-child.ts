/** The baseline: werift by itself, a received packet given to `RTCRtpSender.sendRtp` once for each subscriber. */
import type { RTCPeerConnection, RTCRtpSender } from 'werift';
import { answer } from './forwarding-child.ts';
import { isConnected, peerConnection } from './forwarding-werift-pair.ts';

/** The publisher offers, as in WHIP; to subscribers this side offers. */
export type WeriftQuestion = { readonly offer: string } | { readonly answer: string } | 'offer';

const senders: RTCRtpSender[] = [];
let offering: RTCPeerConnection | undefined;
let forwarded = 0;

async function connect(question: WeriftQuestion): Promise<unknown> {
  if (question === 'offer') {
    offering = peerConnection();
    senders.push(offering.addTransceiver('video', { direction: 'sendonly' }).sender);
    await offering.setLocalDescription(await offering.createOffer());
    return offering.localDescription?.sdp;
  }
  if ('answer' in question) {
    if (offering === undefined) throw new Error('nothing was offered');
    await offering.setRemoteDescription({ type: 'answer', sdp: question.answer });
    await isConnected(offering);
    return offering.dtlsTransports[0]?.srtp.config.profile;
  }
  const publisher = peerConnection();
  publisher.onTrack.subscribe((track) =>
    track.onReceiveRtp.subscribe((packet) => {
      for (const sender of senders) void sender.sendRtp(packet).then(() => forwarded++);
    }),
  );
  await publisher.setRemoteDescription({ type: 'offer', sdp: question.offer });
  await publisher.setLocalDescription(await publisher.createAnswer());
  return publisher.localDescription?.sdp;
}

answer(connect, () => forwarded);
