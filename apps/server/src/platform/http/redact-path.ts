const SHOWN = 6;
/** Long enough that nobody chose it by hand: tokens, and ids that are no harm to shorten. */
const TOKEN_LIKE = /^[A-Za-z0-9_-]{20,}$/;

/** A request's path for the log: without its query, and of each segment that may be a token only the first six characters. */
export function redactPath(url: string): string {
  const path = url.split('?', 1)[0] ?? '';
  const segments = path.split('/');
  const isIngest = segments[1] === 'integrations';
  return segments
    .map((part, index) => (TOKEN_LIKE.test(part) || (isIngest && index === 4 && part !== '') ? `${part.slice(0, SHOWN)}…` : part))
    .join('/');
}
