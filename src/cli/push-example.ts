import path from 'node:path';
import { createProgress } from './progress.ts';
import { projectRoot } from './project-root.ts';
import { packFolder } from './pack-folder.ts';
import { install, requestBuild, showApp, upload, watchJob, type Target } from './push-client.ts';

/**
 * Pushes an example app through the real pipeline, over HTTP like any other client: upload, build, install.
 *
 * @returns the address of its page.
 */
export const pushExample = async (target: Target, name: string): Promise<string> => {
  const progress = createProgress();
  const archive = await packFolder(path.join(projectRoot, 'examples', name));
  const kilobytes = Math.ceil(archive.length / 1_024);
  progress.show('upload', 0, kilobytes);
  const uploadId = await upload(target, archive, `${name}.zip`);
  progress.show('upload', kilobytes, kilobytes);
  progress.end('upload', `${kilobytes} kB`);

  const watch = async (step: string, jobId: string) => {
    const job = await watchJob(target, jobId, ({ progress: value, total }) => progress.show(step, value, total));
    progress.end(step, `${job.progress}/${job.total} ${job.message}`);
    return job;
  };
  const built = await watch('build', await requestBuild(target, uploadId));
  const app = await showApp(target, built.app_id!);
  await watch('install', await install(target, app));
  return `${app.asset_url_prefix}iframe.html`;
};
