import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

/** A file as it is sent, in each encoding that makes it smaller. */
export type BuiltFile = {
  type: string;
  etag: string;
  /** Its name holds a hash of its content, so it never changes. */
  immutable: boolean;
  plain: Buffer;
  gzip: Buffer | null;
  brotli: Buffer | null;
};

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};
const SMALL = 1_024;
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } };
const isText = (type: string): boolean => !type.startsWith('font/') && type !== 'image/png';

const compressGzip = promisify(gzip);
const compressBrotli = promisify(brotliCompress);

/** @param name path as it is asked for, with a leading slash */
export async function readBuiltFile(path: string, name: string): Promise<BuiltFile> {
  const plain = await readFile(path);
  const type = TYPES[extname(path)] ?? 'application/octet-stream';
  const pack = plain.length > SMALL && isText(type);
  return {
    type,
    etag: `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`,
    immutable: name.startsWith('/assets/'),
    plain,
    gzip: pack ? await compressGzip(plain) : null,
    brotli: pack ? await compressBrotli(plain, BROTLI) : null,
  };
}

/** A folder of built files, each read and packed when it is first asked for and kept from then on. Nothing else of the disk is reachable. */
export interface BuiltFiles {
  /** @param name path below the folder, with a leading slash */
  find(name: string): Promise<BuiltFile> | null;
}

/** @returns null when the folder holds no `index.html` */
export async function openBuiltFiles(folder: string): Promise<BuiltFiles | null> {
  let entries: Awaited<ReturnType<typeof listFiles>>;
  try {
    entries = await listFiles(folder);
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw err;
  }
  if (!entries.has('/index.html')) return null;
  const read = new Map<string, Promise<BuiltFile>>();
  return {
    find(name) {
      const path = entries.get(name);
      if (path === undefined) return null;
      const known = read.get(name);
      if (known !== undefined) return known;
      const file = readBuiltFile(path, name);
      read.set(name, file);
      file.catch(() => read.delete(name));
      return file;
    },
  };
}

async function listFiles(folder: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(`/${relative(folder, path).split(sep).join('/')}`, path);
  }
  return files;
}
