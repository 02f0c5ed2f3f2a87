// The page: what is on the screen, and what its buttons do. It never has the secret key; the worker has.
import { Engine } from './engine.js';
import { Drawing } from './drawing.js';
import { drop, keep, leftovers } from './leftovers.js';
import { read } from './files.js';
import { bytes, showBytes, showLedger, showResults } from './answer.js';

const at = (id) => document.getElementById(id);
const number = new Intl.NumberFormat('en', { maximumSignificantDigits: 2 });
const day = new Intl.DateTimeFormat('en', { dateStyle: 'long' });
const engine = new Engine({ progress: showProgress, keep, drop, forgotten });
let plan = null;
let drawing = null;
let taken = ''; // text of a file that is too long to be shown

function say(text) { at('status').textContent = text; }

// place puts what is said behind what it is about.
const place = (id) => at(id).after(at('messages'));

let shown = '';
function showProgress({ what, done, total }) {
  at('progress').hidden = false;
  at('bar-label').textContent = total ? `${what}: ${bytes(done)} of ${bytes(total)}` : `${what}…`;
  if (total) at('bar').value = done / total;
  else at('bar').removeAttribute('value');
  if (what !== shown) at('step').textContent = `${what}…`; // a screen reader says steps, not every byte
  shown = what;
}

// cures are what to do in the page, where the service tells programs.
const cures = {
  'unauthorized': 'Ask whoever runs the service for a token.',
  'unknown-plan': 'Load this page again for the models that there are now.',
  'too-many-keysets': 'They may be of other browsers, or of hecc infer, which send theirs again when they need them.',
};

const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?:)]$/.test(text) ? '' : '.');

function fail(e) {
  const lines = e.message.split(/\n\s*(?:note: )?/), cure = cures[e.name] ?? e.cure;
  at('problem').textContent = (cure ? [...lines, cure] : lines).map(sentence).join('\n');
  at('anyway').hidden = !e.outside;
  at('room').hidden = e.name !== 'too-many-keysets';
  say('');
}

// askForToken shows the field. That there is no token yet is no problem.
function askForToken(e) {
  at('token-form').hidden = false;
  place('token-form');
  at('token').focus();
  at('token').select();
  if (at('token').value || plan) fail(e);
  else say('');
}

const busy = (is) => {
  for (const id of ['ask', 'forget', 'remember', 'plan']) at(id).disabled = is || !plan;
};

// work runs something that takes time, during which buttons rest. What comes nevertheless, as a dropped file, waits.
let current = Promise.resolve();
const work = (something) => { current = current.then(() => show(something)); return current; };

async function show(something) {
  at('problem').textContent = '';
  at('anyway').hidden = at('room').hidden = at('again').hidden = true;
  shown = '';
  const focused = document.activeElement; // which it loses while it is disabled
  busy(true);
  try {
    await something();
  } catch (e) {
    if (e.name === 'unauthorized') {
      askForToken(e);
    } else {
      fail(e);
      at('again').hidden = Boolean(plan);
    }
  }
  at('progress').hidden = true;
  at('step').textContent = '';
  busy(false);
  if (document.activeElement === document.body) focused.focus({ preventScroll: true });
}

const connect = () => work(async () => {
  say('');
  const plans = await engine.do('plans', { token: at('token').value.trim() });
  at('token-form').hidden = true;
  if (!plans.some(({ id }) => id === plan?.id)) {
    at('plan').replaceChildren(...plans.map((p) => new Option(nameOf(p, plans), p.id)));
    at('plan-choice').hidden = plans.length < 2;
    await open(at('plan').value);
  }
  place('ask');
  say(at('status').textContent || 'Ready.');
  leftovers().then((ids) => engine.do('tidy', { ids })).catch(() => {}); // what is left is for the next page
});

// nameOf tells plans of one name apart.
const nameOf = ({ model, id }, plans) => plans.some((p) => p.model === model && p.id !== id) ? `${model} (${id.slice(0, 6)})` : model;

async function open(id) {
  plan = null;
  place('plan-name');
  at('input').hidden = at('answer').hidden = true;
  const opened = await engine.do('open', { id });
  plan = opened.plan;
  const about = `${plan.size} numbers in, ${plan.security}-bit security`;
  at('plan-name').textContent = at('plan-choice').hidden ? `${plan.model}: ${about}` : about;
  at('plan-id').textContent = `ID of the plan: ${plan.id}`;
  at('csv-help').textContent = plan.columns ? `Columns: ${plan.columns.join(', ')}` : `${plan.size} numbers in a line.`;
  at('drawing').hidden = !plan.side;
  at('numbers').open = !plan.side;
  at('numbers-title').textContent = plan.side ? 'Numbers instead' : 'Numbers';
  drawing = plan.side ? new Drawing(at('canvas'), plan.side) : null;
  at('remember-part').hidden = !opened.rememberable;
  keysAre(Boolean(opened.made), opened.made);
  at('input').hidden = false;
  place('ask');
  say(opened.gone ? 'Ready. The service does not have the keys of your last visit any more, so they were deleted here.' : 'Ready.');
}

