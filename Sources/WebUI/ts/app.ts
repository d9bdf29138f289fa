// The one bundle. Each module finds its elements and leaves the page alone when there are none.
import { startTheme } from "./theme";
import { startCharts } from "./charts";
import { startConsole } from "./console";
import { startLive } from "./live";
import { startKeys } from "./keys";

startTheme();
startKeys();
const charts = startCharts();
const consoleView = startConsole();
startLive({
    metrics: names => charts.refresh(names),
    output: () => consoleView.refresh(),
});
