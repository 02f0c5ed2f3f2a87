// The routes of the service (openapi.json) that the page uses.

// Problem is what the service says when it refuses (RFC 9457).
export class Problem extends Error {
  constructor(status, body) {
    super(body.detail || body.title || `The service answered ${status}.`);
    this.name = (body.type || '').replace('urn:hecc:problem:', '') || `status-${status}`;
    this.cure = body.cure;
  }
}

const octets = 'application/octet-stream';
const tries = 5;
const longestPart = 64 << 20;
const wait = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

// put is fetch for long bodies, which tells how many bytes have gone.
function put(path, { headers, body }, sent) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('PUT', path);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = (e) => sent(e.loaded);
    request.onload = () => {
      const retry = request.getResponseHeader('Retry-After');
      resolve(new Response(request.responseText || null, { status: request.status, headers: retry ? { 'Retry-After': retry } : {} }));
    };
    request.onerror = () => reject(new TypeError('the request was broken off'));
    request.send(body);
  });
}

export class Service {
  token = '';

  // tell is asked to show that the service is waited for.
  constructor(tell) { this.tell = tell; }

  // send asks, and waits and asks again where the service is not reached or says that it is busy.
  async send(method, path, body, type, sent) {
    for (let n = 1; ; n++) {
      const headers = {};
      if (type) headers['Content-Type'] = type;
      if (this.token) headers.Authorization = `Bearer ${this.token}`;
      let answer;
      try {
        answer = await (sent ? put(path, { headers, body }, sent) : fetch(path, { method, headers, body, redirect: 'error', cache: 'no-store' }));
      } catch {
        if (n === tries) throw new Error('The service is not reached. Look at your connection, then try again.');
        this.tell('The service is not reached; trying again');
        await wait(n);
        continue;
      }
      if (answer.ok) return answer;
      if ((answer.status === 429 || answer.status === 503) && n < tries) {
        this.tell('The service is busy; trying again');
        await wait(Math.min(Number(answer.headers.get('Retry-After')) || n, 30));
        continue;
      }
      throw new Problem(answer.status, await answer.json().catch(() => ({})));
    }
  }

  async json(method, path, value) {
    const answer = value === undefined ? await this.send(method, path) : await this.send(method, path, JSON.stringify(value), 'application/json');
    return answer.json();
  }

  async plans() { return (await this.json('GET', '/v1/plans')).plans; }

  async plan(id) { return this.json('GET', `/v1/plans/${id}`); }

  async clientFile(id) {
    return new Uint8Array(await (await this.send('GET', `/v1/plans/${id}/client`)).arrayBuffer());
  }

  // upload sends evaluation keys, as far as the service does not have them. Bodies are Blobs, which browsers send
  // without copying.
  async upload(plan, { blob, id }, tell) {
    const total = blob.size;
    const set = await this.json('POST', '/v1/keysets', { plan, bytes: total, sha256: id });
    if (set.committed) return;
    const size = set.part_bytes;
    if (set.id !== id || !(size >= 1 && size <= longestPart) || set.parts !== Math.ceil(total / size)) {
      throw new Error('The service wants other keys than were announced.');
    }
    const there = new Set(set.received);
    let done = 0;
    tell(0, total);
    for (let n = 0; n < set.parts; n++) {
      const part = blob.slice(n * size, Math.min((n + 1) * size, total), octets);
      if (!there.has(n)) await this.send('PUT', `/v1/keysets/${id}/parts/${n}`, part, octets, (bytes) => tell(done + bytes, total));
      done += part.size;
      tell(done, total);
    }
    await this.json('POST', `/v1/keysets/${id}/commit`);
  }

  async infer(plan, keySet, request) {
    const answer = await this.send('POST', `/v1/plans/${plan}/inferences?keyset=${keySet}`, new Blob([request], { type: octets }), octets);
    return new Uint8Array(await answer.arrayBuffer());
  }

  // has says whether the service has a key set, whole.
  async has(keySet) {
    try {
      return (await this.json('GET', `/v1/keysets/${keySet}`)).committed;
    } catch (e) {
      if (e.name !== 'unknown-keyset') throw e;
      return false;
    }
  }

  // keySets are the IDs of all that the service keeps of the client.
  async keySets() { return (await this.json('GET', '/v1/keysets')).keysets.map(({ id }) => id); }

  async forget(keySet) {
    try {
      await this.send('DELETE', `/v1/keysets/${keySet}`);
    } catch (e) {
      if (e.name !== 'unknown-keyset') throw e;
    }
  }
}
