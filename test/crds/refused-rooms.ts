import { aRoom } from '#test/harness/room.ts';

/** Rooms that the API server is to refuse, by what is wrong with them, and what it says of that. */
export const refusals: Readonly<Record<string, { room: object; says: RegExp }>> = {
  'more subscribers than the bound': {
    room: aRoom('big', { play: { maxSubscribers: 100_001 } }),
    says: /spec\.play\.maxSubscribers.*less than or equal to 100000/s,
  },
  'a negative limit': {
    room: aRoom('negative', { play: { maxSubscribers: -1 } }),
    says: /spec\.play\.maxSubscribers.*greater than or equal to 0/s,
  },
  'a drain longer than a day': {
    room: aRoom('slow', { drain: { timeout: '25h' } }),
    says: /spec\.drain\.timeout.*must be between 0s and 24h/s,
  },
  'a duration that is none': {
    room: aRoom('word', { publish: { reconnectGrace: 'soon' } }),
    says: /spec\.publish\.reconnectGrace.*should match/s,
  },
  'a codec that we do not forward': {
    room: aRoom('codec', { publish: { codecs: ['H265'] } }),
    says: /spec\.publish\.codecs\[0\].*supported values: "H264", "VP8", "VP9", "AV1", "Opus", "RED"/s,
  },
  'a probe that waits for longer than it repeats': {
    room: aRoom('late', { pod: { probes: { readiness: { periodSeconds: 2, timeoutSeconds: 3 } } } }),
    says: /spec\.pod\.probes\.readiness\.timeoutSeconds.*timeoutSeconds must be at most periodSeconds/s,
  },
  'a liveness probe that gives a pod up at once': {
    room: aRoom('hasty', { pod: { probes: { liveness: { periodSeconds: 5, failureThreshold: 1 } } } }),
    says: /spec\.pod\.probes\.liveness.*periodSeconds times failureThreshold must be between 10 and 600 seconds/s,
  },
  'a probe less often than once a minute': {
    room: aRoom('seldom', { pod: { probes: { startup: { periodSeconds: 61 } } } }),
    says: /spec\.pod\.probes\.startup\.periodSeconds.*less than or equal to 60/s,
  },
  'redundancy of a codec that it does not name': {
    room: aRoom('silent', { publish: { codecs: ['H264', 'RED'] } }),
    says: /spec\.publish\.codecs.*RED is Opus with redundancy: name Opus, too/s,
  },
  'no codec at all': { room: aRoom('none', { publish: { codecs: [] } }), says: /spec\.publish\.codecs.*at least 1/s },
  'a TURN server without a secret': {
    room: aRoom('bare', { network: { iceServers: [{ urls: ['stun:a', 'turn:a'] }] } }),
    says: /spec\.network\.iceServers\[0\]\.urls.*a TURN server needs a secretRef/s,
  },
  'credentials that end at once': {
    room: aRoom('brief', { network: { iceServers: [{ urls: ['stun:a'], credentialTTL: '59s' }] } }),
    says: /spec\.network\.iceServers\[0\]\.credentialTTL.*must be between 1m and 24h/s,
  },
  'an ICE server that is none': {
    room: aRoom('web', { network: { iceServers: [{ urls: ['https://a'] }] } }),
    says: /spec\.network\.iceServers\[0\]\.urls\[0\].*should match/s,
  },
  'a token for an open room': {
    room: aRoom('open', { play: { auth: { mode: 'None', secretRef: { name: 'a', key: 'b' } } } }),
    says: /spec\.play\.auth\.secretRef.*secretRef goes with modes BearerToken and JWT only/s,
  },
  'keys of an identity provider for plain tokens': {
    room: aRoom('plain', { play: { auth: { jwksURL: 'https://id.example.com/keys' } } }),
    says: /spec\.play\.auth\.jwksURL.*jwksURL goes with mode JWT only/s,
  },
  'keys of an identity provider, and a secret': {
    room: aRoom('both', {
      play: { auth: { mode: 'JWT', secretRef: { name: 'a', key: 'b' }, jwksURL: 'https://id.example.com/keys' } },
    }),
    says: /spec\.play\.auth\.jwksURL.*exclude each other/s,
  },
  'keys without a scheme': {
    room: aRoom('schemeless', { play: { auth: { mode: 'JWT', jwksURL: 'id.example.com/keys' } } }),
    says: /spec\.play\.auth\.jwksURL.*should match/s,
  },
  'an audience for plain tokens': {
    room: aRoom('addressed', { publish: { auth: { audience: 'live' } } }),
    says: /spec\.publish\.auth\.mode.*issuer and audience go with mode JWT only/s,
  },
  'a secret without a key': {
    room: aRoom('keyless', { play: { auth: { secretRef: { name: 'a' } } } }),
    says: /spec\.play\.auth\.secretRef\.key.*Required/s,
  },
  'a name of 49 characters': {
    room: aRoom('r'.repeat(49)),
    says: /is invalid: metadata\.name: .*must have at most 48 characters/,
  },
  'a name that begins with a digit': {
    room: aRoom('1st'),
    says: /is invalid: metadata\.name: .*begin with a letter/,
  },
  'the name of the namespace’s own Service': {
    room: aRoom('live-sfu'),
    says: /is invalid: metadata\.name: .*is taken by the namespace's own Service/,
  },
  'labels for the monitor of a whole namespace': {
    room: aRoom('labelled', { monitoring: { labels: { release: 'kps' } } }),
    says: /spec\.monitoring\.labels.*labels goes with scope Room only/s,
  },
  'an interval for the monitor of a whole namespace': {
    room: aRoom('paced', { monitoring: { interval: '5s' } }),
    says: /spec\.monitoring\.interval.*interval goes with scope Room only/s,
  },
  'a scrape timeout for the monitor of a whole namespace': {
    room: aRoom('patient', { monitoring: { scrapeTimeout: '5s' } }),
    says: /spec\.monitoring\.scrapeTimeout.*scrapeTimeout goes with scope Room only/s,
  },
  'a scrape timeout without an interval': {
    room: aRoom('half', { monitoring: { scope: 'Room', scrapeTimeout: '5s' } }),
    says: /spec\.monitoring\.scrapeTimeout.*needs an interval that is at least as long/s,
  },
  'a scrape timeout beyond the interval': {
    room: aRoom('late', { monitoring: { scope: 'Room', interval: '5s', scrapeTimeout: '5500ms' } }),
    says: /spec\.monitoring\.scrapeTimeout.*needs an interval that is at least as long/s,
  },
  'an interval after which Prometheus would have forgotten': {
    room: aRoom('rare', { monitoring: { scope: 'Room', interval: '1m1s' } }),
    says: /spec\.monitoring\.interval.*must be between 1s and 1m/s,
  },
  'an interval as Prometheus does not write it': {
    room: aRoom('backwards', { monitoring: { scope: 'Room', interval: '1s1m' } }),
    says: /spec\.monitoring\.interval.*should match/s,
  },
  'a label that Kubernetes would refuse': {
    room: aRoom('spaced', { monitoring: { scope: 'Room', labels: { 'my team': 'video' } } }),
    says: /spec\.monitoring\.labels.*keys that Kubernetes takes as labels/s,
  },
  'a label’s value that Kubernetes would refuse': {
    room: aRoom('dashed', { monitoring: { scope: 'Room', labels: { team: '-video' } } }),
    says: /spec\.monitoring\.labels\.team.*should match/s,
  },
  'a percentage above the whole': {
    room: aRoom('over', { monitoring: { alerts: { nearCapacityPercent: 101 } } }),
    says: /nearCapacityPercent.*less than or equal to 100/s,
  },
  'a collector without a scheme': {
    room: aRoom('bare-collector', { tracing: { endpoint: 'otel-collector:4317' } }),
    says: /spec\.tracing\.endpoint.*must be a URL such as/s,
  },
  'a collector by another protocol than HTTP': {
    room: aRoom('ftp', { tracing: { endpoint: 'ftp://otel-collector' } }),
    says: /spec\.tracing\.endpoint.*must be a URL such as/s,
  },
  'a protocol that OTLP does not have': {
    room: aRoom('json', { tracing: { protocol: 'thrift' } }),
    says: /spec\.tracing\.protocol.*supported values: "grpc", "http"/s,
  },
  'more than all traces': {
    room: aRoom('all', { tracing: { samplingRatio: '1.5' } }),
    says: /spec\.tracing\.samplingRatio.*must be a decimal from 0 to 1 such as "0\.1"/s,
  },
  'an Ingress and a Gateway at once': {
    room: aRoom('torn', { network: { http: { gatewayRef: { name: 'a' }, ingressClassName: 'b' } } }),
    says: /spec\.network\.http\.gatewayRef.*exclude each other/s,
  },
  'a class of load balancers where there is none': {
    room: aRoom('classed', { network: { media: { mode: 'NodePort', loadBalancerClass: 'example.com/fast' } } }),
    says: /spec\.network\.media\.loadBalancerClass.*goes with mode LoadBalancer only/s,
  },
  'annotations for Services that there are not': {
    room: aRoom('served', { network: { media: { serviceAnnotations: { 'example.com/pool': 'media' } } } }),
    says: /spec\.network\.media\.serviceAnnotations.*goes with modes LoadBalancer and NodePort only/s,
  },
  'a label of ours for its pods': {
    room: aRoom('ours', { pod: { labels: { 'liveroom.dev/room': 'other' } } }),
    says: /spec\.pod\.labels.*must leave liveroom\.dev\/ and/s,
  },
  'a field that does not exist': { room: aRoom('typo', { plai: {} }), says: /unknown field "spec\.plai"/ },
};
