// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// What Jaga says about an event of the engine beside the event itself.
///
/// ```
/// "docker_ext": {"engine": "unix:///run/podman/podman.sock", "synthetic": true}
/// "docker_ext": {"gap": {"from": "2026-…Z", "to": "2026-…Z", "reason": "…",
///                "synthetic": 2, "lost": 0}}
/// ```
package struct DockerExtension: Sendable, Hashable {
    /// A time of which not all events are known.
    package struct Gap: Sendable, Hashable {
        package let from: EngineTime
        package let to: EngineTime
        package let reason: String
        /// Events that must have happened, and follow as such.
        package let synthetic: Int
        /// Events that came and found no room.
        package let lost: Int

        package init(
            from: EngineTime,
            to: EngineTime,
            reason: String,
            synthetic: Int,
            lost: Int
        ) {
            self.from = from
            self.to = to
            self.reason = reason
            self.synthetic = synthetic
            self.lost = lost
        }
    }

    /// Which engine it is, where there are several; empty for the first.
    package var engine = ""
    /// Whether it was concluded, not told.
    package var isSynthetic = false
    package var gap: Gap?

    package init() {}

    /// One object; empty without anything to say.
    var json: [UInt8] {
        var members: [(name: String, value: [UInt8])] = []
        if !engine.isEmpty { members.append(("engine", Self.text(engine))) }
        if isSynthetic { members.append(("synthetic", Array("true".utf8))) }
        if let gap { members.append(("gap", Self.object(gap))) }
        return members.isEmpty ? [] : Self.object(members)
    }

    private static func object(_ gap: Gap) -> [UInt8] {
        object([
            ("from", text(gap.from.rfc3339)), ("to", text(gap.to.rfc3339)),
            ("reason", text(gap.reason)), ("synthetic", Array("\(gap.synthetic)".utf8)),
            ("lost", Array("\(gap.lost)".utf8)),
        ])
    }

    private static func object(_ members: [(name: String, value: [UInt8])]) -> [UInt8] {
        var output: [UInt8] = [UInt8(ascii: "{")]
        for (index, member) in members.enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            output.appendJSONString(member.name)
            output.append(UInt8(ascii: ":"))
            output += member.value
        }
        output.append(UInt8(ascii: "}"))
        return output
    }

    private static func text(_ value: String) -> [UInt8] {
        var output: [UInt8] = []
        output.appendJSONString(value)
        return output
    }
}

extension EngineTime {
    /// `2026-11-23T23:36:15.959Z`, for people.
    package var rfc3339: String {
        var output: [UInt8] = []
        Timestamp(nanoseconds: nanoseconds).appendISO8601(to: &output)
        return String(decoding: output.dropLast("+0000".utf8.count), as: UTF8.self) + "Z"
    }
}
