import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Where a process counts. Domains add their own series with `counter`, `gauge` and `histogram`; a name may be asked for again. */
export interface Metrics {
  counter<L extends string = never>(name: string, help: string, labels?: readonly L[]): Counter<L>;
  /** @param read called at every scrape to set the gauge */
  gauge<L extends string = never>(
    name: string,
    help: string,
    labels?: readonly L[],
    read?: (gauge: Gauge<L>) => void | Promise<void>,
  ): Gauge<L>;
  histogram<L extends string = never>(
    name: string,
    help: string,
    buckets: readonly number[],
    labels?: readonly L[],
  ): Histogram<L>;
  /** Text exposition 0.0.4. */
  expose(): Promise<{ contentType: string; text: string }>;
}

export function createMetrics(options: { runtime: boolean } = { runtime: true }): Metrics {
  const registry = new Registry();
  if (options.runtime) collectDefaultMetrics({ register: registry });
  const known = <M>(name: string): M | undefined => registry.getSingleMetric(name) as M | undefined;
  return {
    counter: (name, help, labels = []) =>
      known(name) ?? new Counter({ name, help, labelNames: [...labels], registers: [registry] }),
    gauge<L extends string>(
      name: string,
      help: string,
      labels: readonly L[] = [],
      read?: (gauge: Gauge<L>) => void | Promise<void>,
    ) {
      const collect =
        read === undefined
          ? {}
          : {
              collect: function collect(this: Gauge<L>) {
                return read(this);
              },
            };
      return known<Gauge<L>>(name) ?? new Gauge<L>({ name, help, labelNames: [...labels], registers: [registry], ...collect });
    },
    histogram: (name, help, buckets, labels = []) =>
      known(name) ?? new Histogram({ name, help, buckets: [...buckets], labelNames: [...labels], registers: [registry] }),
    async expose() {
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}
