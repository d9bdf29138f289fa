import Foundation
import Model
import Wire
import WireMessages

/// START_EXPERIMENT, LOCATE_EXPERIMENT, COPY_STEPS, GET_EXPERIMENT.
struct RunHandler: Sendable {
    let runs: Runs
    let copies: StepCopies
    let listing: Listing
    let locator: ExperimentLocator

    func register(in methods: inout Methods) {
        methods.unary(TrackingMethod.startExperiment, .access, start)
        methods.unary(TrackingMethod.locateExperiment, .access, locate)
        methods.unary(TrackingMethod.copySteps, .access, copySteps)
        methods.unary(TrackingMethod.getExperiment, .access, get)
    }

    func start(_ q: StartExperimentRequest, _ call: Call) async throws -> StartExperimentResponse {
        let access = try call.requireAccess()
        let draft = try Run.Draft(
            workspace: Field.id(q.workspaceID, "workspace_id"), project: Field.id(q.projectID, "project_id"),
            key: q.key, name: q.name, offline: q.offline, startedAt: Field.date(q.startedMs) ?? Date(),
            client: q.client, token: call.idempotencyKey)
        let started = try await runs.start(draft, ifExists: q.mode == .getOrCreate ? .resume : .refuse, as: access)
        return StartExperimentResponse(started)
    }

    func locate(_ q: LocateExperimentRequest, _ call: Call) async throws -> LocateExperimentResponse {
        let access = try call.requireAccess()
        var response = LocateExperimentResponse()
        if q.resume {
            let started = try await runs.resume(q.key, as: access)
            (response.ref, response.name) = (ExperimentRef(started.run.place), started.run.name)
            response.nextOffset = started.nextOffset
            response.runID = started.run.place.id.text
        } else {
            let located = try await locator.locate(q.key, anyOf: [.read, .log], as: access)
            (response.ref, response.name) = (ExperimentRef(located.place), located.name)
            response.runID = located.place.id.text
        }
        return response
    }

    func copySteps(_ q: CopyStepsRequest, _ call: Call) async throws -> StartExperimentResponse {
        let started = try await copies.copy(
            from: q.sourceKey, to: q.targetKey, upTo: q.stepLast, client: q.client, token: call.idempotencyKey,
            as: call.requireAccess())
        return StartExperimentResponse(started)
    }

    func get(_ q: GetExperimentRequest, _ call: Call) async throws -> GetExperimentResponse {
        let access = try call.requireAccess()
        var response = GetExperimentResponse()
        response.experiment = try await listing.get(
            q.key, Listing.Detail(values: q.withValues, summaries: q.withSummaries), as: access
        ).record
        return response
    }
}

extension StartExperimentResponse {
    init(_ started: Runs.Started) {
        self.init()
        experiment = ExperimentRecord(started.run)
        (nextOffset, created) = (started.nextOffset, started.created)
        runID = started.run.place.id.text
    }
}

extension ExperimentRef {
    init(_ place: ExperimentPlace) {
        self.init()
        workspaceID = Data(place.workspace.bytes)
        projectID = Data(place.project.bytes)
        id = Data(place.id.bytes)
        key = place.key
    }
}

extension ExperimentRecord {
    init(_ run: Run) {
        self.init()
        ref = ExperimentRef(run.place)
        (name, archived, hasCrashed_p, error) = (run.name, run.archived, run.hasCrashed, run.error)
        state = RunState(run.state)
        startedMs = run.startedAt.milliseconds
        endedMs = run.endedAt?.milliseconds ?? 0
        updatedMs = run.updatedAt.milliseconds
        (ownerID, ownerName) = (Data(run.owner.bytes), run.ownerName)
        (fileName, filePath, offline) = (run.fileName, run.filePath, run.offline)
        (tags, optimizationID) = (run.tags, run.optimization)
        parameters = run.parameters.map(ValueRecord.init)
        others = run.others.map(ValueRecord.init)
    }
}

extension RunState {
    init(_ state: Run.State) {
        switch state {
        case .running: self = .running
        case .finished: self = .finished
        case .crashed: self = .crashed
        case .lost: self = .lost
        }
    }
}
