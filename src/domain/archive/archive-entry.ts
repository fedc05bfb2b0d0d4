/** An entry of an archive as its central directory has it. All numbers are declared, and checked by `inspectArchive`. */
export interface ArchiveEntry {
  /** With forward slashes, without `./` in front; a folder's without the slash at the end. */
  path: string;
  isDirectory: boolean;
  /** Bytes in the archive. */
  compressedBytes: number;
  /** Bytes once inflated. */
  expandedBytes: number;
  /** Of the local header, from the start of the archive. */
  offset: number;
  /** 0 stored, 8 deflated; any other is a problem. */
  method: number;
  /** Of the inflated bytes. */
  crc32: number;
  /** The name as it stands in the archive, with a folder's slash at the end. */
  name: Buffer;
}

/** An entry with what is needed to check it, and nobody else needs. */
export interface DirectoryRecord extends ArchiveEntry {
  flags: number;
  /** Unix mode in the upper half, DOS or Windows attributes in the lower. */
  externalAttributes: number;
  /** Extra fields 0x7075 as they stand in the central directory, at most two of them. */
  unicodePaths: Buffer[];
}
