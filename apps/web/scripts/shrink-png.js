import { crc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const MOST_COLOURS = 256;
/** So many of the most used colours stay exactly as they are: surfaces differ by little. */
const EXACT = 128;

/** The chunks of a PNG: name and content. */
function* chunksOf(png) {
  for (let at = SIGNATURE.length; at < png.length; ) {
    const length = png.readUInt32BE(at);
    yield [png.toString('latin1', at + 4, at + 8), png.subarray(at + 8, at + 8 + length)];
    at += length + 12;
  }
}

function chunk(name, content) {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), content]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(content.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

const paeth = (a, b, c) => {
  const [pa, pb, pc] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)];
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
};

/** Takes the filters off the lines of an image (PNG specification, 9). @returns its bytes without the filters' types */
function unfilter(data, width, height, bytes) {
  const stride = width * bytes;
  const out = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y += 1) {
    const type = data[y * (stride + 1)];
    for (let x = 0; x < stride; x += 1) {
      const at = y * stride + x;
      const left = x < bytes ? 0 : out[at - bytes];
      const up = y === 0 ? 0 : out[at - stride];
      const corner = x < bytes || y === 0 ? 0 : out[at - stride - bytes];
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][type];
      out[at] = data[y * (stride + 1) + 1 + x] + guess;
    }
  }
  return out;
}

/** Few colours for many: the most used ones, and boxes of those that are close together (median cut, weighted by use). */
function paletteOf(counts) {
  const used = [...counts]
    .map(([rgb, count]) => ({ rgb, count, parts: [rgb >> 16, (rgb >> 8) & 255, rgb & 255] }))
    .sort((a, b) => b.count - a.count);
  let boxes = [...used.slice(0, EXACT).map((one) => [one]), used.slice(EXACT)].filter((box) => box.length > 0);
  const spread = (box) =>
    [0, 1, 2].map((part) => {
      const values = box.map(({ parts }) => parts[part]);
      return Math.max(...values) - Math.min(...values);
    });
  while (boxes.length < MOST_COLOURS) {
    const widest = boxes
      .filter((box) => box.length > 1)
      .map((box) => ({ box, by: spread(box) }))
      .sort((a, b) => Math.max(...b.by) * Math.log2(b.box.length + 1) - Math.max(...a.by) * Math.log2(a.box.length + 1))[0];
    if (widest === undefined) break;
    const part = widest.by.indexOf(Math.max(...widest.by));
    const sorted = widest.box.toSorted((a, b) => a.parts[part] - b.parts[part]);
    const half = sorted.reduce((sum, { count }) => sum + count, 0) / 2;
    let seen = 0;
    const cut = sorted.findIndex(({ count }) => {
      seen += count;
      return seen >= half;
    });
    const at = Math.min(Math.max(cut, 1), sorted.length - 1);
    boxes = [...boxes.filter((box) => box !== widest.box), sorted.slice(0, at), sorted.slice(at)];
  }
  const indexes = new Map();
  // The most used colour of a box stands for it: backgrounds stay exactly what they are.
  const colours = boxes.map((box, index) => {
    for (const { rgb } of box) indexes.set(rgb, index);
    return box.reduce((most, one) => (one.count > most.count ? one : most)).parts;
  });
  return { colours, indexes };
}

/** A picture of a page as a PNG with at most 256 colours, which looks the same and is a fraction of the size. */
export function shrinkPng(png) {
  const chunks = [...chunksOf(png)];
  const header = chunks.find(([name]) => name === 'IHDR')[1];
  const [width, height, depth, kind] = [header.readUInt32BE(0), header.readUInt32BE(4), header[8], header[9]];
  const bytes = { 2: 3, 6: 4 }[kind];
  if (depth !== 8 || bytes === undefined || header[12] !== 0) throw new Error(`A PNG of depth ${depth} and kind ${kind}`);
  const packed = Buffer.concat(chunks.filter(([name]) => name === 'IDAT').map(([, content]) => content));
  const pixels = unfilter(inflateSync(packed), width, height, bytes);
  const counts = new Map();
  const colours = new Uint32Array(width * height);
  for (let index = 0; index < colours.length; index += 1) {
    const at = index * bytes;
    const rgb = (pixels[at] << 16) | (pixels[at + 1] << 8) | pixels[at + 2];
    colours[index] = rgb;
    counts.set(rgb, (counts.get(rgb) ?? 0) + 1);
  }
  const palette = paletteOf(counts);
  const lines = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) lines[y * (width + 1) + 1 + x] = palette.indexes.get(colours[y * width + x]);
  const indexed = Buffer.from(header);
  indexed[9] = 3;
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', indexed),
    chunk('PLTE', Buffer.from(palette.colours.flat())),
    chunk('IDAT', deflateSync(lines, { level: 9, memLevel: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
