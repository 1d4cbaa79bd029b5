// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// How `journalctl` is called.
///
/// Source: journalctl(1).
struct JournalCommand {
    /// From where it reads.
    enum Start: Equatable {
        /// The last entry there is, and what follows.
        case last
        case afterCursor([UInt8])
        /// From a moment on, where the journal does not know the cursor.
        case since(seconds: Int64)
    }

    let program: String
    let start: Start
    /// Fields that are asked for besides those of an event's text.
    let fields: Set<String>

    private static let textFields: Set<String> = [
        "MESSAGE", "_HOSTNAME", "SYSLOG_IDENTIFIER", "SYSLOG_PID", "_PID",
    ]

    var arguments: [String] {
        let fields = Self.textFields.union(fields).sorted().joined(separator: ",")
        var arguments = [
            program, "--output=json", "--follow", "--all", "--no-pager",
            "--output-fields=\(fields)",
        ]
        switch start {
        case .last: arguments.append("--lines=1")
        case .afterCursor(let cursor):
            arguments += [
                "--lines=all", "--after-cursor=\(String(decoding: cursor, as: UTF8.self))",
            ]
        case .since(let seconds): arguments += ["--lines=all", "--since=@\(seconds)"]
        }
        return arguments
    }

    /// When the entry of a cursor was written, in seconds since the epoch: its
    /// part `t=`, hexadecimal microseconds.
    static func seconds(of cursor: [UInt8]) -> Int64? {
        for part in cursor.split(separator: UInt8(ascii: ";")) where part.starts(with: "t=".utf8) {
            let text = String(decoding: part.dropFirst(2), as: UTF8.self)
            return Int64(text, radix: 16).map { $0 / 1_000_000 }
        }
        return nil
    }
}
