// What pages can do beyond links and forms. Everything works without it, only less smoothly.
//
//   form[data-auto-submit]          sent as soon as a field changes
//   form[data-confirm="Question"]   asks before it is sent
//   form[data-swap="#id"]           sent in the background; the answer replaces the element
//   form[data-preview="#id"]        on each change, the answer of data-preview-url replaces the element
//   a[data-swap="#id"]              fetched in the background; the answer replaces the element
//   [data-live="/events"]           follows server-sent events of progress; see `follow`
//   [data-drop]                     takes a dropped file into the file input inside
//   [data-dropdown]                 a <details> that closes by Escape and by a click elsewhere

const csrf = document.body.dataset.csrf ?? "";

async function fetchFragment(url, options = {}) {
  const response = await fetch(url, {
    ...options,
    headers: { ...options.headers, "X-Fragment": "1", "X-CSRF-Token": csrf },
  });
  if (response.status === 401) location.reload();
  if (response.redirected) {
    // A form that was taken leads on to a page of its own.
    location.assign(response.url);
    return null;
  }
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

// The answer is the new element, or a page that holds it; a page without it says what is wrong.
async function swap(selector, url, options) {
  const target = document.querySelector(selector);
  target.setAttribute("aria-busy", "true");
  let answer;
  try {
    answer = await fetchFragment(url, options);
  } catch {
    target.removeAttribute("aria-busy");
    say("That did not reach the server. Try again.", "failed");
    return;
  }
  if (answer === null) return;
  const found = answer.querySelector(selector);
  if (found === null) {
    target.removeAttribute("aria-busy");
    say(answer.querySelector("#main > p:not(.notice)")?.textContent ?? "That did not work.", "failed");
    return;
  }
  target.replaceWith(document.adoptNode(found));
  for (const live of document.querySelectorAll(`${selector}[data-live], ${selector} [data-live]`)) follow(live);
}

function say(text, kind) {
  const notice = document.createElement("p");
  notice.className = `notice ${kind}`;
  notice.setAttribute("role", "status");
  notice.textContent = text;
  document.querySelector("#main").prepend(notice);
}

// Events are JSON with `percent` (0 to 100), `message` and, at the end, `done`. An element inside
// with data-progress shows the percent, one with data-message the words; the page is then reloaded,
// or the element at data-then replaced by the page at data-from. With data-fill, the blanks of that
// form are filled first.
function follow(element) {
  const source = new EventSource(element.dataset.live);
  source.addEventListener("message", (event) => {
    const { percent, message, done } = JSON.parse(event.data);
    const bar = element.querySelector("[data-progress]");
    if (bar && percent !== undefined && percent !== null) bar.value = percent;
    const words = element.querySelector("[data-message]");
    if (words && message) words.textContent = message;
    if (!done) return;
    source.close();
    if (element.dataset.fill) return fillBlanks(element.dataset.fill, element.dataset.then);
    if (element.dataset.then) swap(element.dataset.then, element.dataset.from ?? location.href);
    else renew();
  });
}

// Who has followed a link or sent a form meanwhile is on the way, and not held back.
let isLeaving = false;

addEventListener("beforeunload", () => { isLeaving = true; });

function renew() {
  if (!isLeaving) location.reload();
}

// What was found out meanwhile fills the blanks of a form; what the person has typed stays. Each
// field comes as a whole, so that it also says where its text is from.
async function fillBlanks(selector, then) {
  const answer = await fetchFragment(location.href);
  const form = document.querySelector(selector);
  const found = answer?.querySelector(selector);
  if (!found) return renew();
  for (const field of form.querySelectorAll("fieldset[id], .field:not(fieldset[id] .field):has(> input, > textarea)")) {
    const inputs = [...field.querySelectorAll("input, textarea")];
    const newer = field.id
      ? found.querySelector(`#${field.id}`)
      : found.querySelector(`[id="${inputs[0].id}"]`)?.closest(".field");
    const isUntouched = inputs.every((input) => input.value === "" && input !== document.activeElement);
    if (newer && isUntouched) field.replaceWith(document.adoptNode(newer));
  }
  form.elements.seen.value = found.elements.seen.value;
  document.querySelector(then).replaceWith(document.adoptNode(answer.querySelector(then)));
}

async function confirmed(question) {
  const dialog = document.createElement("dialog");
  dialog.className = "dialog";
  const words = document.createElement("p");
  words.textContent = question;
  const form = document.createElement("form");
  form.method = "dialog";
  form.className = "actions";
  for (const [value, label, kind] of [["no", "Cancel", ""], ["yes", "Continue", "primary"]]) {
    const button = document.createElement("button");
    button.value = value;
    button.textContent = label;
    button.className = kind;
    form.append(button);
  }
  dialog.append(words, form);
  document.body.append(dialog);
  dialog.showModal();
  await new Promise((closed) => dialog.addEventListener("close", closed, { once: true }));
  dialog.remove();
  return dialog.returnValue === "yes";
}

const asked = new WeakSet();

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.method === "dialog") return;
  const button = event.submitter;
  const question = button?.dataset.confirm ?? form.dataset.confirm;
  if (question && !asked.has(form)) {
    event.preventDefault();
    if (await confirmed(question)) {
      asked.add(form);
      form.requestSubmit(button);
    }
    return;
  }
  asked.delete(form);
  if (form.dataset.swap) {
    event.preventDefault();
    const body = new FormData(form, button);
    const action = button?.getAttribute("formaction") ?? form.action;
    await swap(form.dataset.swap, action, { method: "POST", body });
    return;
  }
  if (form.method === "get") {
    // Empty fields say nothing; without them the address can be read.
    for (const field of form.elements) field.disabled ||= field.name && field.value === "";
    return;
  }
  if (button?.getAttribute("aria-busy") === "true") event.preventDefault();
  button?.setAttribute("aria-busy", "true");
});

document.addEventListener("change", (event) => {
  event.target.closest("form[data-auto-submit]")?.requestSubmit();
});

let previewTimer;

document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-preview]");
  clearTimeout(previewTimer);
  if (!form?.checkValidity()) return;
  const { preview, previewUrl } = form.dataset;
  previewTimer = setTimeout(() => swap(preview, previewUrl, { method: "POST", body: new FormData(form) }), 300);
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-swap]");
  if (link && !event.metaKey && !event.ctrlKey) {
    event.preventDefault();
    swap(link.dataset.swap, link.href);
  }
  for (const open of document.querySelectorAll("details[data-dropdown][open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const open of document.querySelectorAll("details[data-dropdown][open]")) {
    open.open = false;
    open.querySelector("summary").focus();
  }
});

// Pages that the browser keeps for "back" come with their buttons still busy, and have missed what
// happened meanwhile.
addEventListener("pageshow", (event) => {
  isLeaving = false;
  if (event.persisted && document.querySelector("[data-live]")) return renew();
  for (const button of document.querySelectorAll("button[aria-busy]")) button.removeAttribute("aria-busy");
});

for (const zone of document.querySelectorAll("[data-drop]")) {
  const input = zone.querySelector("input[type=file]");
  for (const name of ["dragover", "dragenter"]) {
    zone.addEventListener(name, (event) => {
      event.preventDefault();
      zone.dataset.over = "";
    });
  }
  for (const name of ["dragleave", "drop"]) {
    zone.addEventListener(name, () => delete zone.dataset.over);
  }
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

document.querySelectorAll("[data-live]").forEach(follow);
