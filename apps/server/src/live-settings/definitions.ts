/** A setting of the installation that can be changed while it runs. Its name is that of the environment variable (access.md 15.2). */
export interface LiveSetting {
  readonly name: string;
  readonly description: string;
  readonly isSecret: boolean;
  /** What holds where neither the database nor the environment says anything. */
  readonly defaultValue: string | number | boolean | null;
  /** What is wrong with a value that is set; null when nothing is. */
  readonly problem: (value: unknown) => string | null;
}

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? null : 'Empty');
const optionalText = (value: unknown): string | null =>
  value === null || typeof value === 'string' ? null : 'It must be a text.';
const port = (value: unknown): string | null =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 65_535
    ? null
    : 'It must be a whole number from 1 to 65535.';
const flag = (value: unknown): string | null => (typeof value === 'boolean' ? null : 'It must be true or false.');
const address = (value: unknown): string | null =>
  typeof value === 'string' && /^[^\s@]+@[^\s@]+$/.test(value) ? null : 'It must be an e-mail address.';

const setting = (
  name: string,
  description: string,
  problem: LiveSetting['problem'],
  defaultValue: LiveSetting['defaultValue'] = null,
  isSecret = false,
): LiveSetting => ({ name, description, isSecret, defaultValue, problem });

export const LIVE_SETTINGS: readonly LiveSetting[] = [
  setting('EMAIL_HOST', 'The SMTP server that mails leave by.', text),
  setting('EMAIL_PORT', 'Its port.', port, 587),
  setting('EMAIL_HOST_USER', 'Who signs in there.', optionalText),
  setting('EMAIL_HOST_PASSWORD', 'The password for it.', optionalText, null, true),
  setting('EMAIL_USE_TLS', 'Whether the connection is upgraded by STARTTLS.', flag, true),
  setting('EMAIL_USE_SSL', 'Whether the connection starts encrypted.', flag, false),
  setting('EMAIL_FROM_ADDRESS', 'Whom mails come from; the user when it is not set.', address),
  setting('EMAIL_FROM_NAME', 'The name beside that address.', optionalText, 'Tocsin'),
  setting('DANGEROUS_WEBHOOKS_ENABLED', 'Whether outgoing requests may go to private addresses.', flag, false),
];

export const findLiveSetting = (name: string): LiveSetting | null => LIVE_SETTINGS.find((one) => one.name === name) ?? null;

/** A value as the environment or a form gives it: words for booleans and digits for numbers where the setting is one. */
export function readLiveValue({ defaultValue }: LiveSetting, given: unknown): unknown {
  if (typeof given !== 'string') return given;
  const word = given.trim();
  if (typeof defaultValue === 'boolean') {
    if (/^(1|true|t|yes|y|on)$/i.test(word)) return true;
    if (/^(0|false|f|no|n|off)$/i.test(word)) return false;
  }
  return typeof defaultValue === 'number' && /^\d{1,9}$/.test(word) ? Number(word) : word;
}
