/** A regular file of a package: its path from the package's root, with forward slashes, and its content. */
export interface PackageFile {
  path: string;
  bytes: Uint8Array;
}
