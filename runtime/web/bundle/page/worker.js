// The side that holds the secret key: hecc's client, compiled to WebAssembly, and the requests to the service.
// What leaves this worker for the service is in service.js; what leaves it for the page is results and sizes; what
// stays in the browser if people want it to is in remembered.js.
import './wasm_exec.js';
import { Service, Problem } from './service.js';
import * as remembered from './remembered.js';

// load starts the program, and may be asked again if that fails.
let program = null;
function load() {
  const go = new Go();
  program ??= WebAssembly.instantiateStreaming(fetch(new URL('client.wasm', import.meta.url)), go.importObject)
    .then(({ instance }) => { go.run(instance); })
    .catch((e) => {
      program = null;
      throw new Error(`The program of this page could not be loaded (${e.message}). Look at your connection, then try again.`);
    });
  return program;
}
load().catch(() => {}); // early; who waits for it says what failed

const tell = (what, done = 0, total = 0) => postMessage({ progress: { what, done, total } });
const service = new Service(tell);
const others = new BroadcastChannel('hecc-keys'); // pages of this origin
const shownBytes = 4 << 10;
let plan = null; // what the service says of it, and what its client file does
// keys are those of the plan, or null: id names their evaluation keys, blob holds these until the service has them
// all, announced says that it may have some, and made is when they were remembered, if they are.
let keys = null;

// call runs a function of the program, which says what failed.
function call(name, ...args) {
  const answer = globalThis.hecc[name](...args);
  if (answer && answer.error) throw Object.assign(new Error(answer.error), { outside: answer.outside });
  return answer;
}

async function timed(work) {
  const start = performance.now();
  const value = await work();
  return [value, performance.now() - start];
}

function makeEvaluationKeys() {
  const total = plan.keyBytes;
  const chunks = [];
  let done = 0;
  tell('Making keys', 0, total);
  keys.id = call('writeEvaluation', (bytes) => {
    chunks.push(new Blob([bytes])); // the browser may keep these on its disk
    done += bytes.length;
    tell('Making keys', done, total);
  });
  keys.blob = new Blob(chunks);
}

async function upload() {
  keys.announced = true;
  postMessage({ keep: keys.id }); // before anything of it is there
  await service.upload(plan.id, keys, (done, total) => tell('Sending evaluation keys', done, total));
}

async function deleteAtService(id) {
  await service.forget(id);
  postMessage({ drop: id });
}

// dropKeys forgets the secret key here.
function dropKeys() {
  if (keys) call('dropKeys');
  keys = null;
}

async function remember() {
  const secret = call('secretKey');
  keys.made = await remembered.remember(plan.id, keys.id, secret);
  secret.fill(0);
}

// restore takes back remembered keys, if the service still has theirs for this client.
async function restore() {
  const record = await remembered.recall(plan.id);
  if (!record) return false;
  const here = await service.has(record.keySet);
  if (here) {
    call('restoreKeys', record.secret);
    keys = { id: record.keySet, blob: null, announced: true, made: record.made };
    postMessage({ keep: record.keySet });
  } else {
    await remembered.forget(plan.id);
  }
  record.secret.fill(0);
  return !here;
}

// askOnce makes keys if there are none, and sends what the service lacks.
async function askOnce({ text, values, outside }, note) {
  if (!keys) {
    call('newKeys');
    keys = { id: '', blob: null, announced: false, made: null };
  }
  tell('Encrypting');
  // First, since the data may be refused, and nothing is sent of keys then.
  const [{ request, samples, remarks }, encrypting] = await timed(() => {
    const most = plan.max_request_bytes;
    return values ? call('encryptValues', values, outside, most) : call('encryptText', text, outside, most);
  });
  if (!keys.id) {
    const [, ms] = await timed(makeEvaluationKeys);
    note('keys made here', ms, null);
  }
  if (keys.blob) {
    const [, ms] = await timed(upload);
    note('evaluation keys sent, once', ms, keys.blob.size);
    keys.blob = null;
  }
  note('encrypted here', encrypting, null);
  tell('Computing on encrypted data');
  const [answer, asking] = await timed(() => service.infer(plan.id, keys.id, request));
  note('sent, computed, answered', asking, request.length + answer.length);
  const [results, decrypting] = await timed(() => call('decrypt', answer));
  note('decrypted here', decrypting, null);
  if (results.length !== samples) throw new Error(`The service answers ${results.length} samples of ${samples}.`);
  return { results, remarks, outside, head: request.slice(0, shownBytes) };
}

