// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A folder of a test's own, removed with all in it when it goes away.
final class Scratch: Sendable {
    /// Short, so that a socket's path fits.
    let path: String

    struct Failure: Error {
        let call: String
        let number: Int32
    }

    init() throws {
        var template = Array("/tmp/jaga-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure(call: "mkdtemp", number: errno) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        Self.removeAll(path)
    }

    private static func removeAll(_ path: String) {
        if let folder = opendir(path) {
            while let entry = readdir(folder) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                    pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name != ".", name != ".." { removeAll(path + "/" + name) }
            }
            closedir(folder)
        }
        Glibc.remove(path)
    }

    /// The path of a thing in the folder.
    func file(_ name: String) -> String { path + "/" + name }

    func makeFolder(_ name: String) throws {
        guard mkdir(file(name), 0o755) == 0 else { throw Failure(call: "mkdir", number: errno) }
    }

    /// Makes the file anew, keeping its inode when there is one.
    func write(_ name: String, _ text: String) throws {
        try put(Array(text.utf8), name, flags: O_TRUNC)
    }

    func append(_ name: String, _ text: String) throws {
        try put(Array(text.utf8), name, flags: O_APPEND)
    }

    func append(_ name: String, bytes: [UInt8]) throws {
        try put(bytes, name, flags: O_APPEND)
    }

    func rename(_ old: String, to new: String) throws {
        guard Glibc.rename(file(old), file(new)) == 0 else {
            throw Failure(call: "rename", number: errno)
        }
    }

    func remove(_ name: String) throws {
        guard Glibc.remove(file(name)) == 0 else { throw Failure(call: "remove", number: errno) }
    }

    /// The text of a file.
    func read(_ name: String) throws -> String {
        let descriptor = open(file(name), O_RDONLY)
        guard descriptor >= 0 else { throw Failure(call: "open \(name)", number: errno) }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return String(decoding: content, as: UTF8.self) }
            content += buffer[..<count]
        }
    }

    /// Whether the file is there and holds something.
    func hasBytes(_ name: String) -> Bool {
        (try? read(name).isEmpty) == false
    }

    /// Whether a process has ended and waits for whoever takes note.
    func isZombie(_ process: pid_t) -> Bool {
        let descriptor = open("/proc/\(process)/stat", O_RDONLY)
        guard descriptor >= 0 else { return true }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 256)
        let count = max(0, Glibc.read(descriptor, &buffer, buffer.count))
        let text = String(decoding: buffer.prefix(count), as: UTF8.self)
        return text.split(separator: ")").last?.hasPrefix(" Z") == true
    }

    private func put(_ bytes: [UInt8], _ name: String, flags: Int32) throws {
        let descriptor = open(file(name), O_WRONLY | O_CREAT | flags, 0o644)
        guard descriptor >= 0 else { throw Failure(call: "open \(name)", number: errno) }
        defer { close(descriptor) }
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
            throw Failure(call: "write \(name)", number: errno)
        }
    }
}
