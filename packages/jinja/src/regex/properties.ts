import { BLOCKS, GENERAL_CATEGORIES, SCRIPTS } from './unicode-names.ts';

/** Answers for one code point. */
export type CodePointTest = (code: number) => boolean;

/** Binary properties under the names of PropertyAliases.txt (short and long, normalised), with JavaScript's name. */
const BINARY = new Map(
  (
    'AHEX:AHex ASCIIHEXDIGIT:AHex ALPHA:Alpha ALPHABETIC:Alpha BIDIC:Bidi_C BIDICONTROL:Bidi_C BIDIM:Bidi_M BIDIMIRRORED:Bidi_M ' +
    'CASED:Cased CI:CI CASEIGNORABLE:CI CWCF:CWCF CHANGESWHENCASEFOLDED:CWCF CWCM:CWCM CHANGESWHENCASEMAPPED:CWCM CWL:CWL ' +
    'CHANGESWHENLOWERCASED:CWL CWT:CWT CHANGESWHENTITLECASED:CWT CWU:CWU CHANGESWHENUPPERCASED:CWU DASH:Dash DEP:Dep ' +
    'DEPRECATED:Dep DI:DI DEFAULTIGNORABLECODEPOINT:DI DIA:Dia DIACRITIC:Dia EMOJI:Emoji ECOMP:EComp EMOJICOMPONENT:EComp ' +
    'EMOD:EMod EMOJIMODIFIER:EMod EBASE:EBase EMOJIMODIFIERBASE:EBase EPRES:EPres EMOJIPRESENTATION:EPres EXTPICT:ExtPict ' +
    'EXTENDEDPICTOGRAPHIC:ExtPict EXT:Ext EXTENDER:Ext GRBASE:Gr_Base GRAPHEMEBASE:Gr_Base GREXT:Gr_Ext GRAPHEMEEXTEND:Gr_Ext ' +
    'HEX:Hex HEXDIGIT:Hex IDC:IDC IDCONTINUE:IDC IDEO:Ideo IDEOGRAPHIC:Ideo IDSB:IDSB IDSBINARYOPERATOR:IDSB IDST:IDST ' +
    'IDSTRINARYOPERATOR:IDST IDS:IDS IDSTART:IDS JOINC:Join_C JOINCONTROL:Join_C LOE:LOE LOGICALORDEREXCEPTION:LOE LOWER:Lower ' +
    'LOWERCASE:Lower MATH:Math NCHAR:NChar NONCHARACTERCODEPOINT:NChar PATSYN:Pat_Syn PATTERNSYNTAX:Pat_Syn PATWS:Pat_WS ' +
    'PATTERNWHITESPACE:Pat_WS QMARK:QMark QUOTATIONMARK:QMark RADICAL:Radical RI:RI REGIONALINDICATOR:RI STERM:STerm ' +
    'SENTENCETERMINAL:STerm SD:SD SOFTDOTTED:SD TERM:Term TERMINALPUNCTUATION:Term UIDEO:UIdeo UNIFIEDIDEOGRAPH:UIdeo ' +
    'UPPER:Upper UPPERCASE:Upper VS:VS VARIATIONSELECTOR:VS SPACE:space WHITESPACE:space WSPACE:space XIDC:XIDC XIDCONTINUE:XIDC ' +
    'XIDS:XIDS XIDSTART:XIDS'
  )
    .split(' ')
    .map((entry): [string, string] => {
      const [name = '', value = ''] = entry.split(':');
      return [name, value];
    }),
);

/** Properties that Python's regex module adds to Unicode's. */
const COMPOSED = new Map<string, string>([
  ['ANY', '[^]'],
  ['ASSIGNED', '\\P{Cn}'],
  ['ALNUM', '[\\p{Alpha}\\p{Nd}]'],
  ['ALPHANUMERIC', '[\\p{Alpha}\\p{Nd}]'],
  ['BLANK', '[\\p{Zs}\\t]'],
  ['HORIZSPACE', '[\\p{Zs}\\t]'],
  ['H', '[\\p{Zs}\\t]'],
  ['VERTSPACE', '[\\n-\\r\\x85\\u2028\\u2029]'],
  ['V', '[\\n-\\r\\x85\\u2028\\u2029]'],
  ['GRAPH', '[^\\p{space}\\p{Cc}\\p{Cs}\\p{Cn}]'],
  ['PRINT', '[[^\\p{space}\\p{Cc}\\p{Cs}\\p{Cn}]\\p{Zs}]'],
  ['POSIXALNUM', '[\\p{Alpha}\\p{Nd}]'],
  ['POSIXDIGIT', '[0-9]'],
  ['POSIXPUNCT', '[\\p{P}[\\p{S}--\\p{Alpha}]]'],
  ['POSIXXDIGIT', '[0-9A-Fa-f]'],
  ['WORD', '[\\p{Alpha}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_C}]'],
  ['XDIGIT', '[\\p{Nd}\\p{Hex}]'],
]);

/** In `[[:name:]]` these four mean the POSIX kind. */
const POSIX = new Map([
  ['ALNUM', 'POSIXALNUM'],
  ['DIGIT', 'POSIXDIGIT'],
  ['PUNCT', 'POSIXPUNCT'],
  ['XDIGIT', 'POSIXXDIGIT'],
]);

const YES = new Set(['Y', 'YES', 'T', 'TRUE']);
const NO = new Set(['N', 'NO', 'F', 'FALSE']);

