/** How mail leaves (access.md 15.2). Read anew for every message, so that a change counts from the next one on. */
export type EmailSettings = {
  /** `EMAIL_HOST`; empty: no mail. */
  host: string;
  port: number;
  /** `EMAIL_HOST_USER`; empty: no login. */
  user: string;
  password: string;
  /** STARTTLS, required. Not together with `useSsl`. */
  useTls: boolean;
  /** TLS from the first byte. */
  useSsl: boolean;
  /** `EMAIL_FROM_ADDRESS`; empty: the SMTP user. */
  fromAddress: string;
  fromName: string;
};

/** One address, plain, that can stand in an envelope and a header. */
const ADDRESS = /^[^\s@<>()[\],;:\\"\p{Cc}]{1,64}@[^\s@<>()[\],;:\\"\p{Cc}]{1,253}$/u;

export const isAddress = (text: string): boolean => ADDRESS.test(text);

/** The sender's address; null when the settings name none. */
export function senderAddress(settings: EmailSettings): string | null {
  const address = settings.fromAddress === '' ? settings.user : settings.fromAddress;
  return isAddress(address) ? address : null;
}
