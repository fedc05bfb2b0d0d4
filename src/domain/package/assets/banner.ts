import { imageSize } from 'image-size';
import type { PackageView } from '../package-view.ts';
import type { ProblemList } from '../problem-list.ts';

const path = 'assets/banner.png';
const sizes = [
  [830, 200],
  [1660, 400],
];
const data = { required_banner_width: 830, required_banner_height: 200 };

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** Signature, then the length and the name of the first chunk, which holds the size. */
const headerBytes = 16;

/** An animation says so in a chunk before the image's data. Chunks only ever move forwards, so this is linear. */
const isAnimated = (bytes: Buffer): boolean => {
  for (let at = signature.length; at + 8 <= bytes.length; at += 12 + bytes.readUInt32BE(at)) {
    const name = bytes.toString('latin1', at + 4, at + 8);
    if (name === 'acTL') return true;
    if (name === 'IDAT') return false;
  }
  return false;
};

const isPlainPng = (bytes: Buffer): boolean =>
  bytes.subarray(0, signature.length).equals(signature) &&
  bytes.toString('latin1', headerBytes - 4, headerBytes) === 'IHDR' &&
  !isAnimated(bytes);

const hasRightSize = (bytes: Buffer): boolean => {
  // The library would read on into the memory behind a file that is cut off inside its size.
  if (bytes.length < headerBytes + 8) return false;
  const { width, height } = imageSize(bytes);
  return sizes.some((size) => size[0] === width && size[1] === height);
};

/** Looks at the header only. Package rules of the reference validator 4.52. */
export const checkBanner = (view: PackageView, errors: ProblemList): void => {
  const banner = view.find(path);
  if (!banner) return;
  const bytes = Buffer.from(banner.bytes.buffer, banner.bytes.byteOffset, banner.bytes.byteLength);
  if (!isPlainPng(bytes)) {
    const message = `${path} is not a still PNG image; export it as a PNG without animation.`;
    errors.add({ key: 'banner.invalid_format', message, file: path });
  } else if (!hasRightSize(bytes)) {
    const message = `${path} must be 830 x 200 pixels (or 1660 x 400); resize it.`;
    errors.add({ key: 'banner.invalid_size', message, file: path, data });
  }
};
