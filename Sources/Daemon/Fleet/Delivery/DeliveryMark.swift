// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// Keeps how far an agent's spool was delivered: `delivered` in its state, a
/// ``DeliveryProgress`` as text, written in place.
///
/// How far a lane has come need not be safe: what is forgotten is delivered again, and the
/// manager knows it. That a lane was begun must be: its events may not go over another one.
final class DeliveryMark: Sendable {
    private let path: String
    private let descriptor: Int32
    private let progress: Mutex<DeliveryProgress>

    /// - Throws: ``DaemonError`` `data-folder`, also when the file is damaged: without it
    ///   events could be told twice.
    init(path: String) throws {
        self.path = path
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = descriptor < 0 ? 0 : pread(descriptor, &bytes, bytes.count, 0)
        let text = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
        let read = text.isEmpty ? DeliveryProgress() : DeliveryProgress(text)
        progress = Mutex(read ?? DeliveryProgress())
        // Closed by deinit, which runs since all is set.
        guard descriptor >= 0 else {
            throw DaemonError(.dataFolder, "cannot open \(path): \(FileSystem.reason())")
        }
        guard read != nil else {
            throw DaemonError(
                .dataFolder,
                "\(path) is damaged: remove it with the spool, or enrol the agent anew"
            )
        }
    }

    deinit { close(descriptor) }

    /// How far it is now.
    var now: DeliveryProgress { progress.withLock { $0 } }

    /// Notes what was delivered.
    ///
    /// A disk that refuses costs a second delivery after the next start.
    func note(
        _ change: (inout DeliveryProgress) -> DeliveryProgress.Done?
    ) -> DeliveryProgress.Done? {
        progress.withLock { progress in
            let done = change(&progress)
            _ = write(progress)
            return done
        }
    }

    /// Begins a new lane at a sequence; false when none can be begun, or the disk refuses.
    func part(at sequence: UInt64) -> Bool {
        progress.withLock { progress in
            var parted = progress
            guard parted.part(at: sequence), write(parted), fsync(descriptor) == 0 else {
                // Half on the disk it would be of two minds.
                _ = write(progress)
                return false
            }
            progress = parted
            return true
        }
    }

    private func write(_ progress: DeliveryProgress) -> Bool {
        let text = progress.text
        return pwrite(descriptor, text, text.utf8.count, 0) == text.utf8.count
    }
}
