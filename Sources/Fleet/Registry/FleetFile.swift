// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import HostFiles

/// `fleet.json`: who is registered, changed by the manager and the command line at once.
///
/// It is replaced by renaming, so that a reader sees the old or the new one; a lock beside
/// it keeps two writers apart. Everything here blocks.
package struct FleetFile: Sendable {
    private static let sizeLimit = 64 << 20

    package let path: String

    /// - Parameter folder: `DATA/state/fleet`, which exists.
    package init(folder: String) {
        path = folder + "/fleet.json"
    }

    /// What the file holds; nobody when there is none.
    ///
    /// - Throws: ``FleetError`` `file`.
    package func read() throws -> FleetContents {
        guard let bytes = try StateFile.read(path, limit: Self.sizeLimit) else {
            return FleetContents()
        }
        do {
            return try JSONDecoder().decode(FleetContents.self, from: Data(bytes))
        } catch {
            throw FleetError(
                .file,
                "\(path) is damaged: put back a copy, or move it away and enrol all agents again",
                cause: error
            )
        }
    }

    /// What the file held at a moment; a stamp of nil is that of no file.
    struct Snapshot: Sendable {
        var contents = FleetContents()
        var stamp: FileStamp?
    }

    /// Changes what the file holds, and gives back what `change` does.
    ///
    /// - Throws: ``FleetError`` `file`; whatever `change` throws, and then nothing is
    ///   written.
    package func update<Result>(
        _ change: (inout FleetContents) throws -> Result
    ) throws -> Result {
        try update(knowing: nil, change) { _ in }
    }

    /// As ``update(_:)``, but does not read again what is known; `taking` is given what the
    /// file holds then, before anyone else can change it.
    func update<Result>(
        knowing known: Snapshot?,
        _ change: (inout FleetContents) throws -> Result,
        taking: (Snapshot) -> Void
    ) throws -> Result {
        try StateFile.locked(path) {
            let stamp = FileStamp(of: path)
            let isKnown = stamp != nil && known?.stamp == stamp
            let before = try isKnown ? known?.contents ?? read() : read()
            var after = Snapshot(contents: before, stamp: stamp)
            let result = try change(&after.contents)
            if after.contents != before {
                try StateFile.replace(path, with: [UInt8](try JSONEncoder().encode(after.contents)))
                // The lock keeps others from putting theirs in its place.
                after.stamp = FileStamp(of: path)
            }
            taking(after)
            return result
        }
    }
}
