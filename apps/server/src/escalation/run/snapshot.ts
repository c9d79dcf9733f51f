import { createHash } from 'node:crypto';
import type { EscalationStep } from '../step.ts';

/** A chain as it was when a run began. */
export type ChainSnapshot = { chain: { id: string; name: string }; steps: readonly EscalationStep[] };

/** Equal chains have equal hashes, so that runs share a row. Properties are written in one order by `stepFromRow`. */
export const snapshotHash = (snapshot: ChainSnapshot): string =>
  createHash('sha256').update(JSON.stringify(snapshot)).digest('hex').slice(0, 32);
