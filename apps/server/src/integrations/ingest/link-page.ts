import { createHash } from 'node:crypto';
import { type Answer, escapeHtml } from './answer.ts';

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:4rem auto;padding:0 1rem}
code{display:block;padding:.75rem;background:#8882;border-radius:.25rem;overflow-wrap:anywhere}
button,a{margin-top:1rem;display:inline-block;margin-right:1rem}`;
const SCRIPT = `document.getElementById('copy').addEventListener('click',function(e){
navigator.clipboard.writeText(document.getElementById('url').textContent).then(function(){e.target.textContent='Copied'})})`;

const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
const POLICY = `default-src 'none'; style-src ${hash(STYLE)}; script-src ${hash(SCRIPT)}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/**
 * What a browser shows on an integration's URL. Loads nothing from anywhere, for the address is a secret (ingest.md B-28).
 * @param url the address as the browser asked for it
 */
export function linkPage(url: string, typeTitle: string, typeSlug: string): Answer {
  const body = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">
<title>Integration link</title><style>${STYLE}</style></head>
<body><h1>This is an integration link</h1>
<p>A monitoring system (${escapeHtml(typeTitle)}) sends its alerts here with POST. Opening it in a browser sends nothing.</p>
<code id="url">${escapeHtml(url)}</code>
<button id="copy" type="button">Copy</button><a href="/docs/integrations/${encodeURIComponent(typeSlug)}" rel="noreferrer">How to set it up</a>
<script>${SCRIPT}</script></body></html>
`;
  return {
    status: 200,
    contentType: 'text/html; charset=utf-8',
    body,
    headers: {
      'Content-Security-Policy': POLICY,
      'Referrer-Policy': 'no-referrer',
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
    },
  };
}
