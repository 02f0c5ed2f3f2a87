// Secret keys that people asked this browser to remember: one for each plan, in the database of this origin. Each is
// sealed with a key that the browser never hands out. That keeps it from whoever copies the record without that key,
// and not from scripts of this origin, which can have it opened: docs/security.md says what follows.
const cipher = 'AES-GCM';

// possible is false over plain HTTP, where anybody on the way could send a page that reads the keys.
export const possible = isSecureContext && Boolean(globalThis.indexedDB && crypto.subtle);

function database() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open('hecc-keys', 1);
    request.onupgradeneeded = () => request.result.createObjectStore('keys', { keyPath: 'plan' });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function run(mode, work) {
  const db = await database();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = db.transaction('keys', mode), request = work(transaction.objectStore('keys'));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    db.close();
  }
}

const parameters = ({ plan, keySet, nonce }) => ({ name: cipher, iv: nonce, additionalData: new TextEncoder().encode(plan + keySet) });

export async function remember(plan, keySet, secret) {
  const seal = await crypto.subtle.generateKey({ name: cipher, length: 256 }, false, ['encrypt', 'decrypt']);
  const record = { plan, keySet, made: new Date(), seal, nonce: crypto.getRandomValues(new Uint8Array(12)) };
  record.secret = await crypto.subtle.encrypt(parameters(record), seal, secret);
  await run('readwrite', (keys) => keys.put(record));
  return record.made;
}

// recall gives what is remembered for a plan, or null. What cannot be opened is as good as forgotten.
export async function recall(plan) {
  if (!possible) return null;
  const record = await run('readonly', (keys) => keys.get(plan)).catch(() => null);
  if (!record) return null;
  try {
    const secret = new Uint8Array(await crypto.subtle.decrypt(parameters(record), record.seal, record.secret));
    return { keySet: record.keySet, made: record.made, secret };
  } catch {
    await forget(plan);
    return null;
  }
}

export async function forget(plan) {
  if (possible) await run('readwrite', (keys) => keys.delete(plan));
}

// keySets are the IDs of all evaluation keys whose secret key is remembered.
export async function keySets() {
  if (!possible) return [];
  return (await run('readonly', (keys) => keys.getAll())).map(({ keySet }) => keySet);
}
