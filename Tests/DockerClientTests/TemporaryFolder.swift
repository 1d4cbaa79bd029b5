// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A folder of a test's own, removed with what is in it when it goes away.
final class TemporaryFolder {
    /// Short, so that a socket's path fits.
    let path: String

    struct Failure: Error {
        let call: String
        let errno: Int32
    }

    init() throws {
        var template = Array("/tmp/jaga-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure(call: "mkdtemp", errno: errno) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        guard let folder = opendir(path) else { return }
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            unlink(path + "/" + name)
        }
        closedir(folder)
        rmdir(path)
    }

    /// A socket's file that nobody listens on.
    func makeStaleSocket(_ name: String) throws {
        let file = path + "/" + name
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: file.utf8) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size)
            }
        }
        guard result == 0 else { throw Failure(call: "bind", errno: errno) }
    }

    /// Writes a file and gives its path.
    func write(_ name: String, _ text: String) throws -> String {
        let file = path + "/" + name
        let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        guard descriptor >= 0 else { throw Failure(call: "open", errno: errno) }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
            throw Failure(call: "write", errno: errno)
        }
        return file
    }
}
