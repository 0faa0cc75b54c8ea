import { podSettings } from '#crds/contract.ts';
import type { Config } from '../config.ts';

/** What the installation chooses for all servers, as environment; nothing of what it leaves to them. */
export const settingsEnvironment = ({ podEnv = {} }: Config) =>
  podSettings.flatMap((name) => (podEnv[name] === undefined ? [] : [{ name, value: podEnv[name] }]));
