// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// How far an agent's spool was delivered: `delivered` in its state, a sequence in twenty
/// digits, written in place.
///
/// It need not be safe: what it forgets is delivered again, and the manager knows it.
final class DeliveryMark: Sendable {
    private let descriptor: Int32
    /// Everything before was committed by a manager when the file was opened.
    let opened: UInt64

    /// - Throws: ``DaemonError`` `data-folder`.
    init(path: String) throws {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        var bytes = [UInt8](repeating: 0, count: 20)
        let count = descriptor < 0 ? 0 : pread(descriptor, &bytes, bytes.count, 0)
        let text = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
        opened = min(UInt64(text) ?? 1, UInt64.max >> 2)
        guard descriptor >= 0 else {
            // Closed by nobody: it is not open.
            throw DaemonError(.dataFolder, "cannot open \(path): \(FileSystem.reason())")
        }
    }

    deinit { close(descriptor) }

    /// Notes that everything before a sequence is committed.
    ///
    /// A disk that refuses costs a second delivery after the next start.
    func write(_ sequence: UInt64) {
        let text = String(sequence)
        let digits = String(repeating: "0", count: max(0, 20 - text.utf8.count)) + text
        _ = pwrite(descriptor, digits, 20, 0)
    }
}
