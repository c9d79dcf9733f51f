import { sql } from 'kysely';
import { inTransaction } from '../platform/db/create-db.ts';
import type { Db, Tx } from '../platform/db/database.ts';
import type { CallerActor } from './caller.ts';
import { networkOf } from './sign-in/throttle.ts';

/** A token that was used from an address it had not been used from. */
export interface NewTokenAddress {
  readonly org: string;
  readonly actor: CallerActor;
  /** The token's number in its organization. */
  readonly number: number;
  readonly name: string;
  readonly ip: string;
  readonly at: Date;
}

/** Records it, in the transaction that notes the address. */
export type OnNewAddress = (tx: Tx, found: NewTokenAddress) => Promise<void>;

/** Beyond so many a token is used from everywhere (a pool of runners), and the next one tells nobody anything. */
const MOST_ADDRESSES = 50;

export const isNewAddress = (known: readonly string[], ip: string): boolean =>
  known.length < MOST_ADDRESSES && !known.includes(networkOf(ip));

/** Notes an address of a token once, whichever process sees it first. The first of all is where the token lives: nobody is told. */
export async function noteAddress(
  db: Db,
  { org, id }: { org: string; id: string },
  actor: CallerActor,
  ip: string,
  at: Date,
  onNew: OnNewAddress,
): Promise<void> {
  const network = networkOf(ip);
  await inTransaction(db, async (tx) => {
    const { rows } = await sql<{ number: number; name: string; addresses: number }>`
      update api_token set known_addresses = array_append(known_addresses, ${network}),
        untold_address = case when cardinality(known_addresses) > 0 then ${ip} else untold_address end
      where organization_id = ${org} and id = ${id} and not ${network} = any(known_addresses)
        and cardinality(known_addresses) < ${MOST_ADDRESSES}
      returning number, name, cardinality(known_addresses) as addresses`.execute(tx);
    const [row] = rows;
    if (row !== undefined && row.addresses > 1) await onNew(tx, { org, actor, ip, at, number: row.number, name: row.name });
  });
}
