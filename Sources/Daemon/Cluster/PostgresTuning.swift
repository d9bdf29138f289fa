import Foundation

/// The server's settings, given as arguments at each start, so that an upgrade of Halley changes them.
enum PostgresTuning {
    static func arguments(run: String) -> [String] {
        settings(run: run, memoryBytes: ProcessInfo.processInfo.physicalMemory)
            .flatMap { ["-c", "\($0)=\($1)"] }
    }

    static func settings(run: String, memoryBytes: UInt64) -> [(String, String)] {
        let megabytes = Int(memoryBytes / 1_048_576)
        let shared = min(1024, max(64, megabytes / 4))
        return [
            ("listen_addresses", ""),
            ("unix_socket_directories", run),
            // Whoever reaches the socket still needs a password.
            ("unix_socket_permissions", "0777"),
            ("password_encryption", "scram-sha-256"),
            // What is acknowledged is on the disk.
            ("fsync", "on"), ("synchronous_commit", "on"), ("full_page_writes", "on"),
            ("shared_buffers", "\(shared)MB"),
            ("effective_cache_size", "\(max(128, megabytes / 2))MB"),
            ("work_mem", "16MB"), ("maintenance_work_mem", "\(min(256, max(32, megabytes / 16)))MB"),
            ("max_wal_size", "2GB"), ("min_wal_size", "256MB"), ("wal_compression", "lz4"),
            ("checkpoint_completion_target", "0.9"),
            ("max_connections", "100"), ("random_page_cost", "1.1"), ("effective_io_concurrency", "100"),
            ("jit", "off"), ("timezone", "UTC"), ("log_timezone", "UTC"),
            ("log_min_messages", "warning"), ("log_checkpoints", "off"), ("log_line_prefix", "%m [%p] %u "),
            // Statements hold people's data.
            ("log_statement", "none"), ("log_min_error_statement", "panic"), ("log_parameter_max_length_on_error", "0"),
            ("idle_in_transaction_session_timeout", "60s"),
            // A plan that was made while a table was empty is made anew when its statistics come.
            ("autovacuum_naptime", "10s"),
        ]
    }
}
