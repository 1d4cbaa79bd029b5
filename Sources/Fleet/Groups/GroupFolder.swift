// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import HostFiles

/// The configurations of all groups: `FOLDER/GROUP/agent.conf`.
///
/// Of several groups the last one that has a file counts. Everything here blocks; files
/// are read again only when their stamps have changed.
package struct GroupFolder: Sendable {
    private struct Known: Sendable {
        var stamp: FileStamp
        var outcome: Result<GroupConfiguration, FleetError>
    }

    /// Groups that are remembered.
    private static let knownLimit = 4_096

    private let folder: String
    private var known: [String: Known] = [:]
    /// Files that have changed, and since which round they stand so.
    private var changed: [String: (stamp: FileStamp, round: Int)] = [:]
    private var round = 0

    package init(_ folder: String) {
        self.folder = folder
    }

    /// Begins a round of looking, some seconds after the last one.
    package mutating func beginRound() {
        round += 1
    }

    /// What agents of these groups are configured with; nil for a file that may still be
    /// written: only one that stands as it was in the round before is read.
    ///
    /// - Throws: ``FleetError`` `file` when the file cannot be used at all: too large, or no
    ///   UTF-8.
    package mutating func configuration(
        of groups: [String]
    ) throws(FleetError) -> GroupConfiguration? {
        let groups = groups.isEmpty ? [GroupConfiguration.standardGroup] : groups
        for group in groups.reversed() where FleetNames.isGroupName(group) {
            let path = "\(folder)/\(group)/agent.conf"
            guard let stamp = FileStamp(of: path) else { continue }
            if let known = known[group], known.stamp == stamp { return try known.outcome.get() }
            guard let change = changed[group], change.stamp == stamp else {
                changed[group] = (stamp, round)
                return nil
            }
            guard change.round < round else { return nil }
            changed[group] = nil
            if known.count >= Self.knownLimit { known.removeAll() }
            let outcome = Self.read(path)
            known[group] = Known(stamp: stamp, outcome: outcome)
            return try outcome.get()
        }
        return GroupConfiguration(text: nil)
    }

    private static func read(_ path: String) -> Result<GroupConfiguration, FleetError> {
        Result { () throws(FleetError) in
            let bytes = try StateFile.read(path, limit: GroupConfiguration.sizeLimit) ?? []
            guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
                throw FleetError(.file, "\(path) is not text in UTF-8: no agent is given it")
            }
            return GroupConfiguration(text: text)
        }
    }
}
