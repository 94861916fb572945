
function organizations({ list, chosen }) {
  const rows = list.slice(0, 60).map((one) => make("tr", { "aria-current": one.domain === chosen ? "true" : null },
    make("td", null,
      make("a", { href: "#" + encodeURIComponent(one.domain), "data-key": "organization " + one.domain,
        "aria-current": one.domain === chosen ? "true" : null }, one.domain),
      make("span", { class: "second" }, one.name)),
    make("td", { class: "number", "data-name": "users" }, one.has_tenant ? one.users.toLocaleString("en") : "–"),
    make("td", { class: "number", "data-name": "groups" }, one.has_tenant ? one.groups.toLocaleString("en") : "–"),
    make("td", { class: "number", "data-name": "accounts" }, one.has_organization ? one.accounts.toLocaleString("en") : "–"),
    make("td", { "data-name": "sync" }, frequency(one)),
    make("td", { "data-name": "last run" }, one.last_run
      ? [time(one.last_run, minute), " ", make("span", { class: one.last_outcome === "success" ? "good" : "bad" }, one.last_outcome)]
      : "none")));
  return [
    table("Organizations and tenants",
      [["Organization"], ["Users", "number"], ["Groups", "number"], ["Accounts", "number"], ["Sync"], ["Last run"]], rows, "stack"),
    list.length > rows.length
      ? make("p", { class: "note" }, `The first ${rows.length} of ${list.length} are shown; add #DOMAIN to the address to choose any.`) : null,
  ];
}

function frequency({ frequency, next_run }) {
  if (frequency === null) return make("span", { class: "off" }, "not set up");
  if (frequency === 0) return "on demand";
  return ["every ", counted(frequency, "hour"), next_run ? [", next ", time(next_run, minute)] : null];
}

function directory({ tenant, applications }) {
  if (!tenant) return make("p", { class: "note" }, "No tenant has this domain.");
  const domains = tenant.domains.map((domain, index) => [
    index ? ", " : "", domain.name, domain.verified ? "" : make("span", { class: "bad" }, " not verified")]);
  const own = applications.shown.filter((one) => one.own);
  return [
    pairs([
      ["Tenant", [tenant.name, make("code", { class: "second" }, tenant.id)]],
      ["Domains", domains],
      ["Deleted users", tenant.deleted_users ? tenant.deleted_users.toLocaleString("en") : null],
    ]),
    applications.shown.filter((one) => !one.own).map(application),
    applications.total > own.length ? null : make("p", { class: "note" }, "No application is registered yet."),
    applications.total > applications.shown.length
      ? make("p", { class: "note" }, `${applications.total - applications.shown.length} more are not shown.`) : null,
    own.length ? make("details", { "data-key": "own" },
      make("summary", { "data-key": "own summary" }, counted(own.length, "application") + " that the simulator signs in with"),
      own.map(application)) : null,
  ];
}

function application(one) {
  return [
    make("h3", null, one.name || "(without a name)"),
    pairs([
      ["Client id", code(one.client_id)],
      ["Principal", one.principal ? [code(one.principal), one.enabled ? "" : make("span", { class: "bad" }, " disabled")]
        : make("span", { class: "off" }, "none in this tenant")],
      ["Federated", one.federated.join(", ")],
    ]),
    one.permissions.length ? make("ul", { class: "permissions", "aria-label": "Permissions" }, one.permissions.map((permission) =>
      make("li", null,
        make("span", null, permission.name, make("span", { class: "quiet" }, ` ${permission.kind}, ${permission.on}`)),
        permission.granted
          ? make("span", { class: "good" }, permission.asked ? "granted" : "granted, not asked for")
          : make("span", { class: "bad" }, "not granted")))) : make("p", { class: "note" }, "No permissions."),
    one.keys.length ? make("ul", { class: "keys", "aria-label": "Keys" }, one.keys.map((key) =>
      make("li", null,
        make("span", null, key.name || "(without a name)", make("span", { class: "quiet" }, " " + key.kind),
          make("code", { class: "second" }, key.id)),
        make("span", null, key.held ? make("span", { class: "good" }, "held by Proofpoint, ") : null,
          key.ends ? ["ends ", time(key.ends, (text) => text.slice(0, 10))] : "")))) : make("p", { class: "note" }, "No keys."),
  ];
}

