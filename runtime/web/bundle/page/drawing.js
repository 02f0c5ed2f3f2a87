// Drawing is a square picture in grey, white on black, that is drawn with a pointer or the keyboard.
export class Drawing {
  #canvas;
  #side;
  #pixels; // from 0 to 1
  #last = null; // where the pointer was
  #cursor = null; // of the keyboard
  #down = false; // its pen

  constructor(canvas, side) {
    this.#canvas = canvas;
    this.#side = side;
    canvas.width = canvas.height = side;
    canvas.setAttribute('aria-label', `Drawing, ${side} by ${side} pixels`);
    this.clear();
    canvas.onpointerdown = (e) => {
      canvas.setPointerCapture(e.pointerId);
      this.#cursor = null;
      this.#stroke(this.#place(e));
    };
    canvas.onpointermove = (e) => {
      if (!this.#last) return;
      for (const c of e.getCoalescedEvents?.() ?? []) this.#stroke(this.#place(c));
      this.#stroke(this.#place(e));
    };
    canvas.onpointerup = canvas.onpointercancel = () => { this.#last = null; };
    canvas.onkeydown = (e) => this.#key(e);
    canvas.onblur = () => { this.#cursor = null; this.#down = false; this.#show(); };
  }

  clear() {
    this.#pixels = new Float64Array(this.#side * this.#side);
    this.#last = null;
    this.#down = false;
    this.#show();
  }

  get empty() { return this.#pixels.every((v) => v === 0); }

  // values are the pixels, row by row, from 0 to ink.
  values(ink) { return this.#pixels.map((v) => v * ink); }

  // centre moves the drawing by whole pixels so that its centre of mass is in the middle, as MNIST's digits are.
  // Nothing is pushed over an edge.
  centre() {
    const n = this.#side;
    let mass = 0, mx = 0, my = 0;
    let left = n, right = -1, top = n, bottom = -1;
    this.#pixels.forEach((v, i) => {
      if (!v) return;
      const x = i % n, y = Math.floor(i / n);
      mass += v; mx += v * x; my += v * y;
      left = Math.min(left, x); right = Math.max(right, x);
      top = Math.min(top, y); bottom = Math.max(bottom, y);
    });
    if (!mass) return;
    const within = (d, low, high) => Math.max(-low, Math.min(n - 1 - high, d));
    const dx = within(Math.round(n / 2 - mx / mass), left, right);
    const dy = within(Math.round(n / 2 - my / mass), top, bottom);
    const moved = new Float64Array(n * n);
    this.#pixels.forEach((v, i) => { if (v) moved[i + dx + dy * n] = v; });
    this.#pixels = moved;
    this.#show();
  }

  #place(e) {
    const r = this.#canvas.getBoundingClientRect();
    return { x: (e.clientX - r.left) / r.width * this.#side, y: (e.clientY - r.top) / r.height * this.#side };
  }

  // stroke draws from the last place to this one.
  #stroke(to) {
    const from = this.#last ?? to;
    const steps = Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) * 4) || 1;
    for (let k = 1; k <= steps; k++) this.#dot(from.x + (to.x - from.x) * k / steps, from.y + (to.y - from.y) * k / steps);
    this.#last = to;
    this.#show();
  }

  // dot inks what is within the pen's radius, with a soft edge of a pixel.
  #dot(x, y) {
    const n = this.#side, radius = n * 0.038;
    for (let j = Math.max(0, Math.floor(y - radius - 1)); j <= Math.min(n - 1, y + radius + 1); j++) {
      for (let i = Math.max(0, Math.floor(x - radius - 1)); i <= Math.min(n - 1, x + radius + 1); i++) {
        const ink = Math.max(0, Math.min(1, radius + 0.5 - Math.hypot(i + 0.5 - x, j + 0.5 - y)));
        this.#pixels[j * n + i] = Math.max(this.#pixels[j * n + i], ink);
      }
    }
  }

  #key(e) {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const centre = Math.floor(this.#side / 2) + 0.5, middle = { x: centre, y: centre };
    if (moves[e.key]) {
      const [dx, dy] = moves[e.key], at = this.#cursor ?? middle;
      const within = (v) => Math.max(0.5, Math.min(this.#side - 0.5, v));
      this.#cursor = { x: within(at.x + dx), y: within(at.y + dy) };
    } else if (e.key === ' ') {
      this.#cursor ??= middle;
      this.#down = !this.#down;
    } else if (e.key === 'Delete' || e.key === 'Backspace') {
      this.clear();
    } else {
      return;
    }
    e.preventDefault();
    if (this.#down && this.#cursor) this.#dot(this.#cursor.x, this.#cursor.y);
    this.#show();
  }

  #show() {
    const n = this.#side, context = this.#canvas.getContext('2d'), image = context.createImageData(n, n);
    this.#pixels.forEach((v, i) => image.data.set([255 * v, 255 * v, 255 * v, 255], 4 * i));
    if (this.#cursor) image.data.set(this.#down ? [255, 80, 80, 255] : [90, 150, 255, 255], 4 * (Math.floor(this.#cursor.y) * n + Math.floor(this.#cursor.x)));
    context.putImageData(image, 0, 0);
  }
}
