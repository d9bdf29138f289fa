import Foundation
import Postgres

/// The statements that take metrics away from where they are. Each list begins with the lock that appends and merges
/// share: these wait until the transaction is over, and then see what it did.
enum MetricRemoval {
    static func deletion(of places: [MetricPlace]) -> [SQL] {
        let these = these(places)
        return [
            lock(places),
            "DELETE FROM tracking.metric_pending WHERE \(these)",
            "DELETE FROM tracking.metric_journal WHERE \(these)",
            "DELETE FROM tracking.metric_chunks WHERE \(these)",
            "DELETE FROM tracking.metric_summaries WHERE \(these)",
            "DELETE FROM tracking.metric_counts WHERE \(these)",
        ]
    }

    static func move(_ places: [MetricPlace], to workspace: UUID) -> [SQL] {
        let these = these(places)
        return [
            lock(places),
            "UPDATE tracking.metric_pending SET workspace_id = \(workspace) WHERE \(these)",
            "UPDATE tracking.metric_journal SET workspace_id = \(workspace) WHERE \(these)",
            "UPDATE tracking.metric_chunks SET workspace_id = \(workspace) WHERE \(these)",
            "UPDATE tracking.metric_summaries SET workspace_id = \(workspace) WHERE \(these)",
            "UPDATE tracking.metric_counts SET workspace_id = \(workspace) WHERE \(these)",
        ]
    }

    private static func lock(_ places: [MetricPlace]) -> SQL {
        "SELECT pg_advisory_xact_lock(key) FROM unnest(\(MetricStore.lockKeys(places.map(\.experiment)))) AS key"
    }

    private static func these(_ places: [MetricPlace]) -> SQL {
        """
        (workspace_id, experiment_id) IN (
            SELECT * FROM unnest(\(places.map(\.workspace)), \(places.map(\.experiment))))
        """
    }
}
