import { expect, test } from 'vitest';
import { stripTags, unescapeHtml } from './html.ts';

// Expected texts are those of Python's html.unescape and markupsafe's striptags.
test.each([
  ['&notit; &amp &#x80; &#0; &#xD800; &#128; &bogus; &lt;b&gt &#1; &#x110000; &#;&#x;', '¬it; & € � � € &bogus; <b>  � &#;&#x;'],
  ['&#13;&#xfdd0;&#127;&#10;', '\r\n'],
  ['&nbsp;&eacute;&NotEqualTilde;', '\u00a0é≂̸'],
  ['&ampx;&copy2;', '&x;©2;'],
  ['no references', 'no references'],
  ['&', '&'],
  ['&#99999999999999999999;', '\ufffd'],
])('%j unescaped', (text, expected) => {
  expect(unescapeHtml(text)).toBe(expected);
});

test.each([
  ['<p>Hello <b>db</b>\n  team</p><!-- x --> &amp; co', 'Hello db team & co'],
  ['a < b', 'a < b'],
  ['<a <b> c', 'c'],
  ['<!-- <b> --> x <!-- open', 'x <!-- open'],
  ['  ', ''],
])('%j without tags', (text, expected) => {
  expect(stripTags(text)).toBe(expected);
});

test('many opening brackets do not take the square of their number', () => {
  expect(stripTags('<'.repeat(3_000_000))).toMatch(/^<*$/);
});
