import { randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createFileOnce } from '../platform/files.ts';
import type { Config } from './index.ts';

/** The root secret: SECRET_KEY, or with the embedded database one that is generated once and kept in DATA_DIR. */
export async function ensureSecretKey(config: Config): Promise<string> {
  if (config.secrets.secretKey !== null) return config.secrets.secretKey;
  const path = join(config.dataDir, 'secret-key');
  await mkdir(config.dataDir, { recursive: true, mode: 0o711 });
  await createFileOnce(path, `${randomBytes(32).toString('hex')}\n`);
  const secretKey = (await readFile(path, 'utf8')).trim();
  if (secretKey.length < 64)
    throw new Error(`${path} is damaged: expected 64 characters. Restore it, or what is encrypted under it is lost`);
  return secretKey;
}
