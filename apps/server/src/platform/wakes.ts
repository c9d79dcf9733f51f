/** Wake-ups between parts of one process, which need not wait for PostgreSQL to carry them. What is lost here, polls find. */
export interface Wakes {
  /** Calls the handler at every wake-up of the name. */
  on(name: string, handler: (detail: readonly number[]) => void): void;
  wake(name: string, detail?: readonly number[]): void;
}

export function createWakes(): Wakes {
  const handlers = new Map<string, ((detail: readonly number[]) => void)[]>();
  return {
    on(name, handler) {
      handlers.set(name, [...(handlers.get(name) ?? []), handler]);
    },
    wake(name, detail = []) {
      for (const handler of handlers.get(name) ?? []) handler(detail);
    },
  };
}
