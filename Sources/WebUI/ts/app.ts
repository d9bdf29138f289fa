// The one bundle. Each module finds its elements and leaves the page alone when there are none.
import { startTheme } from "./theme";
import { startCharts } from "./charts";
import { startConsole } from "./console";
import { startRowFilters } from "./filter";
import { startLive } from "./live";
import { startKeys } from "./keys";
import { startRuns } from "./runs";
import { startCopying, startTimes } from "./times";

startTheme();
startKeys();
startTimes();
startCopying();
startRowFilters();
startRuns();
const charts = startCharts();
const consoleView = startConsole();
startLive({
    metrics: names => charts.refresh(names),
    output: () => consoleView.refresh(),
});
