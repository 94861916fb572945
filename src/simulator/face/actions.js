
const state = { tag: null, asked: null, chosen: null, missed: "", busy: false, listed: false, turn: 0 };

/** Tells what came of an action; a screen reader says it too. */
function say(text, kind) {
  const said = byId("said");
  said.className = kind;
  said.textContent = text;
}

async function control(method, path, body) {
  const answer = await fetch("/_control/" + path, {
    method, cache: "no-store", body: body === undefined ? undefined : JSON.stringify(body),
    headers: body === undefined ? {} : { "content-type": "application/json" },
  });
  const text = await answer.text();
  const result = text ? JSON.parse(text) : null;
  if (!answer.ok) throw new Error(result?.error?.message ?? result?.error ?? `the simulator answered ${answer.status}`);
  return result;
}

/** Does something, says what came of it, and shows the world after it. */
async function act(button, work) {
  if (state.busy) return;
  state.busy = true;
  button?.setAttribute("aria-disabled", "true");
  try {
    say(await work(), "done");
  } catch (error) {
    say(error.message, "refused");
  } finally {
    state.busy = false;
    button?.removeAttribute("aria-disabled");
  }
  await look();
}

const advance = () => act(byId("advance"), async () => {
  const { now } = await control("POST", "clock", { advance: "1d" });
  return `It is ${minute(now)} now.`;
});

const sync = () => act(byId("sync"), async () => {
  const run = await control("POST", "sync", { domain: state.chosen });
  if (run.error) throw new Error(`The sync failed: ${run.error}`);
  const { added, updated, deleted } = run.counts;
  return `The sync ran: ${added} added, ${updated} updated, ${deleted} deleted.`;
});

const hire = () => act(byId("hire"), async () => {
  const user = await control("POST", "hire", { domain: state.chosen });
  return `${user.name} was hired, ${user.address}.`;
});

const dismiss = (domain, user) => act(null, async () => {
  await control("POST", "dismiss", { domain, user: user.id });
  return `${user.name} was dismissed.`;
});

const clearFaults = () => act(null, async () => {
  await control("POST", "faults", []);
  return "No faults are in force.";
});

function ordered() {
  const kind = byId("fault-kind").value;
  const fault = { path: byId("fault-path").value || byId("fault-own").value.trim() };
  if (byId("fault-method").value) fault.method = byId("fault-method").value;
  if (kind === "slow") fault.delay = 5000;
  else if (kind === "before" || kind === "after") fault.drop = kind;
  else fault.status = Number(kind);
  if (kind === "429") fault.headers = { "Retry-After": "1" };
  if (byId("fault-count").value) fault.count = Number(byId("fault-count").value);
  return fault;
}

/** The organization that the address names, none where what it names is no text. */
function named() {
  try {
    const wanted = decodeURIComponent(location.hash.slice(1));
    return wanted.includes(".") ? wanted : "";
  } catch {
    return "";
  }
}

/** Asks for the world; nothing comes back, and nothing is drawn, unless it has changed. */
async function look() {
  const turn = ++state.turn;
  const find = byId("find").value;
  const wanted = named();
  const asked = new URLSearchParams({ organization: wanted || (state.chosen ?? ""), find }).toString();
  const headers = state.tag && state.asked === asked ? { "if-none-match": state.tag } : {};
  try {
    const answer = await fetch("/_control/face?" + asked, { headers, cache: "no-store" });
    const world = answer.status === 200 ? await answer.json() : null;
    // A question that was asked later may have been answered sooner.
    if (turn !== state.turn) return;
    const now = new Date(answer.headers.get("date"));
    byId("clock").dateTime = now.toISOString();
    byId("clock").textContent = second(now.toISOString()) + " UTC";
    if (world) {
      show(world);
      missed(wanted);
      state.tag = answer.headers.get("etag");
      state.asked = asked;
    }
    if (!state.listed) {
      const list = await control("GET", "routes");
      draw("routes", list, routes);
      state.listed = true;
    }
    link("live");
  } catch {
    state.tag = null;
    link("lost");
  }
}

/** Says once that the address names an organization that is not there. */
function missed(wanted) {
  const missing = wanted && wanted.toLowerCase() !== state.chosen?.toLowerCase() ? wanted : "";
  if (missing && missing !== state.missed) say(`There is no organization ${missing}: ${state.chosen} is shown.`, "refused");
  state.missed = missing;
}

function link(how) {
  const told = { live: "live", lost: "no answer from the simulator" }[how];
  if (byId("link").textContent === told) return;
  byId("link").textContent = told;
  byId("link").className = "link " + how;
}

function show(world) {
  const one = world.chosen;
  state.chosen = one?.domain ?? null;
  draw("organizations", { list: world.organizations, chosen: state.chosen }, organizations);
  if (one) {
    draw("directory", { tenant: one.tenant, applications: one.applications }, directory);
    draw("essentials", { organization: one.organization, settings: one.settings }, essentials);
    draw("people", { people: one.people, domain: one.domain }, people);
    draw("runs", one.runs, runs);
  }
  draw("requests", world.requests, requests);
  draw("weather", { faults: world.faults, moods: world.moods }, weather);
}

/** Looks every second while somebody can see it. */
async function watch() {
  try {
    if (!document.hidden && !state.busy) await look();
  } finally {
    setTimeout(watch, 1000);
  }
}

byId("advance").addEventListener("click", advance);
byId("sync").addEventListener("click", sync);
byId("hire").addEventListener("click", hire);
byId("fault").addEventListener("click", () => byId("fault-dialog").showModal());
byId("fault-cancel").addEventListener("click", () => byId("fault-dialog").close());
byId("fault-path").addEventListener("change", () => {
  byId("fault-own-label").hidden = byId("fault-path").value !== "";
});
byId("fault-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const fault = ordered();
  byId("fault-dialog").close();
  act(byId("fault"), async () => {
    await control("POST", "faults?add", [fault]);
    return `Ordered for ${fault.method ?? "every request to"} ${fault.path}.`;
  });
});
// In a large directory each question takes a while: it is asked when a word is written.
let writing = 0;
byId("find").addEventListener("input", () => {
  clearTimeout(writing);
  writing = setTimeout(look, 200);
});
addEventListener("hashchange", look);
document.addEventListener("visibilitychange", () => document.hidden || look());
watch();
