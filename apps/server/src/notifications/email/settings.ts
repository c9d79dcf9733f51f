/** How mail leaves (access.md 15.2). Read anew for every batch, so that a change counts from the next mail on. */
export type EmailSettings = {
  host: string;
  port: number;
  /** Null: no login. */
  user: string | null;
  password: string | null;
  /** `starttls` requires the upgrade, `tls` starts encrypted. */
  security: 'starttls' | 'tls' | 'none';
  from: string;
  fromName: string;
};

/** One address, plain, that can stand in an envelope and a header. */
const ADDRESS = /^[^\s@<>()[\],;:\\"\p{Cc}]{1,64}@[^\s@<>()[\],;:\\"\p{Cc}]{1,253}$/u;

export const isAddress = (text: string): boolean => ADDRESS.test(text);
