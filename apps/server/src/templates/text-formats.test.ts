import { expect, test } from 'vitest';
import {
  cutTitle,
  emailMessage,
  emailTitle,
  imageUrl,
  phoneTitle,
  pushText,
  slackTitle,
  smsTitle,
  telegramPayload,
  webMessage,
  webTitle,
} from './text-formats.ts';

const FENCE = '```';

// templates.md 8.3
test.each<[string, { web?: string; message?: string; sms?: string; phone?: string; email?: string }]>([
  [
    '**Disk** is _full_ :fire:',
    {
      web: '**Disk** is _full_ 🔥',
      message: '<p><strong>Disk</strong> is _full_ 🔥</p>',
      sms: 'Disk is full 🔥',
      phone: 'Disk is full 🔥',
      email: '**Disk** is _full_ 🔥',
    },
  ],
  [
    '<https://x.example.net/a?b=1|source> and https://y.example.net/q',
    {
      web: '[source](https://x.example.net/a?b=1) and https://y.example.net/q',
      sms: 'source and https://y.example.net/q',
      email: 'source - https://x.example.net/a?b=1 and https://y.example.net/q',
    },
  ],
  [
    'Ping <@U123ABC> in <#C9ZZ|ops> <!here>',
    { web: 'Ping @U123ABC in #ops @here', sms: 'Ping U123ABC in #ops @here', email: 'Ping @U123ABC in #ops @here' },
  ],
  ['*bold* ~strike~ `code` "quoted"', { sms: 'bold strike code "quoted"', phone: 'bold strike code quoted' }],
  [`${FENCE}\n{"a": 1}\n${FENCE}`, { message: '<pre><code>{&quot;a&quot;: 1}\n</code></pre>', sms: '{"a": 1}', phone: '{a: 1}' }],
  [':woman-shrugging: :+1: :nosuch:', { web: '🤷‍♀️ 👍 :nosuch:' }],
  ['<https://x.example.net/a%20b;c~d+e|long>', { web: '[long](https://x.example.net/a%20b;c~d+e)' }],
  ['- - twice a list', { sms: 'twice a list' }],
])('%j in the forms of the channels', (source, expected) => {
  if (expected.web !== undefined) expect(webTitle(source)).toBe(expected.web);
  if (expected.message !== undefined) expect(webMessage(source)).toBe(expected.message);
  if (expected.sms !== undefined) expect(smsTitle(source)).toBe(expected.sms);
  if (expected.phone !== undefined) expect(phoneTitle(source)).toBe(expected.phone);
  if (expected.email !== undefined) expect(emailTitle(source)).toBe(expected.email);
});

test('nothing live comes from the payload into a web message', () => {
  const html = webMessage('<script>x</script> <img src=x onerror=y> [a](javascript:alert(1)) https://z.example.net/<b>');
  expect(html).not.toMatch(/<(script|img|b)\b/);
  expect(html).not.toContain('href="javascript');
  expect(html).toContain('&lt;script&gt;');
});

test('links in web messages open apart and tell nothing of where they were', () => {
  expect(webMessage('see https://y.example.net/q')).toBe(
    '<p>see <a href="https://y.example.net/q" rel="nofollow noopener" target="_blank">https://y.example.net/q</a></p>',
  );
});

test('every line end of a message is a break', () => {
  expect(webMessage('a\nb')).toBe('<p>a<br>\nb</p>');
});

test.each<[string, boolean]>([
  ['https://example.net/a.png', true],
  ['http://localhost:8080/c.png?x=1', true],
  ['https://10.0.0.5/x.png', true],
  ['ftp://h.example.net/x', true],
  ['localhost:8080/chart.png', false],
  ['//example.net/x', false],
  ['https://mon/x.png', false],
  ['data:image/png;base64,AAAA', false],
  ['https://example.net/a b.png', false],
  ['https://example.net/a\n.png', false],
  ['', false],
])('%j as an image: %s', (url, isValid) => {
  expect(imageUrl(url)).toBe(isValid ? url : null);
});

test('a long text that is no image, or has Slack markup that never ends, does not take the square of its length', () => {
  expect(imageUrl(`https://${'a'.repeat(2_000_000)} x`)).toBeNull();
  expect(emailTitle('<@a|'.repeat(500_000))).toHaveLength(502);
});

test('titles are cut behind 500 characters, not inside one', () => {
  expect(cutTitle('🔥'.repeat(501))).toBe(`${'🔥'.repeat(500)}..`);
  expect(cutTitle('x'.repeat(500))).toBe('x'.repeat(500));
});

test('line ends in a Slack title become a blank', () => {
  expect(slackTitle('one\r\ntwo\n')).toBe('one two');
});

test('push texts end after 200 characters', () => {
  expect(pushText('x'.repeat(201))).toBe(`${'x'.repeat(200)}...`);
});

test('string values of a payload are escaped for Telegram, keys and numbers are not', () => {
  expect(telegramPayload('{"a<b": "x > y & :fire:", "n": 1.0, "l": ["\\"<\\u003c"]}')).toBe(
    '{"a<b": "x &gt; y &amp; 🔥", "n": 1.0, "l": ["\\"&lt;&lt;"]}',
  );
});

test.each(['![[]()', 'http://a.b/(', '**a', '[', '- a\n  ', '<https://a|', '[[a]', '`a``b', '# a\n', 'a@b.c '])(
  'a text of nothing but %j is brought into form',
  (piece) => {
    const text = piece.repeat(50_000 / piece.length);
    expect(webMessage(text)).not.toBe('');
    expect(emailMessage(text)).not.toBe('');
  },
);

test('what is too odd for Markdown is shown as it is', () => {
  const text = `${'[x] '.repeat(2_000)}\n<b>&amp;`;
  expect(emailMessage(text)).toBe(`<p>${'[x] '.repeat(2_000)}<br>\n&lt;b&gt;&amp;amp;</p>`);
});