// keysAre shows whether there are keys, and since when they are remembered, if they are.
function keysAre(there, made) {
  at('forget').hidden = !there;
  at('remember').checked = Boolean(made);
  const each = `A question sends ${bytes(plan.requestBytes)}.`;
  if (made) at('keys-are').textContent = `${each} Your keys are remembered on this device since ${day.format(made)}.`;
  else if (there) at('keys-are').textContent = `${each} Your keys last until this page is closed.`;
  else at('keys-are').textContent = `The first question makes keys, and sends evaluation keys of ${bytes(plan.keyBytes)}; each sends ${bytes(plan.requestBytes)}.`;
}

function forgotten() {
  keysAre(false);
  say('The keys were forgotten in another window.');
}

// sample is what is to be asked: of drawing and numbers, the one that is shown.
function sample() {
  if (at('numbers').open || !drawing) {
    const text = taken || at('csv').value;
    if (!text.trim()) throw new Error('There are no numbers yet: write a line, or choose a file.');
    return { text };
  }
  if (drawing.empty) throw new Error('Nothing is drawn yet.');
  if (at('centre').checked) drawing.centre();
  return { values: drawing.values(plan.ink) };
}

const ask = (outside) => work(async () => {
  say('');
  const answer = await engine.do('ask', { ...sample(), outside, remember: at('remember').checked });
  keysAre(true, answer.made);
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
  if (answer.unremembered) at('problem').textContent = `This browser could not remember the keys: ${answer.unremembered}`;
});

at('ask').onclick = () => ask(false);
at('anyway').onclick = () => ask(true);
at('again').onclick = () => engine.broken ? location.reload() : connect();
at('plan').onchange = () => work(() => open(at('plan').value));
at('clear').onclick = () => { drawing.clear(); at('canvas').focus(); };
at('numbers').ontoggle = () => { at('drawing').hidden = !drawing || at('numbers').open; };
at('token-form').onsubmit = (e) => { e.preventDefault(); connect(); };

at('room').onclick = () => work(async () => {
  await engine.do('makeRoom');
  say('The service has no key sets of yours any more. Ask again.');
});

at('remember').onchange = () => work(async () => {
  const on = at('remember').checked, there = !at('forget').hidden;
  const { made } = await engine.do('remember', { on });
  keysAre(there, made);
  at('remember').checked = on;
  if (on) say(made ? 'The keys are remembered on this device.' : 'The keys will be remembered on this device when they are made.');
  else say(there ? 'The keys are not remembered any more; they last until this page is closed.' : '');
});

at('forget').onclick = async () => {
  await work(deleteKeys);
  at('ask').focus();
};

async function deleteKeys() {
  at('answer').hidden = true;
  keysAre(false);
  try {
    await engine.do('forget');
    say('The keys are deleted, here and at the service.');
  } catch (e) {
    throw Object.assign(e, { message: `The keys are deleted here. The evaluation keys at the service will be when this page is opened again: ${e.message}` });
  }
}

// hold takes the text of a file in place of what is written, or shows that field again.
function hold(name, text) {
  taken = text;
  at('taken-name').textContent = name;
  at('taken').hidden = !text;
  at('written').hidden = Boolean(text);
}

const most = 1 << 16; // characters that are shown: fields are slow with more

const take = (file) => file && work(async () => {
  const text = await read(file);
  at('numbers').open = true;
  if (text.length > most) {
    hold(`${file.name}, ${bytes(file.size)}`, text);
  } else {
    hold('', '');
    at('csv').value = text;
  }
  say(`${file.name} is there.`);
});

at('untake').onclick = () => {
  hold('', '');
  at('file').value = '';
  at('csv').focus();
  say('');
};
at('file').onchange = (e) => take(e.target.files[0]);
addEventListener('dragover', (e) => { e.preventDefault(); document.body.classList.add('dropping'); });
addEventListener('dragleave', () => document.body.classList.remove('dropping'));
addEventListener('drop', (e) => {
  e.preventDefault();
  document.body.classList.remove('dropping');
  take(e.dataTransfer.files[0]);
});

at('insecure').hidden = isSecureContext;
connect();
