// Marks what belongs to one node of the model in every section. All is readable without it.
'use strict';

const select = number => {
  for (const e of document.querySelectorAll('[data-node]')) e.classList.toggle('on', e.dataset.node === number);
  document.getElementById('selected').textContent = number ? `Node ${number} is marked in every section.` : '';
};

const open = number => {
  const node = document.getElementById(`node-${number}`);
  if (!node) return;
  node.open = true;
  select(String(number));
};

for (const node of document.querySelectorAll('details.node')) {
  node.addEventListener('toggle', () => {
    if (node.open) select(node.dataset.node);
    else if (node.classList.contains('on')) select('');
  });
}

// Links to a node open it; parts of a chart are a shortcut for the mouse.
const follow = () => {
  const found = /^#node-(\d+)$/.exec(location.hash);
  if (found) open(found[1]);
};
addEventListener('hashchange', follow);
follow();
for (const band of document.querySelectorAll('.band')) {
  band.addEventListener('click', () => open(band.dataset.node));
}