const tests = new Map<string, CodePointTest>();

/** A test for a class of JavaScript's `v` syntax; remembers its answers for the basic plane. */
function testFor(source: string): CodePointTest {
  const known = tests.get(source);
  if (known !== undefined) return known;
  const pattern = new RegExp(source, 'v');
  let answers: Uint8Array | undefined;
  const test = (code: number): boolean => {
    if (code > 0xffff) return pattern.test(String.fromCodePoint(code));
    answers ??= new Uint8Array(0x10000);
    let answer = answers[code] ?? 0;
    if (answer === 0) {
      answer = pattern.test(String.fromCharCode(code)) ? 1 : 2;
      answers[code] = answer;
    }
    return answer === 1;
  };
  tests.set(source, test);
  return test;
}

/** One function per name, so that a class that lists a property many times tests it once. */
function named(name: string, make: () => CodePointTest): CodePointTest {
  let test = tests.get(name);
  if (test === undefined) {
    test = make();
    tests.set(name, test);
  }
  return test;
}

const isAscii: CodePointTest = (code) => code < 128;

const normalise = (name: string): string => name.replace(/[\s_-]/gu, '').toUpperCase();

function blockTest(name: string): CodePointTest | undefined {
  const range = BLOCKS.get(name);
  return range && named(`block ${name}`, () => (code) => code >= range[0] && code <= range[1]);
}

function categoryTest(name: string): CodePointTest | undefined {
  const category = GENERAL_CATEGORIES.get(name.endsWith('&') ? name.slice(0, -1) : name);
  if (category === 'ASSIGNED') return testFor('\\P{Cn}');
  return category === undefined ? undefined : testFor(`\\p{gc=${category}}`);
}

function scriptTest(name: string, property: 'sc' | 'scx'): CodePointTest | undefined {
  const script = SCRIPTS.get(name);
  return script === undefined ? undefined : testFor(`\\p{${property}=${script}}`);
}

function binaryTest(name: string): CodePointTest | undefined {
  const composed = COMPOSED.get(name);
  if (composed !== undefined) return testFor(composed);
  const binary = BINARY.get(name);
  return binary === undefined ? undefined : testFor(`\\p{${binary}}`);
}

function valueTest(property: string, value: string): CodePointTest | undefined {
  switch (property) {
    case 'GC':
    case 'GENERALCATEGORY':
      return categoryTest(value);
    case 'SC':
    case 'SCRIPT':
      return scriptTest(value, 'sc');
    case 'SCX':
    case 'SCRIPTEXTENSIONS':
      return scriptTest(value, 'scx');
    case 'BLK':
    case 'BLOCK':
      return blockTest(value);
  }
  const binary = binaryTest(property);
  if (binary === undefined || YES.has(value)) return binary;
  return NO.has(value) ? named(`no ${property}`, () => (code) => !binary(code)) : undefined;
}

/**
 * The test behind `\p{name}`, `\p{property=value}` or, with `posix`, `[[:name:]]`; undefined for an unknown one.
 * Names are read loosely (case, blanks, `-` and `_` do not count). Properties that JavaScript does not know, such as
 * numeric values or bidirectional classes, count as unknown.
 */
export function propertyTest(text: string, posix: boolean): CodePointTest | undefined {
  const [property = '', value] = text.split(/[=:]/u, 2);
  const name = normalise(property);
  if (value !== undefined) return valueTest(name, normalise(value));
  if (posix && POSIX.has(name)) return binaryTest(POSIX.get(name) ?? '');
  if (name === 'ASCII') return isAscii;
  const found = categoryTest(name) ?? scriptTest(name, 'sc') ?? blockTest(name) ?? binaryTest(name);
  if (found !== undefined) return found;
  if (name.startsWith('IS')) {
    const rest = name.slice(2);
    return categoryTest(rest) ?? scriptTest(rest, 'sc') ?? binaryTest(rest);
  }
  return name.startsWith('IN') ? blockTest(name.slice(2)) : undefined;
}

const asciiTests = new WeakMap<CodePointTest, CodePointTest>();

/** The same test for ASCII characters alone; the same function for the same test. */
export function asciiOnly(test: CodePointTest): CodePointTest {
  let limited = asciiTests.get(test);
  if (limited === undefined) {
    limited = (code) => code < 128 && test(code);
    asciiTests.set(test, limited);
  }
  return limited;
}

/** `\w`, `\d`, `\s` in the three ways they can be meant. */
export const WORD = {
  regex: testFor('[\\p{Alpha}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_C}]'),
  re: testFor('[\\p{L}\\p{N}_]'),
  ascii: (code: number) =>
    (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || code === 0x5f || (code >= 0x61 && code <= 0x7a),
} satisfies Record<string, CodePointTest>;

export const DIGIT = {
  regex: testFor('\\p{Nd}'),
  re: testFor('\\p{Nd}'),
  ascii: (code: number) => code >= 0x30 && code <= 0x39,
} satisfies Record<string, CodePointTest>;

export const SPACE = {
  regex: testFor('\\p{space}'),
  re: testFor('[\\p{space}\\x1c-\\x1f]'),
  ascii: (code: number) => code === 0x20 || (code >= 9 && code <= 13),
} satisfies Record<string, CodePointTest>;

export const HORIZONTAL_SPACE: CodePointTest = testFor('[\\p{Zs}\\t]');
