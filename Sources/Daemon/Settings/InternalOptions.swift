// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import EventModel

/// What `internal_options.conf` and `local_internal_options.conf` say, as far as it is
/// honoured: whether a manager may have commands run here.
///
/// `module.key=digits`, a line each; the second file wins line by line. Source:
/// around-the-engine.md §3.3.
package struct InternalOptions: Sendable, Equatable {
    private static let names = ["internal_options.conf", "local_internal_options.conf"]
    private static let sizeLimit = 1 << 20

    /// `logcollector.remote_commands`: commands of `<localfile>` from `agent.conf`.
    package private(set) var mayRunCommands = false
    package private(set) var diagnostics: [Diagnostic] = []

    package init() {}

    /// Reads the files that are in the folders; it blocks.
    ///
    /// - Throws: ``DaemonError`` `unreadable-file`.
    package static func read(folders: [String]) throws -> InternalOptions {
        var options = InternalOptions()
        for folder in folders {
            for name in names {
                let path = folder + "/" + name
                guard FileSystem.isFile(path) else { continue }
                options.take(try FileSystem.contents(of: path, limit: sizeLimit), file: path)
            }
        }
        return options
    }

    /// Takes a file's lines on top of what was read.
    package mutating func take(_ bytes: [UInt8], file: String) {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, bytes) in lines.enumerated() {
            let line = String(decoding: bytes, as: UTF8.self).trimmingBlanks()
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard !line.hasPrefix("#"), parts.count == 2,
                String(parts[0]).trimmingBlanks() == "logcollector.remote_commands"
            else { continue }
            switch String(parts[1]).trimmingBlanks() {
            case "0": mayRunCommands = false
            case "1": mayRunCommands = true
            case let value:
                // What nobody understands allows nothing.
                mayRunCommands = false
                diagnostics.append(
                    Diagnostic(
                        .warning,
                        code: "bad-value",
                        file: file,
                        line: index + 1,
                        column: 1,
                        message: "logcollector.remote_commands is \"\(value)\"; taken as 0",
                        hint: "write 0 or 1"
                    )
                )
            }
        }
    }
}
