// Engine is the worker, as the page asks it: each task is a promise. What the worker says by itself goes to the
// function of hear with its name.
export class Engine {
  #worker = new Worker(new URL('worker.js', import.meta.url), { type: 'module' });
  #waiting = new Map();
  #next = 0;
  broken = null; // the error that ended it

  constructor(hear) {
    this.#worker.onmessage = ({ data }) => {
      if (data.id === undefined) {
        for (const [name, value] of Object.entries(data)) hear[name](value);
        return;
      }
      const { resolve, reject } = this.#waiting.get(data.id);
      this.#waiting.delete(data.id);
      if (data.error) reject(Object.assign(new Error(data.error.message), data.error));
      else resolve(data.value);
    };
    this.#worker.onerror = (e) => { // its own errors are answers: here it is not there, or stopped
      this.broken = new Error(`The program of this page ${e.message ? `stopped (${e.message})` : 'could not be loaded'}. Load the page again.`);
      for (const { reject } of this.#waiting.values()) reject(this.broken);
      this.#waiting.clear();
    };
  }

  do(task, argument = {}) {
    if (this.broken) return Promise.reject(this.broken);
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, task, argument });
    });
  }
}