function essentials({ organization, settings }) {
  if (!organization) return make("p", { class: "note" }, "Proofpoint has no organization of this domain.");
  const full = organization.licences_taken >= organization.licences;
  const domains = organization.domains.map((domain, index) => [
    index ? ", " : "", domain.name, domain.verified ? "" : make("span", { class: "bad" }, " not verified")]);
  return [
    pairs([
      ["Organization", [organization.name, make("span", { class: "quiet" }, ` ${organization.kind.replaceAll("_", " ")}`)]],
      ["Above it", organization.parent],
      ["Domains", domains],
      ["Licences", make("span", { class: full ? "bad" : null },
        `${organization.licences_taken.toLocaleString("en")} of ${organization.licences.toLocaleString("en")}, ${organization.package}`)],
    ]),
    make("h3", null, "Settings of the sync"),
    settings ? settingsOf(settings) : make("p", { class: "note" }, "None: no sync is set up. An apply, or the console, writes them."),
  ];
}

function settingsOf({ members, key, application, expiry, last_run, next_run, exemptions }) {
  const shown = Object.entries(members).map(([name, value]) => [name,
    value === false ? make("span", { class: "off" }, "false") : String(value)]);
  return [
    pairs([
      ["Application", application ?? make("span", { class: "bad" }, "unknown to the tenant")],
      ["Its key", key ? [key.name || code(key.id)] : make("span", { class: "bad" }, "none of the application's")],
      ["Key ends", expiry ? time(expiry, minute) : null],
      ["Last success", last_run ? time(last_run, minute) : "never"],
      ["Next run", next_run ? time(next_run, minute) : "on demand"],
      ["Exemptions", exemptions.join(", ") || "none"],
    ]),
    make("details", { "data-key": "members" },
      make("summary", { "data-key": "members summary" }, "Every member of the PUT"), pairs(shown, "settings")),
  ];
}

const FATES = { add: "add", update: "update", delete: "delete", blocked: "blocked", exempt: "exempt", nothing: "no change", unknown: "" };

function people({ people, domain }) {
  const run = people.run;
  const lines = [];
  if (run?.error) lines.push(make("p", { class: "note bad" }, "A sync would fail: ", run.error));
  else if (run) {
    const words = [["added", "add"], ["updated", "update"], ["deleted", "delete"], ["blocked", "blocked"], ["exempt", ""], ["unchanged", ""], ["out_of_scope", ""]];
    lines.push(make("p", { class: "tally" }, "A sync now:", words.filter(([name], at) => at < 3 || run.counts[name]).map(([name, kind]) =>
      make("span", { class: kind && run.counts[name] ? "fate " + kind : null }, make("b", null, run.counts[name].toLocaleString("en")), " " + name.replaceAll("_", " ")))));
  } else lines.push(make("p", { class: "note" }, "What a sync would do is shown here once one is set up."));
  const rows = people.rows.map((row) => make("tr", null,
    make("td", { "data-name": row.object ? "Entra ID" : null }, row.object ? [row.object.name, make("span", { class: "second" },
      [row.object.kind, row.account ? null : row.address].filter(Boolean).join(", "))] : null),
    make("td", { "data-name": FATES[row.fate] ? "sync" : null },
      FATES[row.fate] ? make("span", { class: "fate " + row.fate }, FATES[row.fate]) : null,
      row.why ? make("span", { class: "second" }, row.why) : null),
    make("td", { "data-name": row.account ? "Proofpoint" : null }, row.account ? [
      make("span", { class: row.fate === "delete" ? "removed" : null }, row.account.name || row.address),
      make("span", { class: "second" }, `${row.account.kind}${row.account.active ? "" : ", inactive"}, ${row.address}`)] : null),
    make("td", { class: "act" }, row.object?.person ? make("button", {
      type: "button", class: "small", "data-key": "dismiss " + row.object.id, "aria-label": "Dismiss " + row.object.name,
      on: () => dismiss(domain, row.object),
    }, "Dismiss") : null)));
  return [
    lines,
    table("People on both sides", [["In Entra ID"], ["A sync would"], ["In Proofpoint Essentials"], ["", "act"]], rows, "stack dense people"),
    people.rows.length < people.total ? make("p", { class: "note" },
      `${people.rows.length.toLocaleString("en")} of ${people.total.toLocaleString("en")} are shown.`) : null,
  ];
}

