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
    let lost: number | undefined;
    source.onopen = () => {
        window.clearTimeout(lost);
        lost = undefined;
        show("on", "live");
        listeners.metrics([]);
        listeners.output();
    };
    // The server ends each stream after a while, and the browser comes back at once: that is no news.
    source.onerror = () => {
        const since = new Date().toLocaleTimeString();
        lost ??= window.setTimeout(() => show("off", `reconnecting, stale since ${since}`), 3000);
    };
    source.addEventListener("change", event => {
        const change = JSON.parse((event as MessageEvent<string>).data) as Change;
        if (change.what === "metrics") listeners.metrics(change.names ?? []);
        if (change.what === "output") listeners.output();
        if (change.what === "state" && change.state) ended(change.state, source, listeners, show);
    });
    tick();
}

function ended(state: string, source: EventSource, listeners: Listeners, show: (live: string, text: string) => void): void {
    const label = document.querySelector<HTMLElement>("[data-run-state]");
    if (label) {
        label.className = `state ${state}`;
        label.textContent = state;
    }
    if (state === "running") return;
    source.close();
    document.querySelector("[data-since]")?.removeAttribute("data-since");
    listeners.metrics([]);
    listeners.output();
    show("wait", "");
}

/** The time that a running run has taken, until it ends. */
function tick(): void {
    const clock = document.querySelector<HTMLElement>("[data-since]");
    if (!clock) return;
    const seconds = Math.max(0, Math.floor((Date.now() - Number(clock.dataset["since"])) / 1000));
    const [days, hours, minutes] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60];
    clock.textContent = days > 0 ? `${days} d ${hours} h` : hours > 0 ? `${hours} h ${minutes} min` : minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
    setTimeout(tick, 1000);
}
