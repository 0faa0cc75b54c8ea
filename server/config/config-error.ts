/** A start that cannot be; the message says what to change. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
