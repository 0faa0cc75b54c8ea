/**
 * YAML of what JSON can say, in the words of the library `yaml`. That one makes a document of nodes first, which would be a
 * third of all that a look at a room costs.
 */
export const yamlText = (value: object): string => `${block(value, '')}\n`;

/** `value` in lines of which all but the first begin with `indent`. */
function block(value: unknown, indent: string): string {
  const inner = `${indent}  `;
  if (Array.isArray(value))
    return value.length === 0 ? '[]' : value.map((item) => `- ${block(item, inner)}`).join(`\n${indent}`);
  if (!isMap(value)) return scalar(value);
  let text = '';
  for (const [name, part] of Object.entries(value)) {
    const isNested = typeof part === 'object' && part !== null && Object.keys(part).length > 0;
    text += `${text && `\n${indent}`}${scalar(name)}:${isNested ? `\n${inner}` : ' '}${block(part, inner)}`;
  }
  return text || '{}';
}

const isMap = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** In quotes where it could be taken for something else; those of JSON are YAML's, too. */
function scalar(value: unknown): string {
  if (typeof value !== 'string') return String(value);
  return isPlain.test(value) && !isWord.test(value) && Number.isNaN(Number(value)) ? value : JSON.stringify(value);
}

const isPlain = /^[a-z\d][\w./-]*$/i;
const isWord = /^(true|false|null)$/i;
