// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
package import EventModel

/// Something new about how a container is run, as the event that rules see.
///
/// ```
/// {"integration":"jaga-posture","posture":{"container":"web","event":"found","id":"host-path",
///  "remedy":…,"score":"50","severity":"critical","subjects":"/etc","title":…,"why":…}}
/// ```
/// Members in the order of their names; empty ones are left out.
package struct PostureEvent: Sendable, Hashable {
    package enum Word: String, Sendable, Hashable {
        /// A finding that is new, or worse than before.
        case found
        /// A finding that is no more.
        case solved
        /// Small things that are missing, all of a container at once.
        case hardening
        /// Files of a running container that are not its image's.
        case driftExecutable = "drift-executable"
        case driftSettings = "drift-settings"
        /// Somebody ran something as root in a container in which nobody had for long.
        case execRoot = "exec-root"
        case execPrivileged = "exec-privileged"
    }

    package var word: Word
    package var container: ContainerIdentity.Facts
    package var kind: FindingKind?
    package var severity: Severity
    package var title: String
    package var subjects: [String]
    package var why: String
    package var remedy: String
    /// Of the container, from 0 to 100.
    package var score: Int?

    init(_ word: Word, _ container: ContainerIdentity.Facts, _ severity: Severity) {
        self.word = word
        self.container = container
        self.severity = severity
        title = ""
        subjects = []
        why = ""
        remedy = ""
    }

    /// Where the events come from: no log and no container has this location.
    package static let location = "jaga-posture"
    /// Bytes of the list of subjects; the rest is cut.
    private static let subjectLimit = 2_048

    /// The event's text.
    package var json: [UInt8] {
        var posture: [String: String] = [
            "event": word.rawValue, "id": kind?.rawValue ?? word.rawValue,
            "severity": severity.rawValue, "title": title,
            "container": container.name.isEmpty ? String(container.id.prefix(12)) : container.name,
            "subjects": Self.cut(subjects.joined(separator: ", ")), "why": why, "remedy": remedy,
            "image": container.image,
        ]
        if let score { posture["score"] = String(score) }
        let text = Text(posture: posture.filter { !$0.value.isEmpty })
        // Strings alone: there is nothing that cannot be written.
        return (try? PostureJSON.encode(text)) ?? []
    }

    private struct Text: Encodable {
        var integration = PostureEvent.location
        var posture: [String: String]
    }

    private static func cut(_ text: String) -> String {
        guard text.utf8.count > subjectLimit else { return text }
        return String(decoding: text.utf8.prefix(subjectLimit), as: UTF8.self) + "…"
    }
}

/// JSON as this target writes it: members in order, one line.
package enum PostureJSON {
    package static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(value))
    }

    package static func decode<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8]) throws
        -> Value
    {
        try JSONDecoder().decode(type, from: Data(bytes))
    }
}
