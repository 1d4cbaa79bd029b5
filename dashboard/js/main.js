// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// Starts the dashboard: language, session, frame, pages.
import { fill, h, loadIcons } from "./lib/dom.js";
import { keepSession, loadSession, onSignedOut } from "./lib/api.js";
import { language, loadLanguage, preferredLanguage, t } from "./lib/i18n.js";
import { startKeys } from "./lib/keys.js";
import { startPointer } from "./lib/pointer.js";
import { preference } from "./lib/prefs.js";
import { go, readAddress } from "./lib/router.js";
import { problemNotice } from "./ui/pieces.js";
import { Shell } from "./ui/shell.js";
import { AccountPage } from "./pages/account.js";
import { AgentsPage } from "./pages/agents.js";
import { ContainerPage } from "./pages/container.js";
import { DockerPage } from "./pages/docker.js";
import { HuntPage } from "./pages/hunt.js";
import { PosturePage } from "./pages/posture.js";
import { LogtestPage } from "./pages/logtest.js";
import { ResponsesPage } from "./pages/responses.js";
import { RulesPage } from "./pages/rules.js";
import { SetupPage, SignInPage } from "./pages/signin.js";
import { StatusPage } from "./pages/status.js";
import { VulnerabilitiesPage } from "./pages/vulnerabilities.js";

const PAGES = {
  hunt: HuntPage,
  docker: DockerPage,
  containers: ContainerPage,
  responses: ResponsesPage,
  agents: AgentsPage,
  posture: PosturePage,
  vulnerabilities: VulnerabilitiesPage,
  rules: RulesPage,
  logtest: LogtestPage,
  status: StatusPage,
  account: AccountPage,
};
const GATES = { signin: SignInPage, setup: SetupPage };

const app = document.getElementById("app");
let session = null;
let shell = null;
let page = null;
let pageName = "";

function leave() {
  page?.stop?.();
  page = null;
  pageName = "";
}

/** Draws what the address asks for; another part or state of the same page only updates it. */
function show() {
  const address = readAddress(location.hash);
  if (Object.hasOwn(GATES, address.page)) return showGate(address);
  if (!session) {
    go(`#/signin?then=${encodeURIComponent(location.hash)}`, { replace: true });
    return undefined;
  }
  if (!Object.hasOwn(PAGES, address.page)) return go("#/hunt", { replace: true });
  if (!shell) {
    shell = new Shell(session, signedOut);
    fill(app, shell.element);
    app.classList.remove("booting");
  }
  if (pageName !== address.page) {
    leave();
    scrollTo(0, 0);
    shell.clear();
    page = new PAGES[address.page](shell.content, session);
    pageName = address.page;
    shell.mark(address.page);
  }
  page.update(address);
  return undefined;
}

function showGate(address) {
  leave();
  shell?.stop();
  shell = null;
  const gate = h("main.gate");
  fill(app, gate, announcer());
  page = new GATES[address.page](gate, {
    signedIn(newSession) {
      session = keepSession(newSession);
      const then = address.params.get("then") ?? "";
      go(then.startsWith("#/") ? then : "#/hunt", { replace: true });
    },
    relabel: restart,
  });
  page.update?.(address);
}

const announcer = () => h("div.unseen", { id: "announcer", "aria-live": "polite" });

function signedOut() {
  if (!session && pageName === "") return;
  session = null;
  keepSession(null);
  const here = location.hash;
  if (!/^#\/(signin|setup)/.test(here)) go(`#/signin?then=${encodeURIComponent(here)}`, { replace: true });
}

/** Draws everything anew, in the language that is chosen now. */
async function restart() {
  await loadLanguage(preferredLanguage(preference("language")));
  document.documentElement.lang = language();
  leave();
  shell?.stop();
  shell = null;
  show();
}

async function start() {
  loadIcons();
  const [, found] = await Promise.allSettled([
    loadLanguage(preferredLanguage(preference("language"))),
    loadSession(),
  ]);
  document.documentElement.lang = language();
  if (found.status === "rejected") {
    fill(
      app,
      h(
        "main.gate",
        h(
          "div.gate-card",
          problemNotice(found.reason, () => location.reload()),
        ),
      ),
    );
    return;
  }
  session = found.value;
  startKeys();
  startPointer();
  onSignedOut(signedOut);
  addEventListener("hashchange", show);
  addEventListener("jaga-language", restart);
  show();
}

start().catch((error) => {
  // Nothing is drawn yet; the reader must not be left with a turning wheel.
  fill(app, h("main.gate", h("p", { role: "alert" }, `${t("error.title")} ${error.message}`)));
});
