// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

extension DataFolder {
    /// What a running Jaga counted last.
    ///
    /// - Throws: ``DaemonError`` `unreadable-file`.
    package func readMetrics() throws -> String {
        guard FileSystem.isFile(metrics) else {
            throw DaemonError(
                .unreadableFile,
                "\(metrics) is not there: is `jaga up` running on this data folder?"
            )
        }
        return String(
            decoding: try FileSystem.contents(of: metrics, limit: 16 << 20),
            as: UTF8.self
        )
    }

    /// Replaces the metrics file; a reader sees the old or the new one whole.
    ///
    /// - Throws: ``DaemonError`` `data-folder`.
    func writeMetrics(_ text: String) throws {
        try FileSystem.replace(metrics, with: [UInt8](text.utf8), mode: 0o640)
    }

    /// How a running Jaga stood last: the JSON object of `GET /status`, without
    /// what only its server knows.
    ///
    /// - Throws: ``DaemonError`` `unreadable-file`.
    package func readStatus() throws -> [UInt8] {
        guard FileSystem.isFile(status) else {
            throw DaemonError(
                .unreadableFile,
                "\(status) is not there: is `jaga up` running on this data folder?"
            )
        }
        return try FileSystem.contents(of: status, limit: 64 << 20)
    }

    /// Replaces the status file; a reader sees the old or the new one whole.
    ///
    /// - Throws: ``DaemonError`` `data-folder`.
    func writeStatus(_ json: [UInt8]) throws {
        try FileSystem.replace(status, with: json, mode: 0o640)
    }
}
