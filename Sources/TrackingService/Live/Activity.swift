import Model

/// What every write to an experiment tells: that it lives, and what of it changed. Costs no round trip.
struct Activity: Sendable {
    let pulse: Pulse
    let changes: ChangeHub

    func logged(_ place: ExperimentPlace, _ what: ChangeHub.What, names: [String] = []) {
        pulse.felt(place)
        changes.publish(place.id, what, names: names)
    }
}
