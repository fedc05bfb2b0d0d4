import { centralDirectoryVectors } from './central-directory.ts';
import { collisionVectors } from './collisions.ts';
import { contentVectors } from './content.ts';
import { endRecordVectors } from './end-record.ts';
import type { HostileVector } from './hostile-vector.ts';
import { kindVectors } from './kinds.ts';
import { layoutVectors } from './layout.ts';
import { limitVectors } from './limits.ts';
import { localHeaderVectors } from './local-headers.ts';
import { nameVectors } from './names.ts';
import { zip64Vectors } from './zip64.ts';

/** Every archive that must be refused, by what is wrong with it. */
export const hostileVectors: Record<string, HostileVector[]> = {
  'end record': endRecordVectors,
  'central directory': centralDirectoryVectors,
  ZIP64: zip64Vectors,
  layout: layoutVectors,
  'local headers and descriptors': localHeaderVectors,
  content: contentVectors,
  kinds: kindVectors,
  names: nameVectors,
  collisions: collisionVectors,
  limits: limitVectors,
};
