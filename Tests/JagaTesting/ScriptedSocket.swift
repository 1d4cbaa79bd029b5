// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The sockets of a ``ScriptedDockerEngine``: blocking, on its own threads.
enum ScriptedSocket {
    /// A call that failed, for the test's output.
    struct Failure: Error {
        let call: String
        let errno: Int32
    }

    /// The listening socket and its port, which is 0 for a unix socket.
    static func listen(
        at address: ScriptedDockerEngine.Address,
        port: UInt16
    ) throws -> (Int32, UInt16) {
        let family = address == .loopback ? AF_INET : AF_UNIX
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = try check("socket", socket(family, kind, 0))
        switch address {
        case .unix(let path):
            unlink(path)
            var name = sockaddr_un()
            name.sun_family = sa_family_t(AF_UNIX)
            precondition(path.utf8.count < 108, "the socket's path is too long: \(path)")
            withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: path.utf8) }
            try check("bind", withSocketAddress(&name) { bind(descriptor, $0, $1) })
            try check("listen", Glibc.listen(descriptor, 64))
            return (descriptor, 0)
        case .loopback:
            var reuse: Int32 = 1
            setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(4))
            var name = sockaddr_in()
            name.sin_family = sa_family_t(AF_INET)
            name.sin_addr.s_addr = inet_addr("127.0.0.1")
            name.sin_port = port.bigEndian
            try check("bind", withSocketAddress(&name) { bind(descriptor, $0, $1) })
            try check("listen", Glibc.listen(descriptor, 64))
            var size = socklen_t(MemoryLayout<sockaddr_in>.size)
            try check(
                "getsockname",
                withSocketAddress(&name) { pointer, _ in getsockname(descriptor, pointer, &size) }
            )
            return (descriptor, UInt16(bigEndian: name.sin_port))
        }
    }

    /// The next connection; nil when the socket was shut down.
    static func accept(on listener: Int32) -> Int32? {
        let descriptor = Glibc.accept(listener, nil, nil)
        guard descriptor >= 0 else { return nil }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        return descriptor
    }

    /// The next request; nil when the client went away before its end, or
    /// speaks something else: it is then told so, as by an engine.
    static func readRequest(from connection: Int32) -> ScriptedDockerEngine.Request? {
        var head: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while head.count < 65_536 {
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            head += buffer[..<count]
            guard (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(head[0]) else {
                send([UInt8]("HTTP/1.0 400 Bad Request\r\n\r\n".utf8), to: connection)
                return nil
            }
            let text = String(decoding: head, as: UTF8.self)
            guard let end = text.firstRange(of: "\r\n\r\n") else { continue }
            let begun = text[end.upperBound...].utf8
            return parse(String(text[..<end.lowerBound])) { length in
                read(length - begun.count, after: [UInt8](begun), from: connection)
            }
        }
        return nil
    }

    /// What is left of a body; less when the client goes away.
    private static func read(_ count: Int, after begun: [UInt8], from connection: Int32) -> String {
        var (bytes, left) = (begun, count)
        var buffer = [UInt8](repeating: 0, count: 4096)
        while left > 0 {
            let count = recv(connection, &buffer, min(left, buffer.count), 0)
            guard count > 0 else { break }
            bytes += buffer[..<count]
            left -= count
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Sends all bytes, or as many as the client takes before it leaves.
    static func send(_ bytes: [UInt8], to connection: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    private static func parse(
        _ head: String,
        body: (Int) -> String
    ) -> ScriptedDockerEngine.Request? {
        var lines = head.split(separator: "\r\n")
        guard !lines.isEmpty else { return nil }
        let words = lines.removeFirst().split(separator: " ")
        guard words.count == 3 else { return nil }
        var headers: [String: String] = [:]
        for line in lines {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            headers[line[..<colon].lowercased()] = String(value)
        }
        return ScriptedDockerEngine.Request(
            method: String(words[0]),
            target: String(words[1]),
            headers: headers,
            body: body(headers["content-length"].flatMap { Int($0) } ?? 0)
        )
    }

    private static func withSocketAddress<Name>(
        _ name: inout Name,
        _ body: (UnsafeMutablePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        let size = socklen_t(MemoryLayout<Name>.size)
        return withUnsafeMutablePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, size) }
        }
    }

    @discardableResult
    private static func check(_ call: String, _ result: Int32) throws -> Int32 {
        guard result >= 0 else { throw Failure(call: call, errno: errno) }
        return result
    }
}
