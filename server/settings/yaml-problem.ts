/** What is wrong with a text of YAML, and where, in one line: the parser's own words go on with the text itself, at any length. */
export const yamlProblem = ({ message }: Error): string =>
  message.replace(/:?\n.*$/s, '').replace(/"((?:[^"\\]|\\.){40})(?:[^"\\]|\\.)*"/, '"$1…"');
