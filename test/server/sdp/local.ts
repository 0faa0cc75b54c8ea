/** What an answer says of the server. */
export const local = {
  iceUfrag: 'usr+',
  icePwd: 'secretsecretsecretsecret',
  fingerprint: 'sha-256 AB:CD',
  setup: 'passive' as const,
  candidates: [{ address: '192.0.2.7', port: 7001 }],
};
