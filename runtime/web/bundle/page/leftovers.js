// Key sets that pages of this browser have sent, by ID, so that those of closed pages are deleted at the service
// unless their keys are remembered. An ID is a hash of what the service has, and no secret. Pages hold a lock for as
// long as they are open.
const list = 'hecc-keysets';
const read = () => JSON.parse(localStorage.getItem(list) ?? '[]');
const write = (ids) => localStorage.setItem(list, JSON.stringify(ids));

// keep notes a key set of this page.
export function keep(id) {
  write([...read().filter((other) => other !== id), id]);
  navigator.locks?.request(list + id, { mode: 'shared' }, () => new Promise(() => {})); // until the page is closed
}

// drop strikes a key set that is deleted.
export const drop = (id) => write(read().filter((other) => other !== id));

// leftovers are the key sets of closed pages.
export async function leftovers() {
  if (!navigator.locks) return [];
  const { held } = await navigator.locks.query();
  return read().filter((id) => !held.some(({ name }) => name === list + id));
}
