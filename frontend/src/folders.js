// @ts-check
// Folders that are sent file by file, as Zarr stores are: begun with their size, then forms of some files each. What has
// arrived is not sent again, also after the page was left.

const MARKS = ["zarr.json", ".zgroup", ".zmetadata"]; // of a Zarr store, in its root
const SIDE = [".DS_Store", "Thumbs.db", "desktop.ini"];
const AT_ONCE = 200; // files of one request
const PIECE = 8 * 1024 * 1024; // bytes of one request, but for a larger file
const WAITS = [1000, 3000, 8000, 20000]; // milliseconds before another try

/** Sort what a folder holds: Zarr stores, each with the paths inside of it, and the files that belong to none. */
export function sorted(files) {
  const known = [...files].filter((file) => !SIDE.includes(file.name));
  const roots = known
    .filter((file) => MARKS.includes(file.name))
    .map((file) => pathOf(file).split("/").slice(0, -1).join("/"))
    .sort((one, other) => one.length - other.length);
  const tops = roots.filter((root, at) => !roots.slice(0, at).some((above) => `${root}/`.startsWith(`${above}/`)));
  const stores = tops.map((root) => ({
    name: root.split("/").at(-1) ?? root,
    files: known.filter((file) => pathOf(file).startsWith(`${root}/`)).map((file) => ({ file, path: pathOf(file).slice(root.length + 1) })),
  }));
  const plain = known.filter((file) => !tops.some((root) => pathOf(file).startsWith(`${root}/`)));
  return { stores, plain };
}

const pathOf = (file) => file.webkitRelativePath || file.name;

/** Send one store; answer with its id. *tell* hears how many bytes of how many are there. */
export async function sendFolder({ name, files }, tell) {
  const size = files.reduce((sum, { file }) => sum + file.size, 0);
  const key = `folder:${name}:${files.length}:${size}`;
  const known = await begun(key, { name, files: files.length, size });
  const missing = files.filter(({ file, path }) => known.here[path] !== file.size);
  let sent = size - missing.reduce((sum, { file }) => sum + file.size, 0);
  tell(sent, size);
  for (const part of batches(missing)) {
    await sendPart(known.id, part);
    sent += part.reduce((sum, { file }) => sum + file.size, 0);
    tell(sent, size);
  }
  return { id: known.id, forget: () => localStorage.removeItem(key) };
}

/** Go on with what an earlier visit has begun, or begin anew. */
async function begun(key, announced) {
  const id = localStorage.getItem(key);
  if (id) {
    const answer = await fetch(`/data/folders/${id}`, { headers: { accept: "application/json" } });
    if (answer.ok) return answer.json();
  }
  const made = await asked("/data/folders", { body: JSON.stringify(announced), headers: { "content-type": "application/json" } });
  localStorage.setItem(key, made.id);
  return made;
}

function* batches(files) {
  let part = [];
  let size = 0;
  for (const each of files) {
    if (part.length && (part.length >= AT_ONCE || size + each.file.size > PIECE)) {
      yield part;
      [part, size] = [[], 0];
    }
    part.push(each);
    size += each.file.size;
  }
  if (part.length) yield part;
}

/** Send some files; again after a while where the connection is broken, but not where the server refuses them. */
async function sendPart(id, part) {
  const body = new FormData();
  for (const { file, path } of part) body.append("files", file, path);
  for (const wait of [...WAITS, undefined]) {
    try {
      return await asked(`/data/folders/${id}`, { body });
    } catch (error) {
      if (!(error instanceof TypeError) || wait === undefined) throw error;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
}

async function asked(address, { body, headers = {} }) {
  const answer = await fetch(address, { method: "POST", body, headers: { accept: "application/json", ...headers } });
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(said.detail ?? `The server answered ${answer.status}; what has arrived is kept.`);
  return said;
}
