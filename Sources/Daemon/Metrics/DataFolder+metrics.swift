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
}
