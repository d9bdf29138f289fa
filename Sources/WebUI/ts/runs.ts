// The table of runs: filtered while one types, and looked at again while a run in it is going on.
const pause = 250;
const period = 10_000;

export function startRuns(): void {
    const form = document.querySelector<HTMLFormElement>("[data-runs-form]");
    const field = form?.querySelector<HTMLInputElement>("[data-filter]");
    if (!form || !field) return;
    let timer: number | undefined;
    field.addEventListener("input", () => {
        window.clearTimeout(timer);
        timer = window.setTimeout(() => void show(address(form), field), pause);
    });
    setInterval(() => {
        if (document.hidden || !document.querySelector("[data-result] .state.running")) return;
        void show(new URL(location.href), field);
    }, period);
}

function address(form: HTMLFormElement): URL {
    const url = new URL(form.action);
    for (const [name, value] of new FormData(form)) if (typeof value === "string" && value !== "") url.searchParams.append(name, value);
    return url;
}

/** Only the newest answer counts. */
let asked = 0;

async function show(url: URL, field: HTMLInputElement): Promise<void> {
    const mine = ++asked;
    const typed = field.value;
    const answer = await fetch(url).catch(() => null);
    if (!answer?.ok || mine !== asked || field.value !== typed) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-result]");
    const shown = document.querySelector("[data-result]");
    if (!fresh || !shown || mine !== asked) return;
    const left = shown.querySelector(".scroll")?.scrollLeft ?? 0;
    shown.replaceWith(fresh);
    const scroll = fresh.querySelector(".scroll");
    if (scroll) scroll.scrollLeft = left;
    history.replaceState(null, "", url);
}
