import { directions, type Family, kinds, none, room } from './metric-family.ts';

const lossRatios = [0, 0.001, 0.003, 0.005, 0.007, 0.01, 0.05, 0.1, 0.4, 1] as const;
const jitterSeconds = [0.001, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5, 1] as const;
const roundTripSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.7, 1, 2, 5, 10] as const;
/** 100, 250, 500 kbit/s, 1, 2, 4, 10, 20, 50 Mbit/s. */
const estimatedBytesPerSecond = [
  12_500, 31_250, 62_500, 125_000, 250_000, 500_000, 1_250_000, 2_500_000, 6_250_000,
] as const;
const forwardSeconds = [0.000_05, 0.000_1, 0.000_2, 0.000_5, 0.001, 0.002, 0.005, 0.01, 0.02] as const;

const withheldReasons = ['NoCodec', 'NoKeyFrame', 'LinkTooThin', 'Gone'] as const;

/** What flows, and how well. */
export const mediaMetric = {
  rtpPackets: {
    name: 'live_rtp_packets_total',
    type: 'counter',
    help: 'RTP packets sent to subscribers.',
    labels: room,
  },
  rtpBytes: {
    name: 'live_rtp_bytes_total',
    type: 'counter',
    help: 'Bytes of RTP sent to subscribers, headers included.',
    labels: room,
  },
  rtpReceivedPackets: {
    name: 'live_rtp_received_packets_total',
    type: 'counter',
    help: 'RTP packets received from the publisher.',
    labels: room,
  },
  rtpReceivedBytes: {
    name: 'live_rtp_received_bytes_total',
    type: 'counter',
    help: 'Bytes of RTP received from the publisher, headers included.',
    labels: room,
  },
  rtpWithheldPackets: {
    name: 'live_rtp_withheld_packets_total',
    type: 'counter',
    help: 'RTP packets not sent to a subscriber: it lacks the codec, waits for a key frame, its network does not carry the least of the video, or it has been silent for 6 s.',
    labels: { ...room, reason: withheldReasons },
  },
  rtpWithheldBytes: {
    name: 'live_rtp_withheld_bytes_total',
    type: 'counter',
    help: 'Payload bytes of those packets.',
    labels: { ...room, reason: withheldReasons },
  },
  rtpPacketsByDirection: {
    name: 'live_rtp_packets_by_direction_total',
    type: 'counter',
    help: 'RTP packets of the pod, first transmissions and retransmissions.',
    labels: { direction: directions, transmission: ['initial', 'retransmission'] },
  },
  rtpBytesByDirection: {
    name: 'live_rtp_bytes_by_direction_total',
    type: 'counter',
    help: 'Bytes of RTP of the pod, first transmissions and retransmissions.',
    labels: { direction: directions, transmission: ['initial', 'retransmission'] },
  },
  rtpLost: {
    name: 'live_rtp_packets_lost_total',
    type: 'counter',
    help: 'RTP packets lost on the way in, by their numbers, and on the way out, by receiver reports, to which those lost on the way in are lost too.',
    labels: { direction: directions, kind: kinds },
  },
  rtpLossRatio: {
    name: 'live_rtp_loss_ratio',
    type: 'histogram',
    help: 'Fraction of packets lost between two reports.',
    labels: { direction: directions, kind: kinds },
    buckets: lossRatios,
  },
  rtpOutOfOrder: {
    name: 'live_rtp_out_of_order_total',
    type: 'counter',
    help: 'RTP packets that arrived after a later one, retransmissions not among them.',
    labels: { kind: kinds },
  },
  rtpJitter: {
    name: 'live_rtp_jitter_seconds',
    type: 'histogram',
    help: 'Interarrival jitter at each report.',
    labels: { direction: directions, kind: kinds },
    buckets: jitterSeconds,
  },
  roundTrip: {
    name: 'live_round_trip_seconds',
    type: 'histogram',
    help: 'Round trip to clients, by their reports. Publishers send none that would tell.',
    labels: { client: ['subscriber'] },
    buckets: roundTripSeconds,
  },
  bandwidthEstimate: {
    name: 'live_bandwidth_estimate_bytes_per_second',
    type: 'histogram',
    help: 'What the networks of subscribers are estimated to carry, each about once a second. Of those that tell of it, as browsers do.',
    labels: none,
    buckets: estimatedBytesPerSecond,
  },
  bandwidthProbes: {
    name: 'live_bandwidth_probes_total',
    type: 'counter',
    help: 'Times that it was tried whether the network of a subscriber carries the next encoding, or video again; and whether it did.',
    labels: { result: ['Carried', 'NotCarried'] },
  },
  bandwidthProbeBytes: {
    name: 'live_bandwidth_probe_bytes_total',
    type: 'counter',
    help: 'Bytes of RTP sent for that. They count as retransmissions, too.',
    labels: none,
  },
  layerSwitches: {
    name: 'live_layer_switches_total',
    type: 'counter',
    help: 'Times that a subscriber was moved to a better or lesser one of the encodings that its publisher sends side by side: by the estimate of its network, by its own choice, as the one that it was sent stopped, or to the best, as it tells nothing of its network.',
    labels: { direction: ['Up', 'Down'], reason: ['Estimate', 'Manual', 'Stopped', 'Best'] },
  },
  rtcpFeedback: {
    name: 'live_rtcp_feedback_total',
    type: 'counter',
    help: 'RTCP feedback messages about media, received of subscribers and sent to publishers.',
    labels: { type: ['nack', 'pli', 'fir'], direction: directions },
  },
  nackedPackets: {
    name: 'live_rtcp_nacked_packets_total',
    type: 'counter',
    help: 'Packets that NACKs asked for, received and sent.',
    labels: { direction: directions },
  },
  nackedPacketsRefused: {
    name: 'live_rtcp_nacked_packets_refused_total',
    type: 'counter',
    help: 'Packets that subscribers asked for and were not sent again: not kept any more, asked for a second time within half a round trip, or more than a subscriber may have.',
    labels: { reason: ['NotKept', 'TooSoon', 'OverBudget'] },
  },
  forwardLatency: {
    name: 'live_forward_latency_seconds',
    type: 'histogram',
    help: 'From reading a packet to handing its last copy to the kernel; one packet of 128.',
    labels: none,
    buckets: forwardSeconds,
  },
  tracksPublished: {
    name: 'live_tracks_published',
    type: 'gauge',
    help: 'Tracks that connected publishers send.',
    labels: { kind: kinds },
  },
  tracksSubscribed: {
    name: 'live_tracks_subscribed',
    type: 'gauge',
    help: 'Tracks that subscribers are sent.',
    labels: { kind: kinds },
  },
  datagramsDropped: {
    name: 'live_datagrams_dropped_total',
    type: 'counter',
    help: 'Datagrams on the media port that were dropped.',
    labels: {
      reason: [
        'Unknown',
        'MalformedStun',
        'UnknownUfrag',
        'BadIntegrity',
        'UnknownAddress',
        'TooManyDtls',
        'MalformedRtp',
        'NoKeys',
        'Replayed',
        'Forged',
        'UnknownSsrc',
        'TooManySources',
        'UnknownPayloadType',
        'SendFailed',
        'ThreadBusy',
      ],
    },
  },
} as const satisfies Record<string, Family>;
