// What is shown of an answer.

// digits writes numbers with a decimal more than the promise leaves a meaning, and whole ones, as classes are, without.
function digits(promise) {
  const decimals = Math.max(2, Math.min(9, 1 + Math.ceil(-Math.log10(promise)) || 0));
  const fraction = new Intl.NumberFormat('en', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  const text = (v) => /[1-9]/.test(fraction.format(v)) ? fraction.format(v) : fraction.format(0); // never -0.00
  return { format: (v) => v === null ? 'not a number' : text(v), single: (v) => Number.isInteger(v) ? String(v) : text(v) };
}

const most = 100; // values of an output, and samples, that are shown

export function bytes(n) {
  if (n < 1024) return `${n} B`;
  return n < 1 << 20 ? `${(n / 1024).toFixed(1)} KiB` : `${(n / (1 << 20)).toFixed(1)} MiB`;
}

export const milliseconds = (ms) => ms < 1000 ? `${ms.toFixed(ms < 10 ? 1 : 0)} ms` : `${(ms / 1000).toFixed(1)} s`;

function element(tag, className, text) {
  const e = document.createElement(tag);
  if (className) e.className = className;
  if (text !== undefined) e.textContent = text;
  return e;
}

const nameOf = (output, k) => output.labels?.[k] || output.keys?.[k] || String(k);

function best(values) {
  let at = 0;
  values.forEach((v, k) => { if (v !== null && v > values[at]) at = k; });
  return at;
}

// bars is a list with a bar for each value, from zero to the left or right.
function bars(output, number) {
  const values = output.values.slice(0, most);
  const low = Math.min(0, ...values), high = Math.max(0, ...values), span = high - low || 1;
  const top = values.length > 1 ? best(values) : -1;
  const list = element('ol', 'scores');
  list.setAttribute('aria-label', output.name);
  values.forEach((v, k) => {
    const row = element('li', k === top ? 'best' : '');
    const fill = element('span', 'fill');
    fill.style.left = `${(Math.min(0, v) - low) / span * 100}%`;
    fill.style.width = `${Math.abs(v) / span * 100}%`;
    const track = element('span', 'track');
    track.setAttribute('aria-hidden', 'true');
    track.append(fill);
    const value = element('data', 'value', number.format(v));
    value.value = v;
    row.append(element('span', '', output.keys?.[k] || String(k)), track, value);
    list.append(row);
  });
  return list;
}

// say is an answer in a few words, for the eye and the ear.
function say(outputs, number) {
  const labels = outputs.find((o) => o.labels);
  if (labels) return `It is ${labels.labels.join(', ')}.`;
  const scores = outputs.find((o) => o.values.length > 1);
  if (!scores) return `${outputs[0].name}: ${number.single(outputs[0].values[0])}`;
  const at = best(scores.values);
  return `Highest is ${nameOf(scores, at)}, with ${number.format(scores.values[at])}.`;
}

// showResults fills a place with the outputs of each sample, and says the first in words, or how many there are.
export function showResults(place, results, promise) {
  const number = digits(promise);
  place.replaceChildren();
  results.slice(0, most).forEach(({ outputs }, n) => {
    if (results.length > 1) place.append(element('h3', '', `Sample ${n + 1}`));
    place.append(element('p', 'verdict', say(outputs, number)));
    for (const output of outputs) {
      if (output.labels) continue; // said already
      if (output.values.length === 1) {
        if (outputs.length > 1) place.append(element('p', 'quiet', `${output.name}: ${number.single(output.values[0])}`));
        continue;
      }
      if (outputs.length > 1) place.append(element('p', 'quiet', output.name));
      place.append(bars(output, number));
      if (output.values.length > most) place.append(element('p', 'quiet', `${output.values.length - most} more values are not shown.`));
    }
  });
  if (results.length > most) place.append(element('p', 'quiet', `${results.length - most} more samples are not shown.`));
  const first = say(results[0].outputs, number);
  return results.length > 1 ? `${results.length} samples are answered. Sample 1: ${first}` : first;
}

export function showLedger(body, ledger) {
  body.replaceChildren(...ledger.map(({ step, ms, bytes: n }) => {
    const row = element('tr'), head = element('th', '', step);
    head.scope = 'row';
    row.append(head, element('td', '', milliseconds(ms)), element('td', '', n === null ? 'none' : bytes(n)));
    return row;
  }));
}

// showBytes draws bytes as grey values, and writes some of them. The first are a header that tells of no sample.
export function showBytes(canvas, text, head) {
  const skip = Math.min(512, head.length);
  const n = canvas.width, context = canvas.getContext('2d'), image = context.createImageData(n, n);
  for (let i = 0; i < n * n; i++) {
    const v = head[skip + i] ?? 0;
    image.data.set([v, v, v, 255], 4 * i);
  }
  context.putImageData(image, 0, 0);
  text.textContent = `${Array.from(head.slice(skip, skip + 24), (b) => b.toString(16).padStart(2, '0')).join(' ')} …`;
}
