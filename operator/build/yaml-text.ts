import { isStructure } from '../structure.ts';

/**
 * YAML of what JSON can say, in the words of the library `yaml` for the texts that rooms have: another text is another
 * settings hash, and a write per room. The library makes a document of nodes first, which would be a third of all that a
 * look at a room costs.
 */
export const yamlText = (value: object): string => `${block(value, '')}\n`;

/** `value` in lines of which all but the first begin with `indent`. */
function block(value: unknown, indent: string): string {
  const inner = `${indent}  `;
  if (Array.isArray(value))
    return value.length === 0 ? '[]' : value.map((item) => `- ${block(item ?? null, inner)}`).join(`\n${indent}`);
  if (!isStructure(value)) return scalar(value);
  let text = '';
  for (const [name, part] of Object.entries(value)) {
    if (part === undefined) continue;
    const said = block(part, inner);
    const isOnLine = !isStructure(part) || said === '{}' || said === '[]';
    text += `${text && `\n${indent}`}${scalar(name)}:${isOnLine ? ' ' : `\n${inner}`}${said}`;
  }
  return text || '{}';
}

/** In quotes where it could be taken for something else; those of JSON are YAML's, too. */
function scalar(value: unknown): string {
  if (typeof value !== 'string') return String(value);
  return isPlain.test(value) && !isWord.test(value) && Number.isNaN(Number(value)) ? value : JSON.stringify(value);
}

const isPlain = /^[a-z\d][\w./-]*$/i;
const isWord = /^(true|false|null)$/i;
