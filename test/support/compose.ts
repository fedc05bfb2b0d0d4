import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { projectRoot } from '../../src/cli/project-root.ts';
import { readConfig } from '../../src/config.ts';

const service = z.object({
  build: z.string().optional(),
  image: z.string(),
  container_name: z.string().optional(),
  command: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.string().nullable()).default({}),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  healthcheck: z.object({ test: z.array(z.string()) }).optional(),
  stop_grace_period: z.string().optional(),
  restart: z.string().optional(),
});
const composeFile = z.object({ services: z.record(z.string(), service), volumes: z.record(z.string(), z.null()) });

export const readProjectFile = (name: string): string => readFileSync(path.join(projectRoot, name), 'utf8');

/** A value of a wrong type is refused under its name, whatever the setting takes; what nobody reads is not looked at. */
export const isSetting = (name: string): boolean => {
  try {
    readConfig({ [name]: 0 as unknown as string });
    return false;
  } catch (err) {
    return err instanceof Error && err.message.includes(`  ${name} `);
  }
};

/** docker-compose.yml as it stands: anchors are merged, variables are not filled in. */
export const readCompose = (): z.infer<typeof composeFile> =>
  composeFile.parse(parse(readProjectFile('docker-compose.yml'), { merge: true }));

/** The instructions of the Dockerfile's last stage in their order, each as its word and the rest of its line. */
export const readImage = (): { word: string; rest: string }[] => {
  const lines = readProjectFile('Dockerfile').split('\n');
  const instructions = lines.flatMap((line) => {
    const [, word, rest] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
    return word === undefined || rest === undefined ? [] : [{ word, rest }];
  });
  return instructions.slice(instructions.findLastIndex(({ word }) => word === 'FROM'));
};

/** Whichever Compose this machine has, as a command; undefined: none. */
export const findCompose = (): string[] | undefined =>
  [['docker-compose'], ['docker', 'compose']].find((command) => run([...command, 'version'], {}).status === 0);

/** What Compose itself makes of the file. It needs no engine for that. */
export const composeConfig = (command: string[], env: Record<string, string>): SpawnSyncReturns<string> =>
  run([...command, '--file', 'docker-compose.yml', '--env-file', '.env.example', 'config'], env);

const run = ([command = '', ...args]: string[], env: Record<string, string>): SpawnSyncReturns<string> => {
  const { PATH = '', HOME = '' } = process.env;
  return spawnSync(command, args, { cwd: projectRoot, env: { PATH, HOME, ...env }, encoding: 'utf8' });
};
