// Times in the reader's own zone, as what is shown when one points at them; copying what stands in a box, and printing.
export function startTimes(): void {
    for (const time of document.querySelectorAll<HTMLTimeElement>("time[datetime]")) {
        const date = new Date(time.dateTime);
        if (!Number.isNaN(date.getTime())) time.title = date.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
    }
}

export function startCopying(): void {
    for (const button of document.querySelectorAll<HTMLButtonElement>("[data-print]")) {
        button.hidden = false;
        button.addEventListener("click", () => window.print());
    }
    for (const button of document.querySelectorAll<HTMLButtonElement>("[data-copy]")) {
        if (!navigator.clipboard) continue;
        button.hidden = false;
        button.addEventListener("click", () => {
            const text = document.querySelector(button.dataset["copy"] ?? "")?.textContent ?? "";
            void navigator.clipboard.writeText(text).then(() => {
                const label = button.textContent;
                button.textContent = "Copied";
                setTimeout(() => { button.textContent = label; }, 1500);
            });
        });
    }
}
