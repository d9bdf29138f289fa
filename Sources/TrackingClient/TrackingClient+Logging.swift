public import Model
public import Wire
public import WireMessages

/// What a running script writes, and how it is read back.
extension TrackingClient {
    // MARK: - Metrics

    /// Answers after COMMIT. Equal points are one, so that repeating a batch changes nothing.
    public func append(_ q: AppendMetricsRequest, _ context: CallContext) async throws(Failure) {
        let _: Empty = try await rpc.call(TrackingMethod.appendMetrics, q, context, retry: .idempotent)
    }

    public func summaries(
        _ q: ListSummariesRequest, _ context: CallContext
    ) async throws(Failure) -> ListSummariesResponse {
        try await rpc.call(TrackingMethod.listSummaries, q, context, retry: .idempotent)
    }

    public func readSeries<T>(
        _ q: ReadSeriesRequest, _ context: CallContext, _ body: (IncomingMessages<SeriesBlock>) async throws -> T
    ) async throws -> T {
        try await rpc.download(TrackingMethod.readSeries, q, context) { (_: Empty, blocks: Incoming) in
            try await body(IncomingMessages(blocks))
        }
    }

    public func sample(_ q: SampleSeriesRequest, _ context: CallContext) async throws(Failure) -> SampleSeriesResponse {
        try await rpc.call(TrackingMethod.sampleSeries, q, context, retry: .idempotent)
    }

    // MARK: - Parameters, others, tags

    public func logParameters(_ q: LogParametersRequest, _ context: CallContext) async throws(Failure) {
        let _: Empty = try await rpc.call(TrackingMethod.logParameters, q, context, retry: .idempotent)
    }

    public func deleteParameters(_ q: DeleteParametersRequest, _ context: CallContext) async throws(Failure) {
        let _: Empty = try await rpc.call(TrackingMethod.deleteParameters, q, context, retry: .idempotent)
    }

    public func logOthers(_ q: LogOthersRequest, _ context: CallContext) async throws(Failure) {
        let _: Empty = try await rpc.call(TrackingMethod.logOthers, q, context, retry: .idempotent)
    }

    public func editTags(_ q: EditTagsRequest, _ context: CallContext) async throws(Failure) {
        let _: Empty = try await rpc.call(TrackingMethod.editTags, q, context, retry: .idempotent)
    }

    public func values(_ q: GetValuesRequest, _ context: CallContext) async throws(Failure) -> GetValuesResponse {
        try await rpc.call(TrackingMethod.getValues, q, context, retry: .idempotent)
    }

    // MARK: - Console, system, documents

    public func appendOutput(_ q: AppendOutputRequest, _ context: CallContext) async throws(Failure) {
        let _: Empty = try await rpc.call(TrackingMethod.appendOutput, q, context, retry: .idempotent)
    }

    /// Pieces of one long line follow each other with the same offset.
    public func readOutput<T>(
        _ q: ReadOutputRequest, _ context: CallContext, _ body: (IncomingMessages<OutputBlock>) async throws -> T
    ) async throws -> T {
        try await rpc.download(TrackingMethod.readOutput, q, context) { (_: Empty, blocks: Incoming) in
            try await body(IncomingMessages(blocks))
        }
    }

    public func mergeSystemDetails(_ q: MergeSystemDetailsRequest, _ context: CallContext) async throws(Failure) {
        let _: Empty = try await rpc.call(TrackingMethod.mergeSystemDetails, q, context, retry: .idempotent)
    }

    public func systemDetails(
        _ q: GetSystemDetailsRequest, _ context: CallContext
    ) async throws(Failure) -> GetSystemDetailsResponse {
        try await rpc.call(TrackingMethod.getSystemDetails, q, context, retry: .idempotent)
    }

    /// An append is repeated safely only with `q.idempotency`.
    public func setDocument(_ q: SetDocumentRequest, _ context: CallContext) async throws(Failure) {
        let once = q.append && q.idempotency.isEmpty
        let _: Empty = try await rpc.call(
            TrackingMethod.setDocument, q, context, retry: once ? .never : .idempotent)
    }

    public func document(_ q: GetDocumentRequest, _ context: CallContext) async throws(Failure) -> GetDocumentResponse {
        try await rpc.call(TrackingMethod.getDocument, q, context, retry: .idempotent)
    }

    // MARK: - Calls into the script

    public func registerRPC(_ q: RegisterRPCRequest, _ context: CallContext) async throws(Failure) {
        let _: Empty = try await rpc.call(TrackingMethod.registerRpc, q, context, retry: .idempotent)
    }

    public func callRPC(_ q: CallRPCRequest, _ context: CallContext) async throws(Failure) -> CallRPCResponse {
        try await rpc.call(TrackingMethod.callRpc, q, context)
    }

    public func pendingRPCs(_ q: PendingRPCsRequest, _ context: CallContext) async throws(Failure)
        -> PendingRPCsResponse
    {
        try await rpc.call(TrackingMethod.pendingRpcs, q, context, retry: .idempotent)
    }

    public func saveRPCResult(_ q: SaveRPCResultRequest, _ context: CallContext) async throws(Failure) {
        let _: Empty = try await rpc.call(TrackingMethod.saveRpcResult, q, context, retry: .idempotent)
    }

    public func listRPCs(_ q: ListRPCsRequest, _ context: CallContext) async throws(Failure) -> ListRPCsResponse {
        try await rpc.call(TrackingMethod.listRpcs, q, context, retry: .idempotent)
    }

    // MARK: - Live

    /// At most five a second; "beat" every 15 s when nothing happens.
    /// Ends when the body returns or throws.
    public func watch<T>(
        _ q: WatchExperimentRequest, _ context: CallContext,
        _ body: (IncomingMessages<ExperimentChange>) async throws -> T
    ) async throws -> T {
        try await rpc.download(TrackingMethod.watchExperiment, q, context) { (_: Empty, changes: Incoming) in
            try await body(IncomingMessages(changes))
        }
    }
}
