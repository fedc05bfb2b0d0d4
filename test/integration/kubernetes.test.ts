import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { projectRoot } from '../../src/cli/project-root.ts';
import { readConfig } from '../../src/config.ts';
import { isSetting, readImage, readProjectFile } from '../support/compose.ts';
import { services } from '../support/program.ts';
import { onPath } from '../support/system-packages.ts';

const FOLDER = 'deploy/kubernetes';

const probe = z.object({ httpGet: z.object({ path: z.string(), port: z.string() }) });
const container = z.object({
  name: z.string(),
  image: z.string(),
  args: z.array(z.string()),
  envFrom: z.array(z.record(z.string(), z.object({ name: z.string() }))),
  ports: z.array(z.object({ name: z.string(), containerPort: z.number() })).default([]),
  startupProbe: probe.optional(),
  livenessProbe: probe.optional(),
  readinessProbe: probe.optional(),
  volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string() })),
});
const podSpec = z.object({
  terminationGracePeriodSeconds: z.number().optional(),
  securityContext: z.object({ runAsNonRoot: z.literal(true), runAsUser: z.number() }),
  containers: z.tuple([container]),
});
const workload = z.object({
  kind: z.enum(['Deployment', 'Job']),
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    selector: z.object({ matchLabels: z.record(z.string(), z.string()) }).optional(),
    template: z.object({
      metadata: z.object({ labels: z.record(z.string(), z.string()) }),
      spec: podSpec,
    }),
  }),
});

interface Resource {
  kind: string;
  metadata: { name: string };
  [member: string]: unknown;
}
const files = readdirSync(path.join(projectRoot, FOLDER)).filter((file) => file.endsWith('.yaml'));
const resources = files.flatMap((file) =>
  parseAllDocuments(readProjectFile(`${FOLDER}/${file}`)).map((document) => document.toJS() as Resource),
);
const ofKind = (kind: string): Resource[] => resources.filter((resource) => resource.kind === kind);
const workloads = [...ofKind('Deployment'), ...ofKind('Job')].map((resource) => workload.parse(resource));
const containerOf = (name: string) =>
  workloads.find(({ metadata }) => metadata.name === `appyard-${name}`)!.spec.template.spec.containers[0];
const settings = z.record(z.string(), z.string()).parse(ofKind('ConfigMap')[0]!['data']);
const imageEnv = Object.fromEntries(
  readImage()
    .find(({ word }) => word === 'ENV')!
    .rest.split(' ')
    .map((pair) => pair.split('=')),
) as Record<string, string>;

describe('deploy/kubernetes', () => {
  it('runs the commands of the program, each as the user of the image and with all settings', () => {
    expect(workloads.map(({ spec }) => spec.template.spec.containers[0].args)).toEqual(
      expect.arrayContaining(Object.values(services)),
    );
    for (const { spec } of workloads) {
      const { envFrom, volumeMounts } = spec.template.spec.containers[0];
      expect(envFrom).toEqual([{ configMapRef: { name: 'appyard' } }, { secretRef: { name: 'appyard' } }]);
      expect(volumeMounts).toEqual([{ name: 'data', mountPath: imageEnv['DATA_DIR'] }]);
      expect(spec.selector?.matchLabels ?? spec.template.metadata.labels).toEqual(spec.template.metadata.labels);
    }
  });

  it('gives only settings that the program reads and can use', () => {
    const readme = readProjectFile(`${FOLDER}/README.md`);
    const secret = [...readme.matchAll(/--from-literal=([A-Z_]+)=/g)].map(([, name]) => name!);
    expect(secret).toEqual(['DATABASE_URL', 'REDIS_URL', 'SECRETS_KEY', 'BLOB_URL']);
    const given = [...Object.keys(settings), ...secret];
    expect(given.filter((name) => !isSetting(name))).toEqual([]);
    expect(readConfig({ ...imageEnv, ...settings })).toMatchObject({ publicUrl: 'https://apps.example.com' });
  });

  it('probes what is there: the API where clients come in, a worker at its own port', () => {
    const port = { http: readConfig(imageEnv).port, metrics: Number(settings['METRICS_PORT']) };
    expect(containerOf('api').ports).toEqual([
      { name: 'http', containerPort: port.http },
      { name: 'metrics', containerPort: port.metrics },
    ]);
    expect(containerOf('worker').ports).toEqual([{ name: 'metrics', containerPort: port.metrics }]);
    for (const [name, at] of [
      ['api', 'http'],
      ['worker', 'metrics'],
    ] as const) {
      const { livenessProbe, readinessProbe, startupProbe } = containerOf(name);
      expect([livenessProbe, startupProbe].map((one) => one?.httpGet)).toEqual(
        Array(2).fill({ path: '/livez', port: at }),
      );
      // An API without its database goes on answering polls; a worker without it does nothing.
      expect(readinessProbe?.httpGet).toEqual({ path: name === 'api' ? '/livez' : '/readyz', port: at });
    }
  });

  it('scales what is deployed, by jobs of which no account counts for more than may run', () => {
    const deployments = ofKind('Deployment').map(({ metadata }) => metadata.name);
    for (const scaler of [...ofKind('ScaledObject'), ...ofKind('HorizontalPodAutoscaler')])
      expect(deployments).toContain((scaler['spec'] as { scaleTargetRef: { name: string } }).scaleTargetRef.name);
    const query = readProjectFile(`${FOLDER}/autoscaling.yaml`);
    expect(query).toContain(`least(open, ${settings['MAX_RUNNING_PER_ACCOUNT']})`);
  });

  it('is put together by kubectl', ({ skip }) => {
    if (!onPath('kubectl')) {
      process.stderr.write('deploy/kubernetes was NOT given to kubectl: it is not on this machine.\n');
      return skip();
    }
    const built = spawnSync('kubectl', ['kustomize', FOLDER], { cwd: projectRoot, encoding: 'utf8' });
    expect(built).toMatchObject({ status: 0, stderr: '' });
    const names = parseAllDocuments(built.stdout).map((document) => (document.toJS() as Resource).metadata.name);
    expect(new Set(names)).toEqual(new Set(['appyard', 'appyard-api', 'appyard-worker', 'appyard-database']));
    expect(built.stdout).not.toMatch(/image: appyard$/m);
  });
});
