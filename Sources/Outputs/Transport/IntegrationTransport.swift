// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Glibc

/// A script of `DATA/integrations`, with the arguments that Wazuh's `integratord` gives.
package struct IntegrationScript: Sendable, Hashable {
    /// `custom-…`, or a script of a name that Wazuh ships.
    package var name: String
    package var key: Secret?
    package var url: Secret?
    /// Whether the alert's file has its JSON, and not `key='value'` lines.
    package var wantsJSON = false
    package var options: JSONTree?
    package var timeoutSeconds = 10
    package var retries = 3
    /// Characters of the log in the lines.
    package var logLimit = 165

    package init(name: String) {
        self.name = name
    }
}

/// Runs an integration's script for each alert.
///
/// Source: around-the-engine.md §7.1, `argv`.
/// - Compatibility: files are in a private folder that goes with the message; keys and URLs
///   stand in `argv`, as the contract has it, for scripts that were written for it.
final class IntegrationTransport: OutputTransport {
    private let script: IntegrationScript
    private let surroundings: OutputSurroundings

    init(_ script: IntegrationScript, _ surroundings: OutputSurroundings) {
        self.script = script
        self.surroundings = surroundings
    }

    var target: String { "integrations/\(script.name)" }

    func deliver(_ message: OutgoingMessage) async throws -> DeliveryReceipt {
        let alert: OutputAlert
        if let last = message.alerts.last {
            alert = last
        } else if case .repeats(let repeats) = message.content {
            alert = repeats.alert
        } else {
            return DeliveryReceipt()
        }
        try await BlockingWork.run { [script, surroundings] in
            let path = try surroundings.script(script.name)
            let files = try PrivateFiles()
            defer { files.remove() }
            let text = script.wantsJSON ? alert.line : IntegrationText.lines(alert, script.logLimit)
            let name = "\(script.name)-\(surroundings.now().seconds).alert"
            var arguments = [path, try files.add(name, text)]
            arguments.append(try script.key?.value(surroundings.environment) ?? "")
            arguments.append(try script.url?.value(surroundings.environment) ?? "")
            arguments.append("")
            arguments.append(try script.options.map { try files.add("options", $0.bytes) } ?? "")
            arguments += ["\(script.timeoutSeconds)", "\(script.retries)"]
            try surroundings.run(
                OutputSurroundings.Program(
                    arguments: arguments,
                    input: [],
                    folder: files.folder,
                    // It may try so often itself.
                    seconds: script.timeoutSeconds * (script.retries + 1)
                )
            )
        }
        return DeliveryReceipt()
    }

    func shutdown() async {}
}

/// An alert's file as `key='value'` lines.
enum IntegrationText {
    /// Seven lines; quotes and marks of a shell are blanks.
    ///
    /// Source: around-the-engine.md §7.1.
    static func lines(_ alert: OutputAlert, _ logLimit: Int) -> [UInt8] {
        let lines = [
            ("alertdate", alert.timestamp), ("alertlocation", SyslogMessage.location(alert)),
            ("ruleid", "\(alert.ruleID)"), ("alertlevel", "\(alert.level)"),
            ("ruledescription", alert.description),
            ("alertlog", String(alert.fullLog.prefix(logLimit))),
            ("srcip", alert.sourceAddress),
        ].map { "\($0.0)='\(blanked($0.1))'\n" }
        return [UInt8](lines.joined().utf8)
    }

    private static let marks = Set("'\"`$\\;&|<>(){}[]*?!#~%^\n\r".unicodeScalars)

    private static func blanked(_ text: String) -> String {
        var output = String.UnicodeScalarView()
        for scalar in PlainText.line(text, limit: 2_000).unicodeScalars {
            output.append(marks.contains(scalar) ? " " : scalar)
        }
        return String(output)
    }
}

/// A folder that only this user can look into, with files for a script.
private struct PrivateFiles {
    let folder: String

    init() throws {
        let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array((base + "/jaga-integration-XXXXXX").utf8CString)
        guard mkdtemp(&template) != nil else { throw Self.failure("make a folder in", base) }
        folder = String(
            decoding: template.dropLast().map { UInt8(bitPattern: $0) },
            as: UTF8.self
        )
    }

    func add(_ name: String, _ bytes: [UInt8]) throws -> String {
        let path = folder + "/" + name
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW
        let descriptor = open(path, flags, 0o600)
        guard descriptor >= 0 else { throw Self.failure("write", path) }
        defer { close(descriptor) }
        do {
            try QueueFailure.write(bytes, descriptor, at: 0, path)
        } catch {
            throw Self.failure("write", path)
        }
        return path
    }

    /// What cannot be removed stays in the folder of temporary files.
    func remove() {
        if let stream = opendir(folder) {
            while let entry = readdir(stream) {
                let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                }
                unlink(folder + "/" + name)
            }
            closedir(stream)
        }
        rmdir(folder)
    }

    private static func failure(_ verb: String, _ path: String) -> OutputError {
        let reason = String(cString: strerror(errno)).lowercased()
        return OutputError(.program, "cannot \(verb) \(path) for an integration: \(reason)")
    }
}
