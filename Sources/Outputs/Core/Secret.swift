// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc

/// Something that only the receiver may see; no description shows it.
package struct Secret: Sendable, Hashable, CustomStringConvertible,
    CustomDebugStringConvertible, CustomReflectable
{
    /// Where it is read from, each time it is needed.
    package enum Source: Sendable, Hashable {
        case text(String)
        /// Its first line.
        case file(String)
        case variable(String)
        /// What HTTP's basic authentication says of a user.
        indirect case basic(user: String, password: Secret)
    }

    private static let sizeLimit = 64 << 10

    private let source: Source

    package init(_ source: Source) {
        self.source = source
    }

    package var description: String { "(secret)" }
    package var debugDescription: String { "(secret)" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }

    /// The secret itself; it may block.
    ///
    /// - Throws: ``OutputError`` `secret`.
    func value(_ environment: [String: String]) throws(OutputError) -> String {
        switch source {
        case .text(let text): return text
        case .variable(let name):
            guard let value = environment[name], !value.isEmpty else {
                throw OutputError(.secret, "the environment variable \(name) is not set")
            }
            return value
        case .file(let path): return try Self.firstLine(path)
        case .basic(let user, let password):
            let pair = "\(user):" + (try password.value(environment))
            return "Basic " + Base64.text([UInt8](pair.utf8))
        }
    }

    private static func firstLine(_ path: String) throws(OutputError) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw failure(path, String(cString: strerror(errno))) }
        defer { close(descriptor) }
        var status = jaga_file_status()
        guard jaga_file_status_of(descriptor, &status) == 0, status.is_regular_file else {
            throw failure(path, "it is no regular file")
        }
        guard status.mode & 0o007 == 0 else {
            throw failure(path, "everybody may read it; take that from them (chmod o-rwx)")
        }
        var bytes = [UInt8](repeating: 0, count: sizeLimit)
        let count = read(descriptor, &bytes, bytes.count)
        guard count > 0 else { throw failure(path, "it is empty") }
        let line = bytes[..<count].prefix { $0 != 0x0A && $0 != 0x0D }
        let text = String(decoding: line, as: UTF8.self).trimmedBlanks
        guard !text.isEmpty else { throw failure(path, "its first line is empty") }
        return text
    }

    private static func failure(_ path: String, _ reason: String) -> OutputError {
        OutputError(.secret, "cannot use the secret in \(path): \(reason.lowercased())")
    }
}
