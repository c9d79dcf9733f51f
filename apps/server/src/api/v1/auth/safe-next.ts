/** The page of ours that a sign-in returns to; the start page when the wanted one is not ours (access.md 7.7: no open redirects). */
export function safeNext(wanted: unknown, baseUrl: string): string {
  if (typeof wanted !== 'string' || !/^\/(?![/\\])/.test(wanted) || wanted.length > 2_000) return '/';
  if (/[\\\p{Cc}]/u.test(wanted) || !URL.canParse(wanted, baseUrl)) return '/';
  const { origin, pathname, search, hash } = new URL(wanted, baseUrl);
  return origin === new URL(baseUrl).origin && !pathname.startsWith('//') ? `${pathname}${search}${hash}` : '/';
}
