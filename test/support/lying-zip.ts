import { crc32, deflateRawSync } from 'node:zlib';

/** Widths in bytes of the fixed fields of each record, in their order. */
const layouts = {
  local: {
    signature: 4,
    version: 2,
    flags: 2,
    method: 2,
    time: 2,
    date: 2,
    crc32: 4,
    compressedBytes: 4,
    expandedBytes: 4,
    nameBytes: 2,
    extraBytes: 2,
  },
  central: {
    signature: 4,
    madeBy: 2,
    version: 2,
    flags: 2,
    method: 2,
    time: 2,
    date: 2,
    crc32: 4,
    compressedBytes: 4,
    expandedBytes: 4,
    nameBytes: 2,
    extraBytes: 2,
    commentBytes: 2,
    disk: 2,
    internalAttributes: 2,
    externalAttributes: 4,
    offset: 4,
  },
  end: {
    signature: 4,
    disk: 2,
    directoryDisk: 2,
    entriesOnDisk: 2,
    entryCount: 2,
    directoryBytes: 4,
    directoryOffset: 4,
    commentBytes: 2,
  },
  zip64End: {
    signature: 4,
    recordBytes: 8,
    madeBy: 2,
    version: 2,
    disk: 4,
    directoryDisk: 4,
    entriesOnDisk: 8,
    entryCount: 8,
    directoryBytes: 8,
    directoryOffset: 8,
  },
  locator: { signature: 4, disk: 4, recordOffset: 8, disks: 4 },
} as const;

type Layout = keyof typeof layouts;
type Values<L extends Layout> = Record<keyof (typeof layouts)[L], number>;

/** What a field says instead of the truth: a number, or what to make of the true one. */
export type Lie = number | ((truth: number) => number);
type Lies<L extends Layout> = Partial<Record<keyof (typeof layouts)[L], Lie>>;

export type DescriptorShape = 'signed' | 'unsigned' | 'signed64' | 'unsigned64';

export interface LyingEntry {
  name: string | Buffer;
  content?: string | Buffer;
  /** Stored otherwise. */
  deflate?: boolean;
  /** The bytes in the archive, if they are not what becomes of the content. */
  data?: Buffer;
  /** Sets bit 3, leaves CRC and sizes of the local header at zero and writes this after the data. */
  descriptor?: DescriptorShape;
  descriptorLies?: { crc32?: Lie; compressedBytes?: Lie; expandedBytes?: Lie };
  /** Sets bit 11; on by default. */
  utf8?: boolean;
  /** Of both headers, beside those that `descriptor` and `utf8` set. */
  flags?: number;
  /** External attributes; the mode of an ordinary file or folder by default. */
  attributes?: number;
  localName?: string | Buffer;
  localExtra?: Buffer;
  extra?: Buffer;
  comment?: Buffer;
  local?: Lies<'local'>;
  central?: Lies<'central'>;
  /** Bytes in front of the local header, and after the data and its descriptor. */
  before?: Buffer;
  after?: Buffer;
  /** Leaves out one of its two records. */
  only?: 'local' | 'central';
}

export interface LyingEnd {
  /** Bytes in front of everything that the offsets do not count, and that they do. */
  prefix?: Buffer;
  beforeDirectory?: Buffer;
  beforeEnd?: Buffer;
  suffix?: Buffer;
  comment?: Buffer;
  end?: Lies<'end'>;
  /** Writes a ZIP64 end record and its locator, and sentinels into the end record. */
  zip64?: boolean;
  zip64End?: Lies<'zip64End'>;
  zip64Data?: Buffer;
  beforeLocator?: Buffer;
  locator?: Lies<'locator'>;
}

export const nothing = Buffer.alloc(0);
const noon = { time: 0x6000, date: 0x5821 };

/** Builds a zip field by field, honest unless told otherwise, as no library would write it. */
export const buildZip = (entries: LyingEntry[], lies: LyingEnd = {}): Buffer => {
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const before = entry.before ?? nothing;
    const facts = factsOf(entry, offset + before.length);
    const local = entry.only === 'central' ? nothing : Buffer.concat([before, localOf(entry, facts)]);
    locals.push(local);
    if (entry.only !== 'local') centrals.push(centralOf(entry, facts));
    offset += local.length;
  }
  const body = Buffer.concat([...locals, lies.beforeDirectory ?? nothing]);
  const directory = Buffer.concat(centrals);
  const end = endOf(lies, { offset: body.length, bytes: directory.length, count: centrals.length });
  return Buffer.concat([lies.prefix ?? nothing, body, directory, end, lies.suffix ?? nothing]);
};

/** An extra field; `lengthLie` is what its length field says. */
export const extraField = (id: number, data: Buffer, lengthLie = data.length): Buffer =>
  Buffer.concat([uint16(id), uint16(lengthLie), data]);

/** Info-ZIP's Unicode-path field: what the name `of` an entry means. */
export const unicodePath = (name: string, of: string | Buffer = name, version = 1): Buffer =>
  extraField(0x7075, Buffer.concat([Buffer.of(version), uint32(crc32(of)), Buffer.from(name)]));

export const uint16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
};

export const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};

export const uint64 = (...values: number[]): Buffer => {
  const bytes = Buffer.alloc(8 * values.length);
  values.forEach((value, index) => bytes.writeBigUInt64LE(BigInt(value), 8 * index));
  return bytes;
};

