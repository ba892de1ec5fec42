// The speaker notes: a window of its own that follows the page. They name the pattern, so the page never
// receives them.

let title = null;

async function load() {
  const answer = await fetch("/notes/text");
  document.querySelector("#notes").innerHTML = await answer.text(); // Rendered by the server from the guide.
}

function tell({ status, shown }) {
  if (shown) {
    document.querySelector("#title").textContent = `${shown.number}/${shown.of} ${shown.title}`;
    if (shown.title !== title) load();
    title = shown.title;
  }
  const words = [`Step ${status.step + 1} of ${status.steps}`, status.paused ? "paused" : "", status.source === "live" ? "" : status.source];
  document.querySelector("#now").textContent = words.filter(Boolean).join(" \u00b7 ");
}

const events = new EventSource("/events");
events.onmessage = ({ data }) => {
  const message = JSON.parse(data);
  if (message.kind === "all" || message.kind === "status") tell(message);
};
