import { internalPath, port } from '#crds/contract.ts';
import type { Config } from '../config.ts';

/**
 * For a Prometheus without its Operator that is set up, as many are, to scrape pods with these annotations. A running pod
 * gets them too.
 */
export const scrapeAnnotations = ({ monitoring }: Config): Readonly<Record<string, string>> =>
  monitoring.scrapeAnnotations === 'Disabled'
    ? {}
    : {
        'prometheus.io/scrape': 'true',
        'prometheus.io/port': String(port.internal),
        'prometheus.io/path': internalPath.metrics,
      };
