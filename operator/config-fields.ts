/** Reads what the fields of a configuration say. Whoever finds something else throws a ConfigError, which names the field. */

/** A configuration that cannot be used. The message names the field. */
export class ConfigError extends Error {
  constructor(field: string, problem: string) {
    super(`configuration: ${field}: ${problem}`);
    this.name = 'ConfigError';
  }
}

/** A map with no other fields than these: a misspelt one would silently do nothing. */
export function fields(name: string, value: unknown, known: readonly string[]): Record<string, unknown> {
  const map = mapping(name, value);
  const unknown = Object.keys(map).find((field) => !known.includes(field));
  if (unknown !== undefined) throw new ConfigError(name, `unknown field "${unknown}"; known are ${known.join(', ')}`);
  return map;
}

export function mapping(name: string, value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new ConfigError(name, 'must be a map');
  return value as Record<string, unknown>;
}

export function stringLike(name: string, value: unknown, pattern: RegExp, problem: string): string {
  if (typeof value !== 'string' || !pattern.test(value)) throw new ConfigError(name, problem);
  return value;
}

export function baseURL(name: string, value: unknown): string {
  const url = stringLike(name, value, /^https?:\/\/[^/]/, 'must be a URL such as https://live.example.com');
  if (!URL.canParse(url)) throw new ConfigError(name, 'must be a URL such as https://live.example.com');
  return url.replace(/\/+$/, '');
}

export function isOn(name: string, value: unknown = 'Disabled'): boolean {
  if (value !== 'Enabled' && value !== 'Disabled') throw new ConfigError(name, 'must be Enabled or Disabled');
  return value === 'Enabled';
}

export function texts(name: string, value: unknown): Record<string, string> {
  const map = mapping(name, value);
  for (const [label, text] of Object.entries(map))
    if (typeof text !== 'string') throw new ConfigError(`${name}.${label}`, 'must be a string');
  return map as Record<string, string>;
}
