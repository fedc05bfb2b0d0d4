import { buildArchive } from './packages.ts';

/** A good package that takes seconds of a thread: as many small drawings, elements and attributes as a package may have. */
export const slowPackage = (drawings = 9_900): Buffer => {
  const files: Record<string, string> = {};
  for (let i = 0; i < drawings; i += 1)
    files[`assets/d${i}.svg`] =
      `<svg viewBox="0 0 ${i} 8"><g><path d="M${i} 0"/><path d="M0 ${i}" fill="red"/></g></svg>`;
  return buildArchive({ files });
};
