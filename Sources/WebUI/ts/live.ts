// One event stream a page. The dot says whether what is shown is live; stale data is never shown as new.
interface Listeners {
    metrics(names: string[]): void;
    output(): void;
}

interface Change {
    what: string;
    names?: string[];
    state?: string;
}

export function startLive(listeners: Listeners): void {
    const dot = document.querySelector<HTMLElement>("[data-events]");
    const address = dot?.dataset["events"];
    if (!dot || !address) return;
    const show = (live: string, text: string): void => {
        dot.dataset["live"] = live;
        dot.textContent = text;
    };
    const source = new EventSource(address);
    source.onopen = () => {
        show("on", "live");
        listeners.metrics([]);
        listeners.output();
    };
    source.onerror = () => show("off", `reconnecting, stale since ${new Date().toLocaleTimeString()}`);
    source.addEventListener("change", event => {
        const change = JSON.parse((event as MessageEvent<string>).data) as Change;
        if (change.what === "metrics") listeners.metrics(change.names ?? []);
        if (change.what === "output") listeners.output();
        if (change.what === "state" && change.state) ended(change.state, source, show);
    });
}

function ended(state: string, source: EventSource, show: (live: string, text: string) => void): void {
    const label = document.querySelector<HTMLElement>("[data-run-state]");
    if (label) {
        label.className = `state ${state}`;
        label.textContent = state;
    }
    if (state === "running") return;
    source.close();
    show("wait", "");
}
