import { createComposer } from "./composer.js";
import { createConversation, showExamples } from "./conversation.js";
import { byId } from "./element.js";
import { createReader } from "./reader.js";
import { createSearch } from "./search.js";
import { watchStatus } from "./status.js";

const reader = createReader();
const status = watchStatus();
const search = createSearch({ open: reader.open });
const welcome = byId("welcome", HTMLElement);
const newConversation = byId("new-conversation", HTMLButtonElement);

const conversation = createConversation({ open: reader.open, onChange: () => update() });
const composer = createComposer({
  isBusy: conversation.isAsking,
  onAsk: conversation.ask,
  onStop: conversation.stop,
});

function update() {
  composer.update();
  welcome.hidden = !conversation.isEmpty();
  newConversation.hidden = conversation.isEmpty();
}

newConversation.addEventListener("click", () => {
  conversation.clear();
  composer.focus();
});
document.addEventListener("keydown", (event) => {
  if (byId("reader", HTMLDialogElement).open) return;
  const isTyping = event.target instanceof HTMLElement && event.target.matches("input, textarea");
  const isCommand = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey;
  if (isCommand || (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey)) {
    event.preventDefault();
    search.focus();
  }
  if (event.key === "Escape" && !status.close()) conversation.stop();
});

update();
void showExamples((question) => {
  void conversation.ask(question);
  composer.focus();
});
