// Hides what does not match, and groups of which nothing does; a group that was folded opens while it is searched.
export function applyFilter(box: HTMLElement, text: string): void {
    const words = text.toLowerCase().split(/\s+/).filter(word => word !== "");
    for (const group of box.querySelectorAll<HTMLDetailsElement>("[data-group]")) {
        let matches = 0;
        for (const item of group.querySelectorAll<HTMLElement>("[data-name]")) {
            const name = (item.dataset["name"] ?? "").toLowerCase();
            item.hidden = !words.every(word => name.includes(word));
            if (!item.hidden) matches += 1;
        }
        group.hidden = matches === 0;
        if (group.dataset["folded"] === undefined) group.dataset["folded"] = String(!group.open);
        group.open = words.length > 0 || group.dataset["folded"] === "false";
        if (words.length === 0) delete group.dataset["folded"];
    }
}

/** Rows of plain tables: `data-rows-filter` names the table that it filters. */
export function startRowFilters(): void {
    for (const field of document.querySelectorAll<HTMLInputElement>("[data-rows-filter]")) {
        const rows = document.querySelectorAll<HTMLElement>(`${field.dataset["rowsFilter"] ?? ""} tbody tr, ${field.dataset["rowsFilter"] ?? ""} label`);
        field.addEventListener("input", () => {
            const words = field.value.toLowerCase().split(/\s+/);
            rows.forEach(row => { row.hidden = !words.every(word => (row.textContent ?? "").toLowerCase().includes(word)); });
        });
    }
}
