import { link, rm, writeFile } from 'node:fs/promises';

/**
 * Writes a file that only its owner can read, unless there is one by that name; whoever comes first wins, and no reader sees half of it.
 * @returns whether this call made it
 */
export async function createFileOnce(path: string, text: string): Promise<boolean> {
  const unfinished = `${path}.${process.pid}-${Math.random().toString(36).slice(2)}`;
  await writeFile(unfinished, text, { mode: 0o600 });
  try {
    await link(unfinished, path);
    return true;
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw err;
  } finally {
    await rm(unfinished, { force: true });
  }
}
