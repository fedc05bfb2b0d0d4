/** The numbers of APPNOTE.TXT, the format's specification. All integers of a zip are little-endian. */
export const signatures = {
  localHeader: 0x04034b50,
  directoryRecord: 0x02014b50,
  endRecord: 0x06054b50,
  zip64EndRecord: 0x06064b50,
  zip64Locator: 0x07064b50,
  descriptor: 0x08074b50,
} as const;

/** Bytes of the fixed part of each record. */
export const recordBytes = {
  localHeader: 30,
  directoryRecord: 46,
  endRecord: 22,
  zip64EndRecord: 56,
  zip64Locator: 20,
} as const;

/** A field of this value says: see the ZIP64 record. */
export const sentinel16 = 0xffff;
export const sentinel32 = 0xffff_ffff;

export const flagBits = {
  encrypted: 0x0001,
  descriptor: 0x0008,
  strongEncryption: 0x0040,
  utf8: 0x0800,
  maskedHeaders: 0x2000,
  /** Bits 1 and 2 tell how hard the writer compressed; they mean nothing to a reader. */
  compressionLevel: 0x0006,
} as const;

export const methods = { stored: 0, deflated: 8 } as const;

export const extraFieldIds = { zip64: 0x0001, unicodePath: 0x7075 } as const;

/** True if the four bytes at `at` are `signature`; false if there are no four bytes. */
export const hasSignature = (bytes: Buffer, at: number, signature: number): boolean =>
  at >= 0 && at + 4 <= bytes.length && bytes.readUInt32LE(at) === signature;

/**
 * Reads eight bytes as a number. Above 2^53 the result is rounded, which is harmless: it is then larger than any
 * archive and any limit, and equal to no offset.
 */
export const readUint64 = (bytes: Buffer, at: number): number => Number(bytes.readBigUInt64LE(at));
