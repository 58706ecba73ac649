/** An agreement as PDF, Korean first, then English. The same content gives the same bytes. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

import { create as openFont, type Font } from 'fontkit';
import PdfPaper from 'pdfkit';

import { blockOf, fill } from './placeholder.ts';
import type { TemplateContent } from './template.model.ts';
import { termsIn, type Ground, type Language, type Table, type Terms } from './terms.ts';

const margin = 56;
/** Around the text of a cell, points. */
const gap = 4;
const sizes = { title: 18, heading: 12, body: 10, foot: 8 };
/** Empty glyphs at the end of these fonts are read past the end of the file, where there must be something. */
const padding = Buffer.alloc(64);
const family = '@expo-google-fonts/nanum-gothic';

/** Both weights, read once. */
interface Faces {
  regular: Buffer;
  bold: Buffer;
  /** What can be written in both. */
  characters: Font;
}

let faces: Promise<Faces> | null = null;

async function readFaces(): Promise<Faces> {
  const { resolve } = createRequire(import.meta.url);
  const read = async (path: string) =>
    Buffer.concat([await readFile(resolve(`${family}/${path}`)), padding]);
  const regular = await read('400Regular/NanumGothic_400Regular.ttf');
  const bold = await read('700Bold/NanumGothic_700Bold.ttf');
  const characters = openFont(bold);
  if (!('hasGlyphForCodePoint' in characters)) throw new Error('The font is a collection.');
  return { regular, bold, characters };
}

/** Writes an agreement; the instant on it is the one at which it was drawn up. */
export async function writePaper(template: TemplateContent, ground: Ground): Promise<Buffer> {
  faces ??= readFaces();
  const { regular, bold, characters } = await faces;
  const document = new PdfPaper({
    size: 'A4',
    margin,
    bufferPages: true,
    lang: 'ko',
    info: { Title: template.title.ko, CreationDate: ground.drawnUpAt, Producer: 'pdfkit' },
  });
  const parts: Buffer[] = [];
  const whole = new Promise<Buffer>((resolve, reject) => {
    document.on('data', (part: Buffer) => parts.push(part));
    document.on('end', () => resolve(Buffer.concat(parts)));
    document.on('error', reject);
  });
  document.registerFont('regular', regular);
  document.registerFont('bold', bold);
  const shown = (text: string) => writable(text, characters);
  writeLanguage(document, 'ko', template, termsIn('ko', ground), shown);
  document.addPage();
  writeLanguage(document, 'en', template, termsIn('en', ground), shown);
  writeFeet(document, `${ground.consortiumId} · ${ground.number}`);
  document.end();
  return whole;
}

/** A text as the font can show it: a character that it lacks stands there by its number, so that none gets lost. */
export function writable(text: string, characters: Pick<Font, 'hasGlyphForCodePoint'>): string {
  return Array.from(text.normalize('NFC'), (character) => {
    const point = character.codePointAt(0) ?? 0;
    if (characters.hasGlyphForCodePoint(point)) return character;
    return `[U+${point.toString(16).toUpperCase().padStart(4, '0')}]`;
  }).join('');
}

type Pen = InstanceType<typeof PdfPaper>;

function writeLanguage(
  document: Pen,
  language: Language,
  { title, articles }: TemplateContent,
  terms: Terms,
  shown: (text: string) => string,
): void {
  const write = (text: string) => shown(fill(text, terms.values));
  document.font('bold').fontSize(sizes.title).text(write(title[language]), { align: 'center' });
  for (const { heading, paragraphs } of articles) {
    document.moveDown().font('bold').fontSize(sizes.heading).text(write(heading[language]));
    document.font('regular').fontSize(sizes.body);
    for (const paragraph of paragraphs) {
      const block = blockOf(paragraph[language]);
      document.moveDown(0.5);
      if (block === null) document.text(write(paragraph[language]));
      else writeTable(document, terms.blocks[block], shown);
    }
  }
}

/** A table of our own: the library's measures every cell many times over. */
function writeTable(document: Pen, { widths, rows }: Table, shown: (text: string) => string): void {
  // A table of headings alone says nothing.
  if (rows.length < 2) return;
  const whole = widths.reduce((sum, width) => sum + width, 0);
  const across = document.page.width - 2 * margin;
  const columns = widths.map((part, index) => ({
    x: margin + (across * widths.slice(0, index).reduce((sum, width) => sum + width, 0)) / whole,
    width: (across * part) / whole - gap,
  }));
  for (const row of rows)
    writeRow(
      document,
      row.map((text, index) => ({ text: shown(text), ...(columns[index] ?? { x: 0, width: 0 }) })),
    );
  document.x = margin;
}

function writeRow(document: Pen, cells: { text: string; x: number; width: number }[]): void {
  const height = Math.max(
    ...cells.map(({ text, width }) => document.heightOfString(text, { width })),
  );
  if (document.y + height + 2 * gap > document.page.height - margin) document.addPage();
  const top = document.y;
  document
    .moveTo(margin, top)
    .lineTo(document.page.width - margin, top)
    .lineWidth(0.5)
    .stroke('#999999');
  for (const { text, x, width } of cells) document.text(text, x, top + gap, { width });
  document.y = top + height + 2 * gap;
}

/** Which agreement this is and which page, at the foot of each. */
function writeFeet(document: Pen, name: string): void {
  const { start, count } = document.bufferedPageRange();
  for (let index = start; index < start + count; index += 1) {
    document.switchToPage(index);
    const { page } = document;
    // Below the margin a text would begin a new page.
    page.margins.bottom = 0;
    document
      .font('regular')
      .fontSize(sizes.foot)
      .text(`${name} · ${index + 1} / ${count}`, margin, page.height - margin / 2, {
        align: 'center',
        lineBreak: false,
      });
  }
}