interface Facts {
  name: Buffer;
  data: Buffer;
  offset: number;
  shared: { flags: number; method: number; crc32: number; compressedBytes: number; expandedBytes: number };
  isFolder: boolean;
}

const factsOf = (entry: LyingEntry, offset: number): Facts => {
  const name = Buffer.from(entry.name);
  const content = Buffer.from(entry.content ?? '');
  const data = entry.data ?? (entry.deflate ? deflateRawSync(content) : content);
  const flags = (entry.flags ?? 0) | (entry.descriptor ? 0x0008 : 0) | ((entry.utf8 ?? true) ? 0x0800 : 0);
  const shared = {
    flags,
    method: entry.deflate ? 8 : 0,
    crc32: crc32(content),
    compressedBytes: data.length,
    expandedBytes: content.length,
  };
  return { name, data, offset, shared, isFolder: name.at(-1) === 0x2f };
};

const localOf = (entry: LyingEntry, { name, data, shared }: Facts): Buffer => {
  const localName = entry.localName === undefined ? name : Buffer.from(entry.localName);
  const extra = entry.localExtra ?? nothing;
  const unknown = entry.descriptor ? { crc32: 0, compressedBytes: 0, expandedBytes: 0 } : {};
  const fixed = write('local', entry.local, {
    signature: 0x04034b50,
    version: 20,
    ...noon,
    ...shared,
    ...unknown,
    nameBytes: localName.length,
    extraBytes: extra.length,
  });
  return Buffer.concat([fixed, localName, extra, data, descriptorOf(entry, shared), entry.after ?? nothing]);
};

const descriptorOf = ({ descriptor, descriptorLies = {} }: LyingEntry, shared: Facts['shared']): Buffer => {
  if (!descriptor) return nothing;
  const values = (['crc32', 'compressedBytes', 'expandedBytes'] as const).map((field) =>
    told(shared[field], descriptorLies[field]),
  );
  const [crc = 0, ...sizes] = values;
  return Buffer.concat([
    descriptor.startsWith('signed') ? uint32(0x08074b50) : nothing,
    uint32(crc),
    ...sizes.map((size) => (descriptor.endsWith('64') ? uint64(size) : uint32(size))),
  ]);
};

const centralOf = (entry: LyingEntry, { name, offset, shared, isFolder }: Facts): Buffer => {
  const extra = entry.extra ?? nothing;
  const comment = entry.comment ?? nothing;
  const fixed = write('central', entry.central, {
    signature: 0x02014b50,
    madeBy: 0x0314,
    version: 20,
    ...noon,
    ...shared,
    nameBytes: name.length,
    extraBytes: extra.length,
    commentBytes: comment.length,
    disk: 0,
    internalAttributes: 0,
    externalAttributes: entry.attributes ?? (isFolder ? 0o040_755 * 0x10000 + 0x10 : 0o100_644 * 0x10000),
    offset,
  });
  return Buffer.concat([fixed, name, extra, comment]);
};

const endOf = (lies: LyingEnd, directory: { offset: number; bytes: number; count: number }): Buffer => {
  const beforeEnd = lies.beforeEnd ?? nothing;
  const comment = lies.comment ?? nothing;
  const facts = {
    disk: 0,
    directoryDisk: 0,
    entriesOnDisk: directory.count,
    entryCount: directory.count,
    directoryBytes: directory.bytes,
    directoryOffset: directory.offset,
  };
  const sentinels = {
    entriesOnDisk: 0xffff,
    entryCount: 0xffff,
    directoryBytes: 0xffffffff,
    directoryOffset: 0xffffffff,
  };
  const zip64 = lies.zip64 ? zip64EndOf(lies, facts, directory.offset + directory.bytes + beforeEnd.length) : nothing;
  const end = write('end', lies.end, {
    signature: 0x06054b50,
    ...facts,
    ...(lies.zip64 ? sentinels : {}),
    commentBytes: comment.length,
  });
  return Buffer.concat([beforeEnd, zip64, end, comment]);
};

const zip64EndOf = (
  lies: LyingEnd,
  facts: Omit<Values<'zip64End'>, 'signature' | 'recordBytes' | 'madeBy' | 'version'>,
  recordOffset: number,
): Buffer => {
  const data = lies.zip64Data ?? nothing;
  const record = write('zip64End', lies.zip64End, {
    signature: 0x06064b50,
    recordBytes: 44 + data.length,
    madeBy: 0x032d,
    version: 45,
    ...facts,
  });
  const locator = write('locator', lies.locator, { signature: 0x07064b50, disk: 0, recordOffset, disks: 1 });
  return Buffer.concat([record, data, lies.beforeLocator ?? nothing, locator]);
};

const write = <L extends Layout>(name: L, lies: Lies<L> | undefined, truth: Values<L>): Buffer => {
  const widths = Object.entries(layouts[name]) as [keyof Values<L>, number][];
  return Buffer.concat(
    widths.map(([field, width]) => {
      const bytes = uint64(0);
      bytes.writeBigUInt64LE(BigInt.asUintN(width * 8, BigInt(told(truth[field], lies?.[field]))));
      return bytes.subarray(0, width);
    }),
  );
};

const told = (truth: number, lie: Lie | undefined): number =>
  lie === undefined ? truth : typeof lie === 'number' ? lie : lie(truth);
