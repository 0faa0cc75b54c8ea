/** With `--import`: says at the end how many modules of OpenTelemetry a program has loaded, its small API aside: prom-client needs that. */
import { registerHooks } from 'node:module';
import { isMainThread } from 'node:worker_threads';

const loaded: string[] = [];
registerHooks({
  load: (url, context, next) => {
    if (/\/node_modules\/@opentelemetry\/(?!api\/)/.test(url)) loaded.push(url);
    return next(url, context);
  },
});
if (isMainThread) process.on('exit', () => process.stderr.write(`loaded of OpenTelemetry: ${loaded.length}\n`));
