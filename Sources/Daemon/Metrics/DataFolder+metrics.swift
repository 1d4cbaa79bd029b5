// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc

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
        let temporary = metrics + ".new"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else {
            throw DaemonError(.dataFolder, "cannot write \(temporary): \(FileSystem.reason())")
        }
        let bytes = [UInt8](text.utf8)
        let written = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        close(descriptor)
        guard written == bytes.count, rename(temporary, metrics) == 0 else {
            throw DaemonError(.dataFolder, "cannot write \(metrics): \(FileSystem.reason())")
        }
    }
}
