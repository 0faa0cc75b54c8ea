import type { LocalImages } from '../node/command-line.ts';

export type MonitoringProgram = 'prometheus' | 'prometheus-operator' | 'prometheus-config-reloader';

export const monitoringPrograms: readonly MonitoringProgram[] = [
  'prometheus',
  'prometheus-operator',
  'prometheus-config-reloader',
];

/** Names of the images as they are published; the node has their programs. */
export const image = {
  prometheus: 'quay.io/prometheus/prometheus:v3.13.1',
  operator: 'quay.io/prometheus-operator/prometheus-operator:v0.93.1',
  reloader: 'quay.io/prometheus-operator/prometheus-config-reloader:v0.93.1',
} as const;

/** What stands for them: each is one program that needs no other file, where its image has it. */
export const monitoringImages = (programs: Readonly<Record<MonitoringProgram, string>>): LocalImages => ({
  [image.prometheus]: program('/bin/prometheus', programs.prometheus),
  [image.operator]: program('/bin/operator', programs['prometheus-operator']),
  [image.reloader]: program('/bin/prometheus-config-reloader', programs['prometheus-config-reloader']),
});

const program = (path: string, onDisk: string) => ({ cwd: '/', command: [path], files: { [path]: onDisk } });
