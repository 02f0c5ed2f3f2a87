// What is taken of files that people choose or drop.
import { bytes } from './answer.js';

const most = 16 << 20;

// read gives the text of a file.
export async function read(file) {
  if (file.size > most) throw new Error(`The file ${file.name} has ${bytes(file.size)}; ${bytes(most)} can be taken here. Send it in pieces.`);
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer());
    if (!text.includes('\0')) return text;
  } catch { /* it is refused below */ }
  throw new Error(`The file ${file.name} is not text in UTF-8. Save the table as .csv, with a line for each sample.`);
}
