/** The lines of a session description (RFC 8866), before anybody asks what they mean. */

export interface Attribute {
  readonly name: string;
  /** Empty for a flag such as `a=rtcp-mux`. */
  readonly value: string;
}

/** One m-section. `place` names it in errors, such as `m-section 1 (video)`. */
export interface MediaLines {
  readonly place: string;
  readonly kind: string;
  readonly port: number;
  readonly protocol: string;
  readonly formats: readonly string[];
  readonly attributes: readonly Attribute[];
}

export interface SessionLines {
  readonly attributes: readonly Attribute[];
  readonly media: readonly MediaLines[];
}

/**
 * An offer that cannot be answered, or a fragment that cannot be followed; the message says why, to the client's author.
 * `malformed`: it is none. `unusable`: it is understood, and asks for what we do not do.
 */
export class SdpError extends Error {
  readonly kind: 'malformed' | 'unusable';
  /** Of the track that has no codec in common with us, when that is the reason. */
  readonly withoutCodec: 'audio' | 'video' | undefined;
  constructor(kind: SdpError['kind'], message: string, withoutCodec?: SdpError['withoutCodec']) {
    super(message);
    this.name = 'SdpError';
    this.kind = kind;
    this.withoutCodec = withoutCodec;
  }
}

/** An offer of a browser with every codec has two m-sections, some 200 lines, and none of a thousand characters. */
const limit = { lines: 2000, lineLength: 2000, media: 16 } as const;

const malformed = (message: string) => new SdpError('malformed', message);

/** Splits a whole description. Throws an {@link SdpError} of kind `malformed` that names the line. */
export function sdpLines(text: string): SessionLines {
  const lines = linesOf(text);
  if (lines.length === 0) throw malformed('The body is empty; it must be an SDP offer.');
  if (lines[0] !== 'v=0') throw malformed(`An SDP begins with the line "v=0", not with ${quoted(lines[0] ?? '')}.`);
  const session = sections(lines);
  if (session.media.length === 0) throw malformed('The SDP has no m= line: nothing is offered, or the end is missing.');
  return session;
}

/**
 * Splits a part of a description: attributes, and m= lines with theirs (RFC 8840 section 9). Throws as
 * {@link sdpLines} does.
 */
export function fragmentLines(text: string): SessionLines {
  const lines = linesOf(text);
  if (lines.length === 0) throw malformed('The body is empty; it must have a=ice-ufrag and a=ice-pwd.');
  if (lines[0] === 'v=0')
    throw new SdpError(
      'unusable',
      'A whole SDP begins with "v=0". What was agreed on stays: send the lines of ICE alone, or a new offer with POST.',
    );
  return sections(lines);
}

function linesOf(text: string): readonly string[] {
  const lines = text.split(/\r\n|\n|\r/);
  while (lines.at(-1) === '') lines.pop();
  if (lines.length > limit.lines)
    throw malformed(`The SDP has ${lines.length} lines; at most ${limit.lines} are read.`);
  return lines;
}

function sections(lines: readonly string[]): SessionLines {
  const session: Attribute[] = [];
  const media: (MediaLines & { attributes: Attribute[] })[] = [];
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? '';
    if (line.length > limit.lineLength)
      throw malformed(`Line ${index + 1} is longer than ${limit.lineLength} characters.`);
    // No value may have one (RFC 8866 section 9), and some values go into the answer.
    if (line.includes('\0')) throw malformed(`Line ${index + 1} has a NUL character.`);
    if (!/^[a-z]=/.test(line)) throw malformed(`Line ${index + 1} is not "letter=value": ${quoted(line)}.`);
    if (line.startsWith('m=')) media.push({ ...mediaLine(line, index, media.length), attributes: [] });
    else if (line.startsWith('a=')) (media.at(-1)?.attributes ?? session).push(attribute(line));
  }
  if (media.length > limit.media)
    throw malformed(`The SDP has ${media.length} m= lines; at most ${limit.media} are read.`);
  return { attributes: session, media };
}

function attribute(line: string): Attribute {
  const colon = line.indexOf(':');
  return colon < 0 ? { name: line.slice(2), value: '' } : { name: line.slice(2, colon), value: line.slice(colon + 1) };
}

/** `m=<media> <port>[/<count>] <proto> <fmt> …` (RFC 8866 section 5.14). */
function mediaLine(line: string, index: number, position: number) {
  const [, kind, port, protocol, formats] = /^m=([\w-]+) (\d{1,5})(?:\/\d+)? (\S+) (\S.*)$/.exec(line) ?? [];
  if (kind === undefined || protocol === undefined || formats === undefined)
    throw malformed(`Line ${index + 1} is not "m=media port protocol formats": ${quoted(line)}.`);
  return {
    place: `m-section ${position} (${kind})`,
    kind,
    port: Number(port),
    protocol,
    formats: formats.trim().split(/ +/),
  };
}

/** What a client wrote, safe to repeat in a sentence. */
export function quoted(text: string): string {
  const printable = text.replaceAll(/[^\x20-\x7e]/g, '?');
  return JSON.stringify(printable.length > 40 ? `${printable.slice(0, 40)}…` : printable);
}

/** The value of the first attribute of that name; undefined when there is none. */
export const firstValue = (attributes: readonly Attribute[], name: string) =>
  attributes.find((attribute) => attribute.name === name)?.value;

/** The values of all attributes of that name, in order. */
export function allValues(attributes: readonly Attribute[], name: string): readonly string[] {
  const values: string[] = [];
  for (const attribute of attributes) if (attribute.name === name) values.push(attribute.value);
  return values;
}
