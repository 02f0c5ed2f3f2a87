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

export class Service {
  token = '';

  // send asks, and waits and asks again where the service says that it is busy.
  async send(method, path, body, type) {
    for (let n = 1; ; n++) {
      const headers = {};
      if (type) headers['Content-Type'] = type;
      if (this.token) headers.Authorization = `Bearer ${this.token}`;
      let answer;
      try {
        answer = await fetch(path, { method, headers, body, redirect: 'error', cache: 'no-store' });
      } catch {
        throw new Error('The service is not reached.');
      }
      if (answer.ok) return answer;
      if ((answer.status === 429 || answer.status === 503) && n < tries) {
        const seconds = Math.min(Number(answer.headers.get('Retry-After')) || n, 30);
        await new Promise((done) => setTimeout(done, seconds * 1000));
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
  async upload(plan, { blob, hash }, tell) {
    const total = blob.size;
    const set = await this.json('POST', '/v1/keysets', { plan, bytes: total, sha256: hash });
    if (set.committed) return;
    const size = set.part_bytes;
    if (set.id !== hash || !(size >= 1 && size <= longestPart) || set.parts !== Math.ceil(total / size)) {
      throw new Error('The service wants other keys than were announced.');
    }
    const there = new Set(set.received);
    let done = 0;
    tell(0, total);
    for (let n = 0; n < set.parts; n++) {
      const part = blob.slice(n * size, Math.min((n + 1) * size, total), octets);
      if (!there.has(n)) await this.send('PUT', `/v1/keysets/${hash}/parts/${n}`, part, octets);
      done += part.size;
      tell(done, total);
    }
    await this.json('POST', `/v1/keysets/${hash}/commit`);
  }

  async infer(plan, keyset, request) {
    const answer = await this.send('POST', `/v1/plans/${plan}/inferences?keyset=${keyset}`, new Blob([request], { type: octets }), octets);
    return new Uint8Array(await answer.arrayBuffer());
  }

  async forget(keyset) {
    try {
      await this.send('DELETE', `/v1/keysets/${keyset}`);
    } catch (e) {
      if (e.name !== 'unknown-keyset') throw e;
    }
  }
}
