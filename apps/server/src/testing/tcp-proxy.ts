import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { ConnectionConfig } from '../platform/db/create-db.ts';

/** A way to a database that a test can cut. */
export interface TcpProxy extends AsyncDisposable {
  /** The database by this way. */
  connection: ConnectionConfig;
  /** Ends all connections without a word, as a killed server does. */
  breakAll(): void;
  /** Swallows what goes through the connections that stand and closes none, as a network that is gone does. */
  fallSilent(): void;
  /** Breaks all, and lets none through until `comeBack`. */
  goAway(): void;
  comeBack(): void;
}

/** Stands on loopback before a PostgreSQL that listens on a Unix socket or on TCP. */
export async function startTcpProxy(connection: ConnectionConfig): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let isAway = false;
  const host = String(connection.host);
  const port = Number(connection.port);
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined); // 'close' follows
    socket.on('close', () => sockets.delete(socket));
  };
  const server = createServer((near) => {
    keep(near);
    if (isAway) return near.destroy();
    const far = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host);
    keep(far);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
    near.pipe(far);
    far.pipe(near);
    return undefined;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const breakAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    connection: { ...connection, host: '127.0.0.1', port: (server.address() as AddressInfo).port },
    breakAll,
    fallSilent() {
      for (const socket of sockets) socket.unpipe().resume();
    },
    goAway() {
      isAway = true;
      breakAll();
    },
    comeBack() {
      isAway = false;
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      breakAll();
      await closed;
    },
  };
}
