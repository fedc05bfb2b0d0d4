import { archiveProblem } from '../domain/archive/archive-problem.ts';
import type { ArchiveLimits } from '../domain/archive/limits.ts';
import { findPathProblem } from '../domain/archive/path-rules.ts';
import type { PackageProblem } from '../domain/package/problem.ts';
import { createProblemList } from '../domain/package/problem-list.ts';
import type { FolderContent } from './pack-folder.ts';

/** What an archive of this folder would be refused for, and the files that can be looked at all the same. */
export const findFolderProblems = (
  { files, links }: FolderContent,
  limits: ArchiveLimits,
): { problems: PackageProblem[]; good: string[] } => {
  const problems = createProblemList();
  const good: string[] = [];
  for (const name of files) {
    const problem = findNameProblem(name, limits);
    if (problem) problems.add(problem);
    else good.push(name);
  }
  for (const name of links) problems.add(archiveProblem('archive_symlink', Buffer.from(name)));
  return { problems: problems.all(), good };
};

const findNameProblem = (name: string, limits: ArchiveLimits): PackageProblem | null => {
  const bytes = Buffer.from(name);
  if (bytes.length > limits.maxPathBytes)
    return archiveProblem('archive_path_too_long', bytes, { found: bytes.length, limit: limits.maxPathBytes });
  // Node puts this character where a name on disk is not UTF-8, and could not open the file by it.
  if (name.includes('\uFFFD')) return archiveProblem('archive_name_not_utf8', bytes);
  const problem = findPathProblem(name, limits);
  return problem && archiveProblem(problem.key, bytes, problem.data);
};
