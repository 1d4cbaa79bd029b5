// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Glibc
import HostFiles

/// What the command line asks of a running Jaga: a file each, in a folder that
/// only Jaga's own user can write to.
package struct RequestFolder: Sendable {
    /// One of them.
    package enum Request: Sendable, Hashable, Codable {
        case undo(UInt64, by: String)
        /// A `<command>`, or a built-in act.
        case run(ActTarget, Order)
    }

    /// What is to be done to a target.
    package struct Order: Sendable, Hashable, Codable {
        package let command: String
        package let mode: ResponseMode
        /// Until somebody undoes it, when nil.
        package let seconds: Int?
        package let by: String

        package init(command: String, mode: ResponseMode, seconds: Int?, by: String) {
            self.command = command
            self.mode = mode
            self.seconds = seconds
            self.by = by
        }
    }

    package let path: String
    /// The longest request, and how many are taken at once.
    private static let limit = 64 << 10
    private static let count = 64

    package init(path: String) {
        self.path = path
    }

    /// Lays a request down, whole.
    ///
    /// - Throws: ``ResponseError`` `journal`.
    package func post(_ request: Request) throws {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw failure() }
        let name = "\(getpid())-\(UInt64.random(in: 0...(.max)))"
        let temporary = path + "/." + name
        let bytes: [UInt8]
        do {
            bytes = [UInt8](try JSONEncoder().encode(request))
        } catch {
            throw ResponseError(.journal, "the request cannot be written: \(error)")
        }
        do {
            // Names with a dot are not taken: a request is taken when it has its own.
            try WholeFile.replace(
                temporary,
                with: bytes,
                WholeFile.Manner(mode: 0o600, isSynced: false)
            )
        } catch {
            throw ResponseError(.journal, "cannot ask through \(path): \(error.message)")
        }
        guard rename(temporary, path + "/" + name) == 0 else { throw failure() }
    }

    /// Takes what lies there.
    ///
    /// It blocks for as long as a small file takes. What is no request is removed.
    package func take() -> [Request] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var requests: [Request] = []
        while requests.count < Self.count, let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard !name.hasPrefix(".") else { continue }
            let file = path + "/" + name
            if let request = read(file) { requests.append(request) }
            unlink(file)
        }
        return requests
    }

    private func read(_ file: String) -> Request? {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: Self.limit)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        guard count > 0 else { return nil }
        return try? JSONDecoder().decode(Request.self, from: Data(buffer[..<count]))
    }

    private func failure() -> ResponseError {
        let reason = String(cString: strerror(errno)).lowercased()
        return ResponseError(.journal, "cannot ask through \(path): \(reason)")
    }
}
