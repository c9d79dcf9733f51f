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
export const readBuiltFile = async (path: string, name: string): Promise<BuiltFile> => packFile(await readFile(path), name);

async function packFile(plain: Buffer, name: string): Promise<BuiltFile> {
  const type = TYPES[extname(name)] ?? 'application/octet-stream';
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

/**
 * A folder of built files. All are read at once, so that a build that replaces them does not mix with a process that runs; each is
 * packed when it is first asked for. Nothing else of the disk is reachable.
 */
export interface BuiltFiles {
  /** @param name path below the folder, with a leading slash */
  find(name: string): Promise<BuiltFile> | null;
}

/** @returns null when the folder holds no `index.html` */
export async function openBuiltFiles(folder: string): Promise<BuiltFiles | null> {
  let contents: Map<string, Buffer>;
  try {
    contents = await readAll(folder);
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw err;
  }
  if (!contents.has('/index.html')) return null;
  const packed = new Map<string, Promise<BuiltFile>>();
  return {
    find(name) {
      const plain = contents.get(name);
      if (plain === undefined) return null;
      const known = packed.get(name) ?? packFile(plain, name);
      packed.set(name, known);
      return known;
    },
  };
}

async function readAll(folder: string): Promise<Map<string, Buffer>> {
  const entries = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name));
  const contents = await Promise.all(paths.map((path) => readFile(path)));
  return new Map(paths.map((path, index) => [`/${relative(folder, path).split(sep).join('/')}`, contents[index] as Buffer]));
}