function runs(list) {
  if (!list?.length) return make("p", { class: "note" }, "None yet.");
  const rows = list.map((run) => make("tr", null,
    make("td", null, time(run.time, minute), run.since
      ? make("span", { class: "second" }, counted(run.times, "run"), " since ", time(run.since, minute)) : null),
    make("td", null, run.error
      ? [make("span", { class: "bad" }, "failed"), make("span", { class: "second" }, run.error)]
      : [make("span", { class: "good" }, "success"), " ",
        ["added", "updated", "deleted", "blocked"].filter((name) => run.counts[name]).map((name) => `${run.counts[name]} ${name}`).join(", ")
          || make("span", { class: "quiet" }, "nothing to do"),
        ["added", "updated", "deleted"].filter((name) => run[name].length).map((name) =>
          make("span", { class: "second" }, `${name} ${run[name].join(", ")}${run.counts[name] > run[name].length ? ", …" : ""}`))])));
  return table("Runs of the sync", [["When"], ["What it did"]], rows, "stack");
}

function requests(list) {
  if (!list.length) return make("p", { class: "note" }, "None yet.");
  const rows = list.map((one) => make("tr", { class: one.batch ? "within" : null },
    make("td", { class: "method" }, one.method),
    make("td", null, code(one.path)),
    make("td", { class: "status number" }, make("span", { class: one.status >= 400 || !one.status ? "bad" : null }, one.status || "cut"))));
  return table("Last requests, the newest first", [["Method"], ["Path"], ["Status", "number"]], rows);
}

function weather({ faults, moods }) {
  const told = faults.map((fault) => {
    const what = [fault.status, fault.drop ? `connection breaks ${fault.drop}` : "", fault.delay ? `${fault.delay} ms late` : ""].filter(Boolean).join(", ");
    const often = fault.count === null ? "always" : fault.count === 0 ? "spent" : `${fault.count} more`;
    return make("tr", { class: fault.count === 0 ? "off" : null },
      make("td", null, fault.method ? make("span", { class: "method" }, fault.method + " ") : null, code(fault.path)),
      make("td", null, what), make("td", null, often));
  });
  const set = Object.entries(moods).map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]);
  return [
    told.length ? [table("Faults in force", [["Requests"], ["What happens"], ["How often"]], told),
      make("p", { class: "note" }, make("button", { type: "button", class: "small", "data-key": "clear", on: clearFaults }, "Take back all faults"))]
      : make("p", { class: "note" }, "No faults are in force."),
    set.length ? [make("h3", null, "Moods that are not at their default"), pairs(set, "settings")]
      : make("p", { class: "note" }, "All moods are at their defaults."),
  ];
}

function routes(list) {
  return make("details", { "data-key": "routes" },
    make("summary", { "data-key": "routes summary" }, counted(list.length, "route") + " below ", code(location.origin + "/_control")),
    make("dl", { class: "routes" }, list.map((route) => [
      make("dt", null, `${route.method} ${route.path}${route.query ? "[?" + route.query + "]" : ""}`, route.body ? [" ", make("span", { class: "quiet" }, route.body)] : null),
      make("dd", null, route.about)])));
}
