import { Environment } from '../environment.ts';
import { oncall } from '../oncall/index.ts';

/** The environment of a pool that is given none: Jinja2 with the filters of Grafana OnCall. */
export function createEnvironment(): Environment {
  return oncall(new Environment());
}
