/** Character properties and case mappings that Python has and JavaScript lacks. Source: Unicode Character Database, SpecialCasing.txt and CaseFolding.txt. */

/** White space as str.isspace, strip and split see it. */
export const SPACE = '\\t-\\r\\x1c- \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';

/** Numeric_Type=Digit: superscripts, circled digits and the like. */
const DIGIT =
  /^[\p{Nd}\u{b2}-\u{b3}\u{b9}\u{1369}-\u{1371}\u{19da}\u{2070}\u{2074}-\u{2079}\u{2080}-\u{2089}\u{2460}-\u{2468}\u{2474}-\u{247c}\u{2488}-\u{2490}\u{24ea}\u{24f5}-\u{24fd}\u{24ff}\u{2776}-\u{277e}\u{2780}-\u{2788}\u{278a}-\u{2792}\u{10a40}-\u{10a43}\u{10e60}-\u{10e68}\u{11052}-\u{1105a}\u{1f100}-\u{1f10a}]+$/u;

/** Numeric_Type of any kind, ideographs that mean a number included. */
const NUMERIC =
  /^[\p{N}\u{3405}\u{3483}\u{382a}\u{3b4d}\u{4e00}\u{4e03}\u{4e07}\u{4e09}\u{4e5d}\u{4e8c}\u{4e94}\u{4e96}\u{4ebf}-\u{4ec0}\u{4edf}\u{4ee8}\u{4f0d}\u{4f70}\u{5104}\u{5146}\u{5169}\u{516b}\u{516d}\u{5341}\u{5343}-\u{5345}\u{534c}\u{53c1}-\u{53c4}\u{56db}\u{58f1}\u{58f9}\u{5e7a}\u{5efe}-\u{5eff}\u{5f0c}-\u{5f0e}\u{5f10}\u{62fe}\u{634c}\u{67d2}\u{6f06}\u{7396}\u{767e}\u{8086}\u{842c}\u{8cae}\u{8cb3}\u{8d30}\u{9621}\u{9646}\u{964c}\u{9678}\u{96f6}\u{f96b}\u{f973}\u{f978}\u{f9b2}\u{f9d1}\u{f9d3}\u{f9fd}\u{20001}\u{20064}\u{200e2}\u{20121}\u{2092a}\u{20983}\u{2098c}\u{2099c}\u{20aea}\u{20afd}\u{20b19}\u{22390}\u{22998}\u{23b1b}\u{2626d}\u{2f890}]+$/u;

const ALNUM = /^[\p{L}]+$/u;
const DECIMAL = /^\p{Nd}+$/u;
const ALL_SPACE = new RegExp(`^[${SPACE}]+$`);
const IDENTIFIER = /^[\p{XID_Start}_]\p{XID_Continue}*$/u;

export const isAlpha = (s: string): boolean => ALNUM.test(s);
export const isDecimal = (s: string): boolean => DECIMAL.test(s);
export const isDigit = (s: string): boolean => DIGIT.test(s);
export const isNumeric = (s: string): boolean => NUMERIC.test(s);
export const isSpace = (s: string): boolean => ALL_SPACE.test(s);
export const isIdentifier = (s: string): boolean => IDENTIFIER.test(s);

export const isUpperChar = (c: string): boolean => /\p{Uppercase}/u.test(c);
export const isLowerChar = (c: string): boolean => /\p{Lowercase}/u.test(c);
export const isTitleChar = (c: string): boolean => /\p{Lt}/u.test(c);
export const isCasedChar = (c: string): boolean => /\p{Cased}/u.test(c);

const DIGRAPHS: readonly (readonly [string, string])[] = [
  ['\u01c4\u01c5\u01c6', '\u01c5'],
  ['\u01c7\u01c8\u01c9', '\u01c8'],
  ['\u01ca\u01cb\u01cc', '\u01cb'],
  ['\u01f1\u01f2\u01f3', '\u01f2'],
];

/** Greek letters with a iota below whose titlecase keeps it below. */
const IOTA: Readonly<Record<string, string>> = {
  '\u1fb2': '\u1fba\u0345',
  '\u1fb3': '\u1fbc',
  '\u1fb4': '\u0386\u0345',
  '\u1fb7': '\u0391\u0342\u0345',
  '\u1fbc': '\u1fbc',
  '\u1fc2': '\u1fca\u0345',
  '\u1fc3': '\u1fcc',
  '\u1fc4': '\u0389\u0345',
  '\u1fc7': '\u0397\u0342\u0345',
  '\u1fcc': '\u1fcc',
  '\u1ff2': '\u1ffa\u0345',
  '\u1ff3': '\u1ffc',
  '\u1ff4': '\u038f\u0345',
  '\u1ff7': '\u03a9\u0342\u0345',
  '\u1ffc': '\u1ffc',
};

/** Titlecase of one character. */
export function titleChar(char: string): string {
  if (char < '\u0080') return char.toUpperCase();
  const digraph = DIGRAPHS.find(([forms]) => forms.includes(char));
  if (digraph !== undefined) return digraph[1];
  if (/[\u10d0-\u10ff]/.test(char)) return char;
  if (/[\u1f80-\u1faf]/.test(char)) return String.fromCharCode(char.charCodeAt(0) | 8);
  const iota = IOTA[char];
  if (iota !== undefined) return iota;
  const [first = '', ...rest] = char.toUpperCase();
  if (rest.length === 0 || char === '\u0149') return char.toUpperCase();
  return first + rest.join('').toLowerCase();
}

/** Case folding of one character. */
function foldChar(char: string): string {
  if (/[\u13a0-\u13f5\u0131]/.test(char)) return char;
  if (/[\u13f8-\u13fd\uab70-\uabbf]/.test(char)) return char.toUpperCase();
  if (char === '\u1e9e') return 'ss';
  let folded = '';
  for (const upper of char.toUpperCase()) folded += upper.toLowerCase();
  return folded;
}

export function casefold(text: string): string {
  if (/^[\0-\x7f]*$/.test(text)) return text.toLowerCase();
  let out = '';
  for (const char of text) out += foldChar(char);
  return out;
}

/** Lowercase of the character that starts at `unit`: the capital sigma has another form at the end of a word. */
export function lowerCharAt(text: string, unit: number, char: string): string {
  if (char !== '\u03a3') return char.toLowerCase();
  const before = /\p{Cased}\p{Case_Ignorable}*$/u.test(text.slice(0, unit));
  const after = /^\p{Case_Ignorable}*\p{Cased}/u.test(text.slice(unit + 1));
  return before && !after ? '\u03c2' : '\u03c3';
}
