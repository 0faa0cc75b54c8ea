/**
 * Kubernetes' variable references: `$(NAME)` becomes the variable's value, `$$` a single `$`, so that `$$(NAME)` stays
 * `$(NAME)`. A reference to an unknown variable, or one that is never closed, stays as it was written.
 */
export function expanded(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replace(/\$(?:\$|\(([^)]*)\))/g, (reference, name: string | undefined) =>
    name === undefined ? '$' : Object.hasOwn(variables, name) ? (variables[name] ?? '') : reference,
  );
}
