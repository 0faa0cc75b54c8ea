/** What has become other between two readings of the files, in words. Pure. */
import { sha256 } from '../access/tokens.ts';
import type { Settings } from './settings.ts';

/** Each as a value of which JSON tells whether it is another. What is secret is in it as a hash. */
const parts = {
  rooms: ({ rooms }: Settings): unknown => rooms,
  'drain time-out': ({ drainTimeoutMs }: Settings): unknown => drainTimeoutMs,
  tokens: ({ tokens }: Settings): unknown => inHex(tokens),
  'secrets of JSON Web Tokens': ({ jwtSecrets }: Settings): unknown => hashed(jwtSecrets),
  'secrets of TURN servers': ({ turnSecrets }: Settings): unknown =>
    [...turnSecrets].map(([name, secret]) => [name, hash(secret)]),
  'secrets that pods share': ({ sharedSecrets }: Settings): unknown => sharedSecrets.map(hash),
  'other pods': ({ otherPods }: Settings): unknown => otherPods,
  'media addresses': ({ announced }: Settings): unknown => announced,
};

export type SettingsPart = keyof typeof parts;

/** Settings as they are compared; of no use otherwise. */
export type SettingsPrint = Readonly<Record<SettingsPart, string>>;

export const printOf = (settings: Settings): SettingsPrint =>
  Object.fromEntries(
    Object.entries(parts).map(([part, read]) => [part, JSON.stringify(read(settings)) ?? '']),
  ) as SettingsPrint;

export const changes = (before: SettingsPrint, now: SettingsPrint): readonly SettingsPart[] =>
  (Object.keys(parts) as SettingsPart[]).filter((part) => before[part] !== now[part]);

const hash = (secret: string): string => sha256(secret).toString('hex');

const hashed = (secrets: ReadonlyMap<string, readonly string[]>): unknown =>
  [...secrets].map(([name, all]) => [name, all.map(hash)]);

const inHex = (hashes: ReadonlyMap<string, readonly Buffer[]>): unknown =>
  [...hashes].map(([name, all]) => [name, all.map((each) => each.toString('hex'))]);
