// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

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

    /// Changes what the file holds, and gives back what `change` does.
    ///
    /// - Throws: ``FleetError`` `file`; whatever `change` throws, and then nothing is
    ///   written.
    package func update<Result>(
        _ change: (inout FleetContents) throws -> Result
    ) throws -> Result {
        try StateFile.locked(path) {
            let before = try read()
            var contents = before
            let result = try change(&contents)
            if contents != before {
                try StateFile.replace(path, with: [UInt8](try JSONEncoder().encode(contents)))
            }
            return result
        }
    }
}
