import type { IncomingMessage } from 'node:http';

export type BodyResult =
  | { kind: 'read'; body: Buffer }
  | { kind: 'too_large'; size: number; start: Buffer }
  | { kind: 'no_room' }
  | { kind: 'aborted' };

const EMPTY = Buffer.alloc(0);

/**
 * Makes a reader of bodies, whatever their framing (ingest.md B-2), up to `limit` bytes. What is beyond the limit is not kept.
 * @param hasRoom whether bodies of so many bytes can be taken now; asked about all that are being read together
 */
export function createBodyReader(
  limit: number,
  hasRoom: (bytes: number) => boolean,
): (request: IncomingMessage) => Promise<BodyResult> | BodyResult {
  /** What has come of bodies that are not whole yet; a promise of a large body takes no room. */
  let partialBytes = 0;

  return (request) => {
    const declared = Number(request.headers['content-length'] ?? 0);
    if (declared > limit) return { kind: 'too_large', size: declared, start: EMPTY };
    if (!hasRoom(partialBytes + declared)) return { kind: 'no_room' };
    return new Promise((resolve) => {
      const chunks: Buffer[] = [];
      let size = 0;
      let isDone = false;
      // Listeners stay, as to take them off each time takes longer than to ask them.
      const finish = (result: BodyResult) => {
        if (isDone) return;
        isDone = true;
        partialBytes -= size;
        if (result.kind !== 'read') {
          chunks.length = 0;
          request.resume();
        }
        resolve(result);
      };
      const onData = (chunk: Buffer) => {
        if (isDone) return;
        chunks.push(chunk);
        size += chunk.length;
        partialBytes += chunk.length;
        if (size > limit) finish({ kind: 'too_large', size, start: chunks[0] ?? EMPTY });
        else if (!hasRoom(partialBytes)) finish({ kind: 'no_room' });
      };
      const onEnd = () =>
        finish({ kind: 'read', body: chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, size) });
      const onClose = () => finish({ kind: 'aborted' });
      request.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose);
    });
  };
}
