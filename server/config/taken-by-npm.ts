/**
 * Those of a script's options that npm has taken for its own, by name: it keeps what has no `--` before it, and tells of it by
 * `env` alone. A value that does not stand behind `=` goes to the script as an argument, and `true` takes its place.
 *
 * Not all are seen: of `--http 8081` npm makes a proxy of its own that is none, and nothing is left of it.
 */
export function takenByNpm<Name extends string>(
  options: readonly Name[],
  env: Readonly<Record<string, string | undefined>>,
): readonly { readonly name: Name; readonly value: string }[] {
  return options.flatMap((name) => {
    const value = env[`npm_config_${name.replaceAll('-', '_')}`];
    // npm has a help of its own.
    return value === undefined || name === 'help' ? [] : [{ name, value }];
  });
}
