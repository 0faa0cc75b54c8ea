/** H264's profiles by the names that {@link OfferedCodec} has for them. */
const h264Profiles: ReadonlyMap<string, string> = new Map([
  ['42e01f', 'Constrained Baseline'],
  ['4d001f', 'Main'],
  ['64001f', 'High'],
  ['640c1f', 'Constrained High'],
]);

const plain: ReadonlyMap<string, string> = new Map([
  ['audio/opus', 'Opus'],
  ['audio/red', 'RED'],
  ['video/vp8', 'VP8'],
]);

/** A codec's name as people and their encoders' settings have it: `H264 Constrained Baseline with packetization-mode=1`. */
export function codecWords(name: string): string {
  const [type = '', profile = '', mode = ''] = name.split(';');
  if (type === 'video/h264') {
    const named = h264Profiles.get(profile) ?? `of profile-level-id=${profile}`;
    return `H264 ${named} with packetization-mode=${mode}`;
  }
  if (type === 'video/vp9') return `VP9 profile ${profile}`;
  if (type === 'video/av1') return `AV1 profile ${profile}`;
  return plain.get(type) ?? type;
}
