import { RTCPeerConnection, useAbsSendTime, useSdesMid, useVP8 } from 'werift';

/** A peer connection as werift's users make one, on loopback. */
export const peerConnection = (): RTCPeerConnection =>
  new RTCPeerConnection({
    iceServers: [],
    iceUseIpv6: false,
    iceAdditionalHostAddresses: ['127.0.0.1'],
    codecs: { video: [useVP8()] },
    headerExtensions: { video: [useSdesMid(), useAbsSendTime()] },
  });

export const isConnected = async (connection: RTCPeerConnection): Promise<void> => {
  if (connection.connectionState === 'connected') return;
  await connection.connectionStateChange.watch((state) => state === 'connected');
};
