// The side that holds the secret key: hecc's client, compiled to WebAssembly, and the requests to the service.
// What leaves this worker for the service is in service.js; what leaves it for the page is results and sizes.
import './wasm_exec.js';
import { Service, Problem } from './service.js';

const go = new Go();
const ready = WebAssembly.instantiateStreaming(fetch(new URL('client.wasm', import.meta.url)), go.importObject)
  .then(({ instance }) => { go.run(instance); });

const service = new Service();
const shownBytes = 4 << 10;
let plan = null; // what the service says of it, and what its client file does
let keys = null; // the evaluation keys as a Blob, and their hash
let uploaded = false;

// call runs a function of the program, which says what failed.
function call(name, ...args) {
  const answer = globalThis.hecc[name](...args);
  if (answer && answer.error) throw Object.assign(new Error(answer.error), { outside: answer.outside });
  return answer;
}

const tell = (what, done, total) => postMessage({ progress: { what, done, total } });

async function timed(work) {
  const start = performance.now();
  const value = await work();
  return [value, performance.now() - start];
}

function makeKeys() {
  const total = plan.keyBytes;
  const chunks = [];
  let done = 0;
  tell('Making keys', 0, total);
  call('newKeys');
  const hash = call('writeEvaluation', (bytes) => {
    chunks.push(new Blob([bytes])); // the browser may keep these on its disk
    done += bytes.length;
    tell('Making keys', done, total);
  });
  keys = { blob: new Blob(chunks), hash };
  uploaded = false;
}

async function upload() {
  postMessage({ keySet: keys.hash }); // before anything of it is there
  await service.upload(plan.id, keys, (done, total) => tell('Sending evaluation keys', done, total));
  uploaded = true;
}

// infer asks once more with keys sent anew if the service has lost them.
async function infer(request) {
  try {
    return await service.infer(plan.id, keys.hash, request);
  } catch (e) {
    if (!(e instanceof Problem) || e.name !== 'unknown-keyset') throw e;
    await upload();
    return service.infer(plan.id, keys.hash, request);
  }
}

const tasks = {
  async plans({ token }) {
    service.token = token;
    await ready;
    return service.plans();
  },

  async open({ id }) {
    const file = await service.clientFile(id);
    const opened = call('open', file);
    if (opened.id !== id) throw new Error('The service gives the client file of another plan.');
    plan = { ...opened, ...await service.plan(id) };
    return plan;
  },

  async ask({ text, values, outside }) {
    const ledger = [];
    const note = (step, ms, bytes) => ledger.push({ step, ms, bytes });
    if (!keys) {
      const [, ms] = await timed(makeKeys);
      note('keys made here', ms, null);
    }
    const encrypt = () => values ? call('encryptValues', values, outside) : call('encryptText', text, outside);
    const [{ request, samples, remarks }, encrypting] = await timed(encrypt); // before anything is sent: it may refuse
    if (request.length > plan.max_request_bytes) {
      throw new Error(`${samples} samples are ${request.length} bytes; this service takes ${plan.max_request_bytes} at a time. Send fewer.`);
    }
    if (!uploaded) {
      const [, ms] = await timed(upload);
      note('evaluation keys sent, once', ms, keys.blob.size);
    }
    note('encrypted here', encrypting, null);
    tell('Computing on encrypted data', 0, 0);
    const [answer, asking] = await timed(() => infer(request));
    note('sent, computed, answered', asking, request.length + answer.length);
    const [results, decrypting] = await timed(() => call('decrypt', answer));
    note('decrypted here', decrypting, null);
    if (results.length !== samples) throw new Error(`The service answers ${results.length} samples of ${samples}.`);
    return { results, ledger, remarks, outside, sent: request.length, received: answer.length, head: request.slice(0, shownBytes) };
  },

  // tidy deletes key sets of closed pages.
  async tidy({ ids }) {
    for (const id of ids) await service.forget(id);
  },

  // forget deletes the keys here and at the service.
  async forget() {
    const old = keys;
    keys = null;
    const sent = uploaded;
    uploaded = false;
    if (old && sent) await service.forget(old.hash);
  },
};

// One task at a time: they share the keys.
let last = Promise.resolve();
onmessage = ({ data: { id, task, argument } }) => {
  last = last.then(async () => {
    try {
      postMessage({ id, value: await tasks[task](argument) });
    } catch (e) {
      postMessage({ id, error: { message: e.message, name: e.name, cure: e.cure, outside: e.outside } });
    }
  });
};
