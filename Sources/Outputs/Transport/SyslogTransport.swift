// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// Where lines of syslog go.
package struct SyslogTarget: Sendable, Hashable {
    package enum Carrier: String, Sendable, Hashable {
        case udp, tcp
    }

    package var host: String
    package var port: Int
    package var carrier: Carrier
    package var format: SyslogMessage.Format
    /// Whether the whole name of this host is written, and not its first part.
    package var usesWholeName = false

    package init(host: String, port: Int, carrier: Carrier, format: SyslogMessage.Format) {
        self.host = host
        self.port = port
        self.carrier = carrier
        self.format = format
    }
}

/// Sends lines of syslog over UDP, or over TCP with a line end behind each (RFC 6587,
/// "Non-Transparent-Framing").
///
/// The protocol knows no answer: over UDP a line that is lost on the way stays lost, over
/// TCP one that was sent right before the receiver fell.
final class SyslogTransport: OutputTransport {
    private let destination: SyslogTarget
    private let message: SyslogMessage
    private let state = Mutex(State())

    private struct State {
        var connection: SyslogConnection?
        /// Lines that were sent of a message that then failed.
        var progress: (key: String, lines: Int) = ("", 0)
    }

    init(_ target: SyslogTarget, _ surroundings: OutputSurroundings) {
        destination = target
        let whole = surroundings.hostname
        let short = whole.split(separator: ".").first.map(String.init) ?? whole
        message = SyslogMessage(
            format: target.format,
            hostname: target.usesWholeName ? whole : short
        )
    }

    var target: String {
        "\(destination.carrier.rawValue)://\(destination.host):\(destination.port)"
    }

    func deliver(_ message: OutgoingMessage) async throws -> DeliveryReceipt {
        var lines = message.alerts.map { self.message.line($0) }
        if case .repeats(let repeats) = message.content {
            lines = [self.message.line(repeats.alert)]
        }
        let end: [UInt8] = destination.carrier == .tcp ? [UInt8(ascii: "\n")] : []
        let frames = lines.map { $0 + end }
        try await BlockingWork.run { [self] in
            try state.withLock { try Self.send(frames, message.key, destination, &$0) }
        }
        return DeliveryReceipt()
    }

    func shutdown() async { state.withLock { $0.connection = nil } }

    /// Sends what was not sent by an earlier try.
    private static func send(
        _ frames: [[UInt8]],
        _ key: String,
        _ target: SyslogTarget,
        _ state: inout State
    ) throws {
        if state.progress.key != key { state.progress = (key, 0) }
        let open = try state.connection ?? SyslogConnection(target)
        // One that fails is not used again.
        state.connection = nil
        for frame in frames.dropFirst(state.progress.lines) {
            try open.send(frame)
            state.progress.lines += 1
        }
        state.connection = open
        state.progress = ("", 0)
    }
}

/// A socket to a receiver of syslog; its calls block, for ten seconds at most.
private final class SyslogConnection: Sendable {
    private let descriptor: Int32
    private let target: SyslogTarget

    init(_ target: SyslogTarget) throws {
        self.target = target
        var hints = addrinfo()
        let kind = target.carrier == .tcp ? SOCK_STREAM : SOCK_DGRAM
        hints.ai_socktype = Int32(kind.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(target.host, "\(target.port)", &hints, &list)
        guard code == 0, let first = list?.pointee else {
            let reason = String(cString: gai_strerror(code)).lowercased()
            throw OutputError(.address, "cannot resolve \(target.host): \(reason)")
        }
        defer { freeaddrinfo(list) }
        let flags = Int32(SOCK_CLOEXEC.rawValue)
        descriptor = socket(first.ai_family, first.ai_socktype | flags, first.ai_protocol)
        var patience = timeval(tv_sec: 10, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        _ = setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, size)
        guard descriptor >= 0, connect(descriptor, first.ai_addr, first.ai_addrlen) == 0 else {
            throw failure
        }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Sends a frame, all of it.
    ///
    /// - Throws: ``OutputError`` `connection`.
    func send(_ bytes: [UInt8]) throws {
        if target.carrier == .tcp { try look() }
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.send(
                    descriptor,
                    buffer.baseAddress?.advanced(by: done),
                    bytes.count - done,
                    Int32(MSG_NOSIGNAL)
                )
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure }
            done += count
        }
    }

    /// Sees that the receiver has closed, before bytes are sent that nobody reads.
    private func look() throws {
        var byte: UInt8 = 0
        let flags = Int32(MSG_DONTWAIT | MSG_PEEK)
        let count = recv(descriptor, &byte, 1, flags)
        guard count != 0 else {
            throw OutputError(.connection, "\(target.host) has closed the connection")
        }
        if count < 0, errno != EAGAIN { throw failure }
    }

    private var failure: OutputError {
        let reason = String(cString: strerror(errno)).lowercased()
        return OutputError(
            .connection,
            "cannot send to \(target.host) port \(target.port): \(reason)"
        )
    }
}
