// The page: what is on the screen, and what its buttons do. It never has the secret key; the worker has.
import { Engine } from './engine.js';
import { Drawing } from './drawing.js';
import { drop, keep, leftovers } from './leftovers.js';
import { bytes, showBytes, showLedger, showResults } from './answer.js';

const at = (id) => document.getElementById(id);
const number = new Intl.NumberFormat('en', { maximumSignificantDigits: 2 });
const engine = new Engine(showProgress, (id) => { keySet = id; keep(id); });
let keySet = null; // ID of the evaluation keys that were sent
let plan = null;
let drawing = null;

function say(text) { at('status').textContent = text; }

let shown = '';
function showProgress({ what, done, total }) {
  at('progress').hidden = false;
  at('bar-label').textContent = total ? `${what}: ${bytes(done)} of ${bytes(total)}` : what;
  if (total) at('bar').value = done / total;
  else at('bar').removeAttribute('value');
  if (what !== shown) say(`${what}…`); // a screen reader says steps, not every byte
  shown = what;
}

function fail(e) {
  at('problem').textContent = e.cure ? `${e.message}\n${e.cure}` : e.message;
  at('anyway').hidden = !e.outside;
  say('');
}

// work runs something that takes time, during which nothing else can be begun.
async function work(something) {
  at('problem').textContent = '';
  at('anyway').hidden = true;
  at('ask').disabled = at('forget').disabled = at('plan').disabled = true;
  shown = '';
  try {
    await something();
  } catch (e) {
    if (e.name === 'unauthorized') {
      at('token-form').hidden = false;
      at('token').focus();
      at('plan-name').textContent = 'No model yet.';
    }
    fail(e);
  }
  at('progress').hidden = true;
  at('ask').disabled = at('forget').disabled = at('plan').disabled = !plan;
}

const connect = () => work(async () => {
  const plans = await engine.do('plans', { token: at('token').value.trim() });
  at('token-form').hidden = true;
  const ids = await leftovers();
  await engine.do('tidy', { ids });
  ids.forEach(drop);
  at('plan').replaceChildren(...plans.map((p) => new Option(p.model, p.id)));
  at('plan-choice').hidden = plans.length < 2;
  await open(at('plan').value);
});

async function open(id) {
  await forget();
  plan = null;
  at('answer').hidden = true;
  plan = await engine.do('open', { id });
  at('plan-name').textContent = `${plan.model}: ${plan.size} numbers in, ${plan.security} bits of security`;
  at('plan-id').textContent = `ID of the plan: ${plan.id}`;
  at('csv-help').textContent = plan.columns ? `Columns: ${plan.columns.join(', ')}` : `${plan.size} numbers in a line.`;
  at('drawing').hidden = !plan.side;
  at('numbers').open = !plan.side;
  at('numbers-title').textContent = plan.side ? 'Numbers instead' : 'Numbers';
  drawing = plan.side ? new Drawing(at('canvas'), plan.side) : null;
  keysAre(false);
  say('Ready.');
}

function keysAre(there) {
  at('forget').hidden = !there;
  at('first-time').textContent = there ? '' : `The first time, keys are made, and evaluation keys of ${bytes(plan.keyBytes)} are sent. Each time ${bytes(plan.requestBytes)} go.`;
}

async function forget() {
  await engine.do('forget');
  if (keySet) drop(keySet);
  keySet = null;
}

// sample is what is to be asked: of drawing and numbers, the one that is shown.
function sample() {
  if (at('numbers').open || !drawing) {
    const text = at('csv').value;
    if (!text.trim()) throw new Error('There are no numbers yet: write a line, or choose a file.');
    return { text };
  }
  if (drawing.empty) throw new Error('Nothing is drawn yet.');
  if (at('centre').checked) drawing.centre();
  return { values: drawing.values(plan.ink) };
}

const ask = (outside) => work(async () => {
  const answer = await engine.do('ask', { ...sample(), outside });
  keysAre(true);
  const words = showResults(at('scores'), answer.results, plan.promise);
  at('promise').textContent = answer.outside
    ? 'The data may lie outside the range that the model was prepared for: nothing is promised.'
    : `Promised error of ${plan.promiseOf}: ${number.format(plan.promise)} at most, against the exact model.`;
  for (const remark of answer.remarks) at('promise').textContent += ` Note: ${remark}.`;
  showBytes(at('noise'), at('hex'), answer.head);
  showLedger(at('ledger').tBodies[0], answer.ledger);
  at('answer').hidden = false;
  at('answer-title').focus({ preventScroll: true });
  at('answer').scrollIntoView({ block: 'nearest', behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth' });
  say(words);
});

at('ask').onclick = () => ask(false);
at('anyway').onclick = () => ask(true);
at('plan').onchange = () => work(() => open(at('plan').value));
at('clear').onclick = () => { drawing.clear(); at('canvas').focus(); };
at('numbers').ontoggle = () => { at('drawing').hidden = !drawing || at('numbers').open; };
at('token-form').onsubmit = (e) => { e.preventDefault(); connect(); };
at('forget').onclick = () => work(async () => {
  await forget();
  at('answer').hidden = true;
  keysAre(false);
  say('The keys are deleted, here and at the server.');
});

async function take(file) {
  if (!file) return;
  if (file.size > 16 << 20) return fail(new Error(`${file.name} has ${bytes(file.size)}; 16 MiB can be taken here.`));
  at('numbers').open = true;
  at('csv').value = await file.text();
  say(`${file.name} is there.`);
}

at('file').onchange = (e) => take(e.target.files[0]);
addEventListener('dragover', (e) => { e.preventDefault(); document.body.classList.add('dropping'); });
addEventListener('dragleave', () => document.body.classList.remove('dropping'));
addEventListener('drop', (e) => {
  e.preventDefault();
  document.body.classList.remove('dropping');
  take(e.dataTransfer.files[0]);
});

connect();
