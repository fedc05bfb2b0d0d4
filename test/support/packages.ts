import path from 'node:path';
import AdmZip from 'adm-zip';
import { packFolder } from '../../src/cli/pack-folder.ts';
import { projectRoot } from '../../src/cli/project-root.ts';

export const exampleNames = ['hello-world', 'bookmarks', 'service-desk'] as const;

export const exampleArchive = (name: (typeof exampleNames)[number]): Promise<Buffer> =>
  packFolder(path.join(projectRoot, 'examples', name));

const manifest = {
  name: 'Tiny',
  author: { name: 'Ada', email: 'ada@acme.example' },
  defaultLocale: 'en',
  private: true,
  version: '1.0.0',
  frameworkVersion: '2.0',
  location: { support: { ticket_sidebar: 'assets/iframe.html' }, sell: { deal_card: 'assets/iframe.html' } },
};

export interface ArchiveParts {
  /** Members of manifest.json; undefined takes one out. */
  manifest?: Record<string, unknown>;
  requirements?: unknown;
  /** More files; undefined takes one out. */
  files?: Record<string, string | Buffer | undefined>;
}

/** Of every file: the same package has the same bytes, whenever it is made. */
const MADE = new Date('2026-01-02T03:04:06');

/** A small good package, described by what differs. */
export const buildArchive = ({ manifest: members, requirements, files }: ArchiveParts = {}): Buffer => {
  const zip = new AdmZip();
  const all: Record<string, string | Buffer | undefined> = {
    'manifest.json': JSON.stringify({ ...manifest, ...members }),
    'translations/en.json': JSON.stringify({ app: { name: 'Tiny', short_description: 'A tiny app.' } }),
    'assets/iframe.html': '<p>hi</p>\n',
    ...(requirements !== undefined && { 'requirements.json': JSON.stringify(requirements) }),
    ...files,
  };
  for (const [name, content] of Object.entries(all)) if (content !== undefined) zip.addFile(name, Buffer.from(content));
  for (const entry of zip.getEntries()) entry.header.time = MADE;
  return zip.toBuffer();
};

/** Puts everything in an archive into a folder, as GitHub and macOS do, with a folder entry and `more` entries beside it. */
export const wrapArchive = (archive: Buffer, folder: string, more: Record<string, string> = {}): Buffer => {
  const zip = new AdmZip();
  zip.addFile(`${folder}/`, Buffer.alloc(0));
  for (const entry of new AdmZip(archive).getEntries()) zip.addFile(`${folder}/${entry.entryName}`, entry.getData());
  for (const [name, content] of Object.entries(more)) zip.addFile(name, Buffer.from(content));
  return zip.toBuffer();
};

/** Requirements of one type, `count` of them. */
export const macros = (count: number): Record<string, unknown> => ({
  macros: Object.fromEntries(Array.from({ length: count }, (_, i) => [`macro_${i}`, { title: `Macro ${i}` }])),
});

export const uploadForm = (archive: Buffer, field = 'uploaded_data', file = 'app.zip'): FormData => {
  const form = new FormData();
  form.set(field, new Blob([new Uint8Array(archive)], { type: 'application/zip' }), file);
  return form;
};
