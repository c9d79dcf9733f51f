import type { SmtpConfig } from './config/index.ts';
import type { LiveSettings } from './live-settings/index.ts';

const NAMES = [
  'EMAIL_HOST',
  'EMAIL_PORT',
  'EMAIL_HOST_USER',
  'EMAIL_HOST_PASSWORD',
  'EMAIL_USE_TLS',
  'EMAIL_USE_SSL',
  'EMAIL_FROM_ADDRESS',
  'EMAIL_FROM_NAME',
];

/**
 * How mail leaves by the live settings; null: it does not. Where none of them is stored, or they do not go together, that of the
 * environment counts.
 */
export function liveEmail(live: LiveSettings, environment: SmtpConfig | null): SmtpConfig | null {
  if (!live.isStored(NAMES)) return environment;
  const text = (name: string): string | null => {
    const value = live.get(name);
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const host = text('EMAIL_HOST');
  const user = text('EMAIL_HOST_USER');
  const from = text('EMAIL_FROM_ADDRESS') ?? user;
  if (host === null || from === null || !from.includes('@')) return environment;
  return {
    host,
    port: Number(live.get('EMAIL_PORT')),
    user,
    password: user === null ? null : text('EMAIL_HOST_PASSWORD'),
    security: live.get('EMAIL_USE_SSL') === true ? 'tls' : live.get('EMAIL_USE_TLS') === true ? 'starttls' : 'none',
    from,
    fromName: text('EMAIL_FROM_NAME') ?? 'Tocsin',
  };
}
