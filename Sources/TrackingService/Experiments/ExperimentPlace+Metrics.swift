extension MetricPlace {
    init(_ place: ExperimentPlace) {
        self.init(workspace: place.workspace, experiment: place.id)
    }
}
