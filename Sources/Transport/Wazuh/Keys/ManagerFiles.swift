// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import EventModel
import Glibc
package import HostFiles

/// The files of a manager below its root, in Wazuh's places; all of it blocks.
///
/// ```
/// etc/client.keys            the agents
/// etc/shared/GROUP/          files that a group's agents get
/// queue/agents-timestamp     ID NAME ADDRESS YYYY-MM-DD HH:MM:SS
/// queue/agent-groups/ID      the agent's groups, with commas
/// queue/rids/                counters
/// ```
package struct ManagerFiles: Sendable {
    package let root: String

    package init(root: String) {
        self.root = root
    }

    package var keys: String { root + "/etc/client.keys" }
    package var shared: String { root + "/etc/shared" }
    package var registrations: String { root + "/queue/agents-timestamp" }
    package var groups: String { root + "/queue/agent-groups" }
    package var counters: String { root + "/queue/rids" }

    /// Makes the folders that are missing.
    ///
    /// - Throws: ``TransportError`` `keyFile`.
    package func prepare() throws {
        for folder in [root + "/etc", shared + "/default", groups, counters] {
            try SmallFile.makeFolder(folder)
        }
    }

    /// Which `client.keys` it is, by inode and time of change.
    package func keysVersion() -> FileStamp? { FileStamp(of: keys) }

    /// Reads `client.keys`; empty when there is none.
    ///
    /// - Throws: ``TransportError`` `keyFile`.
    package func readKeys(_ diagnostics: inout [Diagnostic]) throws -> ClientKeys {
        guard access(keys, F_OK) == 0 else { return ClientKeys() }
        let bytes = try SmallFile.read(keys, limit: ClientKeys.sizeLimit)
        return ClientKeys(
            String(decoding: bytes, as: UTF8.self),
            file: keys,
            diagnostics: &diagnostics
        )
    }

    /// Replaces `client.keys`.
    ///
    /// - Throws: ``TransportError`` `keyFile`; the old one stays.
    package func write(_ clientKeys: ClientKeys) throws {
        try SmallFile.replace(keys, with: Array(clientKeys.text.utf8), mode: 0o640)
    }

    /// When each agent was registered, in seconds since the epoch.
    ///
    /// What cannot be read counts as registered long ago.
    package func readRegistrations(utcOffsetSeconds: Int32) -> [String: Int64] {
        guard let bytes = try? SmallFile.read(registrations, limit: ClientKeys.sizeLimit) else {
            return [:]
        }
        var times: [String: Int64] = [:]
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count == 5, let seconds = Self.seconds(words[3], words[4]) else { continue }
            times[String(words[0])] = seconds - Int64(utcOffsetSeconds)
        }
        return times
    }

    /// Replaces `agents-timestamp` by the times of these agents.
    ///
    /// - Throws: ``TransportError`` `keyFile`; the old one stays.
    package func write(
        registrations times: [String: Int64],
        of agents: [AgentKey],
        utcOffsetSeconds: Int32
    ) throws {
        var output: [UInt8] = []
        for agent in agents {
            guard let seconds = times[agent.id] else { continue }
            let time = CalendarTime(secondsSinceEpoch: seconds + Int64(utcOffsetSeconds))
            output.append(text: "\(agent.id) \(agent.name) \(agent.address.text) ")
            output.appendPadded(time.year, width: 4)
            output.append(UInt8(ascii: "-"))
            output.appendPadded(time.month, width: 2)
            output.append(UInt8(ascii: "-"))
            output.appendPadded(time.day, width: 2)
            output.append(UInt8(ascii: " "))
            time.appendClock(to: &output)
            output.append(UInt8(ascii: "\n"))
        }
        try SmallFile.replace(registrations, with: output, mode: 0o640)
    }

    /// An agent's groups; `default` when none was written down.
    package func readGroups(of id: String) -> [String] {
        guard AgentKey.isID(id),
            let bytes = try? SmallFile.read("\(groups)/\(id)", limit: 64 << 10)
        else { return [GroupNames.usual] }
        let text = String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        let names = text.split(separator: ",").map(String.init).filter(GroupNames.isValid)
        return names.isEmpty ? [GroupNames.usual] : names
    }

    /// Writes an agent's groups down; an empty list is forgotten.
    ///
    /// - Throws: ``TransportError`` `keyFile`.
    package func write(groups names: [String], of id: String) throws {
        guard AgentKey.isID(id) else { return }
        let path = "\(groups)/\(id)"
        if names.isEmpty {
            unlink(path)
        } else {
            let text = names.joined(separator: ",") + "\n"
            try SmallFile.replace(path, with: Array(text.utf8), mode: 0o640)
        }
    }

    /// Whether a group has its folder.
    package func hasGroup(_ name: String) -> Bool {
        GroupNames.isValid(name) && SmallFile.isFolder("\(shared)/\(name)")
    }

    private static func seconds(_ date: Substring, _ clock: Substring) -> Int64? {
        let days = date.split(separator: "-").compactMap { Int($0) }
        let times = clock.split(separator: ":").compactMap { Int($0) }
        guard days.count == 3, times.count == 3 else { return nil }
        return CalendarTime.secondsSinceEpoch(
            year: days[0],
            month: days[1],
            day: days[2],
            hour: times[0],
            minute: times[1],
            second: times[2]
        )
    }
}
