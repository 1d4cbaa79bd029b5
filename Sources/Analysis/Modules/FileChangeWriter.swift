// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Writes the object `syscheck` of an alert.
///
/// Source: analysis-engine.md §D.4.
struct FileChangeWriter {
    private var output: [UInt8] = []

    /// The object.
    var finished: [UInt8] { [UInt8(ascii: "{")] + output + [UInt8(ascii: "}")] }

    private mutating func begin(_ name: String) {
        if !output.isEmpty { output.append(UInt8(ascii: ",")) }
        output.appendJSONString(name)
        output.append(UInt8(ascii: ":"))
    }

    /// Adds a member unless it has no value.
    mutating func add(_ name: String, _ value: [UInt8]?, isNumber: Bool = false) {
        guard let value, !value.isEmpty else { return }
        begin(name)
        if isNumber, let number = UInt64(String(decoding: value, as: UTF8.self)) {
            output.append(text: String(number))
        } else {
            output.appendJSONString(value.span)
        }
    }

    /// Adds a list unless it is empty.
    mutating func add(_ name: String, list: [[UInt8]]) {
        guard !list.isEmpty else { return }
        begin(name)
        output.append(UInt8(ascii: "["))
        for (index, item) in list.enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            output.appendJSONString(item.span)
        }
        output.append(UInt8(ascii: "]"))
    }

    /// Adds who did it, when the report says so.
    mutating func addAudit(_ audit: ModuleJSON?) {
        guard let audit, !audit.members.isEmpty else { return }
        var members = FileChangeWriter()
        for group in Self.auditGroups {
            var object = FileChangeWriter()
            for part in group.parts { object.add(part.name, audit[part.member]?.shownText) }
            guard !object.output.isEmpty else { continue }
            members.begin(group.name)
            members.output += object.finished
        }
        guard !members.output.isEmpty else { return }
        begin("audit")
        output += members.finished
    }

    private static let auditGroups: [(name: String, parts: [(name: String, member: String)])] = [
        ("user", [("id", "user_id"), ("name", "user_name")]),
        (
            "process",
            [
                ("id", "process_id"), ("name", "process_name"), ("cwd", "cwd"),
                ("parent_name", "parent_name"), ("parent_cwd", "parent_cwd"), ("ppid", "ppid"),
            ]
        ),
        ("group", [("id", "group_id"), ("name", "group_name")]),
        ("login_user", [("id", "audit_uid"), ("name", "audit_name")]),
        ("effective_user", [("id", "effective_uid"), ("name", "effective_name")]),
    ]
}