const lost = (e) => e instanceof Problem && (e.name === 'unknown-keyset' || e.name === 'damaged-keyset');

// askWithKeys makes new keys once if the service has lost those that there were.
async function askWithKeys(argument, note) {
  try {
    return await askOnce(argument, note);
  } catch (e) {
    if (!lost(e)) throw e;
    await deleteAtService(keys.id);
    dropKeys();
    return askOnce(argument, note);
  }
}

const tasks = {
  async plans({ token }) {
    service.token = token;
    tell('Asking for the models');
    return service.plans();
  },

  // open takes up a plan, and the keys that are remembered for it.
  async open({ id }) {
    await tasks.leave();
    tell('Loading the program of this page, 3 MB');
    await load();
    const opened = call('open', await service.clientFile(id));
    if (opened.id !== id) throw new Error('The service gives the client file of another plan.');
    plan = { ...opened, ...await service.plan(id) };
    const gone = await restore();
    return { plan, gone, made: keys?.made ?? null, rememberable: remembered.possible };
  },

  // ask also says whether there are keys now that are remembered.
  async ask(argument) {
    const ledger = [];
    const answer = await askWithKeys(argument, (step, ms, bytes) => ledger.push({ step, ms, bytes }));
    let unremembered = '';
    if (argument.remember && !keys.made) await remember().catch((e) => { unremembered = e.message; });
    return { ...answer, ledger, made: keys.made, unremembered };
  },

  // remember begins or ends that the keys that there are outlive this page.
  async remember({ on }) {
    if (!keys?.id || keys.blob) return { made: null }; // the next answer is in time
    if (on) {
      await remember();
    } else {
      await remembered.forget(plan.id);
      keys.made = null;
    }
    return { made: keys.made };
  },

  // forget deletes the keys here, then at the service.
  async forget() {
    const old = keys;
    dropKeys();
    if (plan) await remembered.forget(plan.id);
    if (!old) return;
    others.postMessage(old.id);
    if (old.announced) await deleteAtService(old.id);
  },

  // leave ends the use of a plan's keys: they stay only if they are remembered.
  async leave() {
    const old = keys;
    dropKeys();
    plan = null;
    if (old?.announced && !old.made) await deleteAtService(old.id).catch(() => {}); // then the next page does
  },

  // tidy deletes key sets of closed pages. What fails is left for another time.
  async tidy({ ids }) {
    const kept = new Set(await remembered.keySets());
    for (const id of ids) if (!kept.has(id)) await deleteAtService(id);
  },

  // makeRoom deletes all key sets that the service has of this client.
  async makeRoom() {
    for (const id of await service.keySets()) await deleteAtService(id);
  },
};

// One task at a time: they share the keys.
let last = Promise.resolve();
const queue = (work) => { last = last.then(work); };

onmessage = ({ data: { id, task, argument } }) => queue(async () => {
  try {
    postMessage({ id, value: await tasks[task](argument) });
  } catch (e) {
    postMessage({ id, error: { message: e.message, name: e.name, cure: e.cure, outside: e.outside } });
  }
});

// Keys that another page forgets are forgotten here.
others.onmessage = ({ data }) => queue(() => {
  if (keys?.id !== data) return;
  dropKeys();
  postMessage({ forgotten: true });
});
